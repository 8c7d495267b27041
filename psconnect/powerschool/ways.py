"""Ways from a stream's rows to further tables, taken only if a field of such a table is used: access stays minimal."""

from __future__ import annotations

from psconnect.powerschool.stream import Condition, Lookup, Stream
from psconnect.powerschool.stream_definitions import CONTACTS, USERS

_WAYS = {
    # The current position of somebody with one, else that at the home school: DCID is also Teachers.DCID, because the
    # view Teachers has a row per position (docs/powerschool.md 16.4).
    USERS.name: (
        Lookup(
            "home_post",
            "SCHOOLSTAFF",
            "DCID",
            "USERS_DCID",
            one_by="DCID",
            where=(Condition("STATUS", "=", "1"),),
            telling=((("SCHOOLID", "HOMESCHOOLID"),),),
        ),
    ),
    # GUARDIAN.GUARDIANID can't be selected everywhere (docs/powerschool.md 19), but the link has it, too.
    CONTACTS.name: (
        Lookup("portal", "GUARDIANPERSONASSOC", "ID", "PERSONID", first_by="GUARDIANPERSONASSOCID"),
        Lookup("guardian", "GUARDIAN", "portal.GUARDIANID", "GUARDIANID"),
        Lookup("account", "PCAS_ACCOUNT", "guardian.ACCOUNTIDENTIFIER", "PCAS_ACCOUNTTOKEN", first_by="PCAS_ACCOUNTID"),
        Lookup(
            "account_mail",
            "PCAS_EMAILCONTACT",
            "account.PCAS_ACCOUNTID",
            "PCAS_ACCOUNTID",
            first_by="PCAS_EMAILCONTACTID",
        ),
    ),
}
"""Stream -> lookups that its rows can be given."""


def way_to(stream: Stream, table: str) -> tuple[Lookup, ...]:
    """The lookups that lead from the stream's rows to a table (in upper case), first step first; empty for no way."""
    ways = {lookup.alias: lookup for lookup in _WAYS.get(stream.name, ())}
    step = next((lookup for lookup in ways.values() if lookup.table == table), None)
    found: list[Lookup] = []
    while step:
        found.insert(0, step)
        step = ways.get(step.local.rpartition(".")[0])
    return tuple(found)
