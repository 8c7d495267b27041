"""Accounts: made, changed, suspended or deleted, and looked up (docs/moodle-api.md 6.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from psconnect.destinations.moodle import refusals
from psconnect.destinations.moodle.answers import MoodleSaid
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.encoding import Argument
from psconnect.destinations.moodle.sending import Outcomes, Request, Sender, SentItem, made, nothing_said, with_warnings
from psconnect.destinations.moodle.user_values import (
    changed_user,
    has_unusual_username,
    new_account,
    same_user,
    unfit_user,
    user_rules,
    user_values,
)
from psconnect.destinations.writer import Batch
from psconnect.model.outcomes import Done, NotDone, Outcome, Refused, Standing
from psconnect.model.runs import Change
from psconnect.model.text import caseless

_BY_FIELD = "core_user_get_users_by_field"
_MOST = 50
_SHOWN = ("username", "firstname", "lastname", "email", "idnumber", "department", "institution")
"""Fields that a look-up gives; others can't be compared."""
AccountField = Literal["id", "idnumber", "username", "email"]
Account = Mapping[str, Any]


def accounts_by(client: MoodleClient, field: AccountField, values: Iterable[str]) -> dict[str, list[Account]]:
    """The accounts with these values of a field, by value; several may have the same one.

    Compared as the site does it: some databases compare without regard to case, so what isn't the same is left out,
    except for e-mail addresses, which differ in case for nobody.
    """
    fold = caseless if field == "email" else str
    wanted = list(dict.fromkeys(one for one in values if one))
    # Most sites keep addresses in lower case.
    asked = list(dict.fromkeys([*wanted, *map(str.lower, wanted)])) if field == "email" else wanted
    found: dict[str, list[Account]] = {}
    if asked:
        for account in client.read_some(_BY_FIELD, "values", asked, field=field):
            found.setdefault(fold(str(account.get(field, ""))), []).append(account)
    return {one: found[fold(one)] for one in wanted if fold(one) in found}


class Users:
    """The accounts of one site.

    Schools have no record in Moodle; what stands as the remote id of one is its name, for the field Institution.
    """

    def __init__(self, client: MoodleClient) -> None:
        """Prepare for the settings of the client's connection."""
        self._client = client
        self._settings = client.context.settings

    def apply(self, batch: Batch) -> Outcomes:
        """Make the changes."""
        if batch.action == "remove":
            return self._remove(batch)
        outcomes: Outcomes = {}
        new: list[SentItem] = []
        existing: list[SentItem] = []
        for change in batch.changes:
            item, refused = self._item(change)
            if item is None:
                outcomes[change.key] = refused or Done(change.remote_id)
            else:
                (existing if change.remote_id else new).append(item)
        sender = Sender(self._client)
        outcomes |= self._create(sender, new)
        return outcomes | self._update(sender, existing)

    def _item(self, change: Change) -> tuple[SentItem | None, Refused | None]:
        """What to send for a person; nothing where nothing changes in Moodle, or Moodle would refuse it."""
        values = self._changed(change)
        if refused := unfit_user(values):
            return None, refused
        if not values:
            return None, None
        alone = has_unusual_username(values)
        if not change.remote_id:
            return SentItem(change, new_account(values, user_rules(self._settings, change.entity)), alone), None
        back = {"suspended": 0} if change.action == "create" else {}
        return SentItem(change, {"id": change.remote_id, **values, **back}, alone), None

    def _changed(self, change: Change) -> dict[str, Argument]:
        before = change.before if change.action == "update" else None
        rules = user_rules(self._settings, change.entity)
        school = next(iter(change.related.get("schoolSourcedIds", ())), "")
        stays = before is None or before["schoolSourcedIds"] == change.record["schoolSourcedIds"]
        return changed_user(change.entity, (before, change.record), rules, (school if stays else "", school))

    def _create(self, sender: Sender, items: Sequence[SentItem]) -> Outcomes:
        """Make new accounts; one whose ID number is there by now is taken for what it is, and changed."""
        if not items:
            return {}
        there = accounts_by(self._client, "idnumber", [item.change.record["sourcedId"] for item in items])
        outcomes: Outcomes = {}
        new, existing = [], []
        for item in items:
            accounts = there.get(item.change.record["sourcedId"], [])
            if len(accounts) > 1:
                outcomes[item.change.key] = refusals.SEVERAL_ACCOUNTS
            elif accounts:
                existing.append(_of_account(item, str(accounts[0]["id"])))
            else:
                new.append(item)
        create = Request("core_user_create_users", "users", _MOST, made, self._why, self._made)
        return outcomes | self._update(sender, existing) | sender.send(create, new)

    def _update(self, sender: Sender, items: Sequence[SentItem]) -> Outcomes:
        by_id = {str(item.change.key): _id_of(item) for item in items}
        update = Request("core_user_update_users", "users", _MOST, with_warnings(self._why), self._why)
        outcomes = sender.send(update, items)
        return {
            key: Done(by_id[str(key)]) if isinstance(outcome, Done) else outcome for key, outcome in outcomes.items()
        }

    def _remove(self, batch: Batch) -> Outcomes:
        """Suspend or delete the accounts; one that is gone, or whom another role keeps, is left."""
        removed = self._settings["removed_users"]
        kept = [change for change in batch.changes if removed == "keep" or not change.remote_id or change.handed_on]
        outcomes: Outcomes = {change.key: Done() for change in kept}
        alive = self._alive([change for change in batch.changes if change.key not in outcomes])
        outcomes |= {change.key: Done() for change in batch.changes if change.key not in {*outcomes, *alive}}
        sender = Sender(self._client)
        if removed == "delete":
            items = [SentItem(change, change.remote_id) for change in alive.values()]
            delete = Request("core_user_delete_users", "userids", _MOST, nothing_said, self._why, self._removed)
            return outcomes | sender.send(delete, items)
        items = [SentItem(change, {"id": change.remote_id, "suspended": 1}) for change in alive.values()]
        suspend = Request("core_user_update_users", "users", _MOST, with_warnings(self._why), self._why)
        return outcomes | sender.send(suspend, items)

    def _alive(self, changes: Sequence[Change]) -> dict[int, Change]:
        """Those whose account still is the person's; a deleted one has no ID number any more."""
        there = accounts_by(self._client, "id", [change.remote_id for change in changes])
        return {
            change.key: change
            for change in changes
            if any(account.get("idnumber") == change.record["sourcedId"] for account in there.get(change.remote_id, ()))
        }

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the accounts show."""
        if batch.action == "remove":
            return self._removed([SentItem(change, "") for change in batch.changes])
        there = accounts_by(self._client, "idnumber", [change.record["sourcedId"] for change in batch.changes])
        return [self._stands(change, there.get(change.record["sourcedId"], ())) for change in batch.changes]

    def _made(self, items: Sequence[SentItem]) -> Sequence[Standing]:
        there = accounts_by(self._client, "idnumber", [item.change.record["sourcedId"] for item in items])
        return [self._stands(item.change, there.get(item.change.record["sourcedId"], ())) for item in items]

    def _stands(self, change: Change, accounts: Sequence[Account]) -> Standing:
        if len(accounts) != 1 or (change.remote_id and str(accounts[0]["id"]) != change.remote_id):
            return NotDone()
        values = self._changed(change)
        names = _SHOWN if change.remote_id else ("username", "idnumber")
        unseen = change.action == "update" and bool(values.keys() - {*_SHOWN})
        suspended = change.action == "create" and bool(accounts[0].get("suspended"))
        if unseen or suspended or not same_user(values, accounts[0], names):
            return NotDone()
        return Done(str(accounts[0]["id"]))

    def _removed(self, items: Sequence[SentItem]) -> Sequence[Standing]:
        """A removal is done where the account is suspended, or no longer the person's; as the settings say."""
        removed = self._settings["removed_users"]
        there = accounts_by(self._client, "id", [item.change.remote_id for item in items])
        return [self._gone(item.change, there.get(item.change.remote_id, ()), removed) for item in items]

    def _gone(self, change: Change, accounts: Sequence[Account], removed: str) -> Standing:
        own = [one for one in accounts if one.get("idnumber") == change.record["sourcedId"]]
        if not own or removed == "keep" or change.handed_on or (removed == "suspend" and own[0].get("suspended")):
            return Done()
        return NotDone()

    def _why(self, code: str, item: SentItem) -> Outcome:
        """Why Moodle refused a single person: it says the same of everything, so values are looked up."""
        if code in refusals.KNOWN and code != "dmlwriteexception":
            return refusals.KNOWN[code]
        values = user_values(item.change.entity, item.change.record, user_rules(self._settings, item.change.entity), "")
        own = _id_of(item)
        if self._taken("username", str(values["username"]), own):
            return refusals.USERNAME_TAKEN
        if self._taken("email", str(values["email"]), own):
            return refusals.EMAIL_TAKEN
        if has_unusual_username(values):
            return refusals.NOT_ALLOWED_USERNAME
        return refusals.refused_by_moodle(code)

    def _taken(self, field: AccountField, value: str, own: str) -> bool:
        try:
            found = accounts_by(self._client, field, [value])
        except MoodleSaid:  # a user name that the site would clean is no user name to look for
            return False
        return any(str(account["id"]) != own for accounts in found.values() for account in accounts)


def _of_account(item: SentItem, account: str) -> SentItem:
    """A change of an account that is there, for what was to be a new one: its way to sign in stays."""
    values = dict(item.value) if isinstance(item.value, Mapping) else {}
    kept = {name: value for name, value in values.items() if name not in ("auth", "password", "createpassword")}
    return SentItem(item.change, {"id": account, **kept, "suspended": 0}, item.alone)


def _id_of(item: SentItem) -> str:
    return str(item.value.get("id", "")) if isinstance(item.value, Mapping) else str(item.value)
