"""A school closes: where its students and its staff go."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from psconnect.demo.district.change.students import leave, move, register_elsewhere
from psconnect.demo.district.people import PRE_REGISTERED

if TYPE_CHECKING:
    from psconnect.demo.district.change.desk import Desk
    from psconnect.demo.district.schools import School


def close_school(desk: Desk, number: int | None) -> tuple[School, dict[str, int]]:
    """Close a school today: this one, or the one whose students can be taken in best (the smallest of those).

    Students move to a school that teaches their grade, or leave the district where none does. Staff without another
    post go where most students went. The school's row, terms and past stay, as PowerSchool keeps them.

    Raises:
        ValueError: for a school that doesn't exist, or has no students.

    """
    school = _chosen(desk, number)
    went: Counter[int] = Counter()
    left = 0
    students = desk.rows(
        "SELECT DCID, ID, Grade_Level, Enroll_Status FROM Students WHERE SchoolID = ? AND Enroll_Status IN (0, ?) "
        "ORDER BY DCID",
        school.number,
        PRE_REGISTERED,
    )
    for at, (dcid, student_id, grade, status) in enumerate(students):
        open_ones = desk.schools_for(grade, but=school.number)
        if open_ones:
            target = open_ones[at % len(open_ones)].number
            if status == PRE_REGISTERED:
                register_elsewhere(desk, dcid, student_id, target)
            else:
                move(desk, dcid, student_id, target, grade)
            went[target] += 1
        else:
            leave(desk, dcid, student_id)
            left += 1
    staff = _close_posts(desk, school, went.most_common(1)[0][0] if went else None)
    desk.run("UPDATE Schools SET State_ExcludeFromReporting = 1 WHERE DCID = ?", school.dcid)
    return school, {"moved": sum(went.values()), "left": left, "staff": staff}


def _chosen(desk: Desk, number: int | None) -> School:
    candidates = [one for one in desk.schools if one.students and (number is None or one.number == number)]
    if not candidates:
        known = ", ".join(str(one.number) for one in desk.schools if one.students)
        message = f"No school {number} has students; those that have some are {known}."
        raise ValueError(message)

    def without_place(one: School) -> int:
        return sum(not desk.schools_for(grade, but=one.number) for grade in one.grades)

    return min(candidates, key=lambda one: (without_place(one), one.students, one.number))


def _close_posts(desk: Desk, school: School, target: int | None) -> int:
    """End the posts at a school, and its running classes' staff; returns how many posts."""
    today = desk.today.isoformat()
    posts = desk.rows(
        "SELECT ID, Users_DCID, StaffStatus FROM SchoolStaff WHERE SchoolID = ? AND Status = 1 ORDER BY DCID",
        school.number,
    )
    desk.run("UPDATE SchoolStaff SET Status = 2, NoOfCurClasses = 0 WHERE SchoolID = ? AND Status = 1", school.number)
    desk.run(
        """UPDATE SectionTeacher SET End_Date = max(coalesce(Start_Date, ?), ?) WHERE (End_Date > ? OR End_Date IS NULL)
        AND SectionID IN (SELECT ID FROM Sections WHERE SchoolID = ? AND YearID >= ?)""",
        today,
        today,
        today,
        school.number,
        desk.year.year_id,
    )
    desk.run("UPDATE Sections SET Teacher = NULL WHERE SchoolID = ? AND YearID >= ?", school.number, desk.year.year_id)
    for _, user, kind in posts:
        elsewhere = desk.rows("SELECT SchoolID FROM SchoolStaff WHERE Users_DCID = ? AND Status = 1", user)
        home = elsewhere[0][0] if elsewhere else target
        if home is None:
            continue
        if not elsewhere:
            _post(desk, user, home, kind)
        desk.run("UPDATE Users SET HomeSchoolId = ? WHERE DCID = ? AND HomeSchoolId = ?", home, user, school.number)
    return len(posts)


def _post(desk: Desk, user: int, school: int, kind: int) -> None:
    """Give somebody a post at a school, or the one back that was left there."""
    known = desk.run("UPDATE SchoolStaff SET Status = 1 WHERE Users_DCID = ? AND SchoolID = ?", user, school)
    if not known:
        key = desk.next_key("SchoolStaff", "DCID")
        desk.writer.write(
            "SchoolStaff",
            "DCID ID Users_DCID SchoolID Status StaffStatus NoOfCurClasses",
            [(key, desk.next_key("SchoolStaff", "ID"), user, school, 1, kind, 0)],
        )
