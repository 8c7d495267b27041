"""All functions of the site but site info, by name."""

from __future__ import annotations

from typing import Final

from tests.moodle.server.functions import (
    categories,
    cohort_members,
    cohorts,
    courses_read,
    courses_write,
    enrolled,
    enrolments,
    groups,
    roles,
    users_read,
    users_write,
)
from tests.moodle.server.functions.function import Function

FUNCTIONS: Final[dict[str, Function]] = {
    **users_read.FUNCTIONS,
    **users_write.FUNCTIONS,
    **categories.FUNCTIONS,
    **courses_read.FUNCTIONS,
    **courses_write.FUNCTIONS,
    **enrolled.FUNCTIONS,
    **enrolments.FUNCTIONS,
    **roles.FUNCTIONS,
    **groups.FUNCTIONS,
    **cohorts.FUNCTIONS,
    **cohort_members.FUNCTIONS,
}
