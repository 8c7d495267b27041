"""Settings for contacts without PowerSchool's contact module, checked and ready for a run."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.powerschool.fields import resolve
from psconnect.roster.value_lists import ListedValues, ValueList
from psconnect.roster.whole_names import DEFAULT_WAYS, MOST, WholeNames, compile_names


def whole_names(connection: Connection, parents: str, lists: Mapping[str, ValueList]) -> WholeNames | None:
    """The fields with whole names and how they are split; None if the contact module or no contacts are used.

    ``parents`` is ``none``, ``portal`` or ``all``. Raises FixSettings for conflicting settings.
    """
    options = connection.options
    if options.contact_module or parents == "none":
        return None
    if parents == "portal":
        raise FixSettings("PSC-SETTINGS-INVALID/who-portal-account", where="options.parents")
    if not 1 <= len(options.name_fields) <= MOST:
        raise FixSettings("PSC-SETTINGS-INVALID/1-fields-names", where="options.contact_fields", most=MOST)
    columns: dict[str, str] = {}
    for relation, written in options.name_fields.items():
        where = f"options.contact_fields.{relation}"
        table, _, field = resolve(written, "student", where).partition(".")
        if table.lower() != "students":
            raise FixSettings("PSC-SETTINGS-INVALID/field-table-students", where=where, written=written)
        if field.lower() in columns:
            raise FixSettings("PSC-SETTINGS-INVALID/stands-twice", where=where, written=written)
        columns[field.lower()] = relation
    return WholeNames(
        columns,
        compile_names(options.contact_names or DEFAULT_WAYS, "options.contact_names"),
        ListedValues(lists.get("relation_role", {})).__getitem__,
    )
