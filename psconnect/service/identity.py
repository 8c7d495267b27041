"""Delivered ids: adopting those of a system that already has accounts, and re-keying."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from psconnect.destinations import KINDS
from psconnect.logs import logger
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, ignore
from psconnect.model.ids import Ids
from psconnect.roster.id_list import read_id_list
from psconnect.service.base import Base
from psconnect.store.database import open_rosters, sqlite_errors, transaction
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.history.facts import get_fact
from psconnect.store.lock import run_lock
from psconnect.store.plan.record_ids import forget_aliases, store_aliases
from psconnect.store.reading.last_reading import last_read, was_read
from psconnect.store.settings.home import slug
from psconnect.sync.adoption import AdoptionPreview, preview_adoption
from psconnect.sync.compose import choices_of, shaped_source
from psconnect.sync.frozen_ids import IdsNow, ids_now
from psconnect.sync.frozen_settings import changed_frozen
from psconnect.sync.identity import ID_RULES
from psconnect.sync.rekey import IdSink, RekeyPlan, RekeyWishes, frozen_of, plan_rekey, warn_in_year, wished
from psconnect.sync.shared_destination import check_sharing


class Identity(Base):
    """What a user can do about ids."""

    def ids_now(self, name: str) -> IdsNow:
        """How a connection's ids are made, since when they are frozen, and whether new ones wait for a sync."""
        connection = self._files.get(name)
        with self._history(connection.name) as db:
            if db is None:
                return IdsNow(connection)
            read = was_read(self.rosters_of(connection.name))
            return ids_now(db, connection, self.clock.now().date(), read=read)

    def adoption(self, name: str, path: Path, *, entity: str = "student") -> AdoptionPreview:
        """Compare a list of ids, exported by a system that already has accounts, with what the newest run read.

        Changes nothing. ``entity`` is ``student``, ``staff``, ``contact``, ``school``, ``course`` or ``class``. The
        list is a CSV file with the columns ``id`` and at least one of ``dcid``, ``number``, ``username``, ``email``.
        Raises FixSettings if the list can't be read or nothing was read yet.
        """
        connection = self._files.get(name)
        with storage_errors(path):
            content = path.read_bytes()
        given = read_id_list(content)
        with last_read(self.rosters_of(connection.name)) as read:
            if read is None:
                raise FixSettings("PSC-FIND-NOTHING-READ/adopt", where=name, name=name)
            warning = warn_in_year(read.db, self.clock.now().date())
            return preview_adoption(read, entity, given, connection.id_rules, warning)

    def adopt(self, name: str, preview: AdoptionPreview) -> int:
        """Store the matched ids of a preview; returns how many. The next run is held and shows them as changes.

        Raises FixSettings PSC-ADOPT-OLD if a run has read PowerSchool since the preview was made.
        """
        connection = self._files.get(name)
        rosters = self.rosters_of(connection.name)
        with last_read(rosters) as read:
            if read is None or read.run_id != preview.run:
                raise FixSettings("PSC-ADOPT-OLD", where=name, name=name)
        with self._writing(connection.name) as db:
            store_aliases(db, preview.kind, preview.ids)
        logger.info(
            "ids adopted", extra={"data": {"connection": connection.id, "kind": preview.kind, **preview.counts}}
        )
        return len(preview.ids)

    def rekey_plan(
        self,
        name: str,
        wishes: RekeyWishes | None,
        *,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> RekeyPlan:
        """Which records would get a new id with these wishes. Changes nothing.

        Without wishes (None), which records get a new id with the next delivery. Numbers other than the DCID are read
        from PowerSchool, which the plugin has to allow (``plugin_for`` the plan's wishes). Raises FixSettings if two
        records have the same new id (PSC-REKEY-DOUBLE), one has none (PSC-REKEY-MISSING), or nothing changes.
        """
        base = self._files.get(name)
        stored, wishes = wishes is None, wishes or RekeyWishes()
        new = self.rekeyed(name, wishes)
        token = cancel or CancelToken()

        def read(entities: frozenset[str]) -> Mapping[str, Mapping[int, str]]:
            choices, sink = choices_of(new), IdSink(entities)
            with self.opened(choices, token, hurried=False) as opened:
                shaped_source(choices, opened, ids=Ids(new.id_rules)).read(sink, on_event, token, entities)
            return sink.found

        with self._reading(base.name) as db:
            today = self.clock.now().date()
            return plan_rekey(db, base, new, read, today, forget_adopted=wishes.forget_adopted, stored=stored)

    def rekeyed(self, name: str, wishes: RekeyWishes) -> Connection:
        """A connection's settings with these wishes for its ids, not stored; raises FixSettings."""
        new = wished(self._files.get(name), wishes)
        if wishes.settings:
            KINDS[new.destination_kind].check(new.destination)
        choices_of(new)
        check_sharing(new, self._files.all())
        return new

    def write_rekey_plan(self, plan: RekeyPlan, path: Path) -> None:
        """Write the list of old and new ids as CSV (UTF-8), for the destination's administrator."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows(plan.rows())
        write_atomically(path.absolute(), text.getvalue().encode())

    def rekey(self, name: str, plan: RekeyPlan) -> Connection:
        """Store the new id rules; the next run is held as ``rekey`` and delivers them as changes.

        Raises FixSettings PSC-REKEY-OLD if the settings were changed since the plan was made.
        """
        current = self._files.get(name)
        if current != plan.base:
            raise FixSettings("PSC-REKEY-OLD", where=name, name=name)
        checked = from_dict(to_dict(plan.connection))
        check_sharing(checked, self._files.all())
        with self._writing(current.name) as db:
            if plan.forget_adopted:
                forget_aliases(db)
            self._files.save(checked)
        logger.info("re-keyed", extra={"data": {"connection": current.id, **plan.counts}})
        return checked

    def check_ids(self, connection: Connection) -> None:
        """Refuse settings whose ids differ from those delivered or clash with another connection's.

        Raises FixSettings PSC-SETTINGS-FROZEN or PSC-SETTINGS-SHARED.
        """
        others = self._files.all()
        check_sharing(connection, others)
        before = next((one for one in others if slug(one.name) == slug(connection.name)), None)
        if before is None:
            return
        settings = changed_frozen(before.destination, connection.destination)
        if frozen_of(before) == frozen_of(connection) and not settings:
            return
        with self._history(connection.name) as db:
            if db is None or not get_fact(db, ID_RULES):
                return
            warning = warn_in_year(db, self.clock.now().date())
        if frozen_of(before) == frozen_of(connection):
            raise FixSettings(
                "PSC-SETTINGS-FROZEN/setting-in-year" if warning else "PSC-SETTINGS-FROZEN/setting-between-years",
                where=f"destination.{settings[0].key}",
                name=connection.name,
                setting=settings[0].label,
                named=settings[0].key,
                warning=warning,
            )
        raise FixSettings(
            "PSC-SETTINGS-FROZEN/in-year" if warning else "PSC-SETTINGS-FROZEN/between-years",
            where="ids",
            name=connection.name,
            warning=warning,
        )

    @contextmanager
    def _reading(self, name: str) -> Iterator[sqlite3.Connection]:
        rosters = self.rosters_of(name)
        with sqlite_errors(rosters), closing(open_rosters(rosters)) as db:
            db.execute("PRAGMA query_only = ON")
            yield db

    @contextmanager
    def _writing(self, name: str) -> Iterator[sqlite3.Connection]:
        """The roster data in one transaction for a change, while no run is active."""
        rosters = self.rosters_of(name)
        lock = run_lock(rosters.with_suffix(".lock"), name)
        with lock, sqlite_errors(rosters), closing(open_rosters(rosters)) as db, transaction(db):
            yield db
