"""The staff resource (docs/powerschool.md 6.3): one object per person and school."""

from __future__ import annotations

from typing import Final

from psconnect.demo.server.v1.template import Filter, Repeated, Resource


def staff(*, other_types: bool) -> Resource:
    """The resource; ``other_types`` is the quirk ``other_staff_types``."""
    kind = "p.StaffStatus" if other_types else "min(p.StaffStatus, 2)"
    affiliations = f"""(SELECT json_group_array(json_object('school_id', a.school, 'type', a.type, 'status', a.status))
        FROM (SELECT coalesce(c.DCID, 0) AS school, {kind} AS type, p.Status AS status FROM SchoolStaff p
              LEFT JOIN Schools c ON c.School_Number = p.SchoolID WHERE p.Users_DCID = u.DCID ORDER BY p.DCID) a)"""  # noqa: S608 - ours alone
    return Resource(
        name="staff",
        source="SchoolStaff f JOIN Users u ON u.DCID = f.Users_DCID",
        key="f.DCID",
        base={
            "id": "f.DCID",
            "local_id": "u.TeacherNumber",
            "admin_username": "u.LoginID",
            "teacher_username": "u.TeacherLoginID",
            "name": {"first_name": "u.First_Name", "middle_name": "u.Middle_Name", "last_name": "u.Last_Name"},
            "users_dcid": "u.DCID",
        },
        expansions={
            "addresses": {
                "home": {
                    "street": "u.Street",
                    "city": "u.City",
                    "state_province": "u.State",
                    "postal_code": "u.Zip",
                }
            },
            "emails": {"work_email": "u.Email_Addr"},
            "phones": {"home_phone": "u.Home_Phone"},
            "school_affiliations": {"school_affiliation": Repeated(affiliations)},
        },
        filters={
            "id": Filter("f.DCID", "number"),
            "local_id": Filter("u.TeacherNumber"),
            "name.last_name": Filter("u.Last_Name"),
            "name.first_name": Filter("u.First_Name"),
        },
        order="f.DCID",
        core_table="SchoolStaff",
    )


STAFF: Final = {other: staff(other_types=other) for other in (True, False)}
