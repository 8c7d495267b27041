"""What the robot's role allows on a site that was set up as moodle-api.md 4 says: all of its matrix, nothing beyond."""

from __future__ import annotations

from typing import Final

#: The matrix of moodle-api.md 4 without the grades, which a roster needs not. `moodle/user:viewhiddendetails` is not
#: in it: without that, phone numbers and addresses are missing in answers (`user/lib.php`).
CAPABILITIES: Final = frozenset(
    {
        "webservice/rest:use",
        "moodle/user:create",
        "moodle/user:update",
        "moodle/user:delete",
        "moodle/user:viewdetails",
        "moodle/user:viewalldetails",
        "moodle/site:viewuseridentity",
        "moodle/site:viewfullnames",
        "moodle/course:view",
        "moodle/course:viewhiddencourses",
        "moodle/course:create",
        "moodle/course:update",
        "moodle/course:changefullname",
        "moodle/course:changeshortname",
        "moodle/course:changeidnumber",
        "moodle/course:changesummary",
        "moodle/course:changecategory",
        "moodle/course:visibility",
        "moodle/course:delete",
        "moodle/category:manage",
        "moodle/category:viewhiddencategories",
        "enrol/manual:enrol",
        "enrol/manual:unenrol",
        "moodle/role:assign",
        "moodle/course:viewparticipants",
        "moodle/course:enrolreview",
        "moodle/course:managegroups",
        "moodle/site:accessallgroups",
        "moodle/cohort:manage",
        "moodle/cohort:assign",
        "moodle/cohort:view",
    }
)
