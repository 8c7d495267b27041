"""The tables of a connection's roster data, as named migrations that are never edited once released.

``entity`` is the entity's rank (model.entities); ``record`` the encoded attributes: a JSON list of texts in the
order of ``Entity.attributes``. ``action``: 1 create, 2 update, 3 remove. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from psconnect.store.conversion import note_format

MIGRATIONS = Migrations("psconnect")


_FIRST = """
CREATE TABLE run (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    trigger TEXT NOT NULL,
    scope TEXT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    planned TEXT,
    plan_hash TEXT NOT NULL DEFAULT '',
    failed_in TEXT NOT NULL DEFAULT '',
    delivered TEXT NOT NULL DEFAULT '',
    way TEXT NOT NULL DEFAULT '',
    calls INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    school_year TEXT NOT NULL DEFAULT '',
    rules TEXT NOT NULL DEFAULT '',
    changes TEXT NOT NULL DEFAULT '{}',
    problems TEXT NOT NULL DEFAULT '{}',
    read TEXT NOT NULL DEFAULT '{}',
    left_out TEXT NOT NULL DEFAULT '{}',
    holds TEXT NOT NULL DEFAULT '[]',
    error TEXT
);
CREATE TABLE ledger (
    entity INTEGER NOT NULL,
    key INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (entity, key)
) WITHOUT ROWID;
CREATE TABLE change (
    run INTEGER NOT NULL REFERENCES run (no) ON DELETE CASCADE,
    entity INTEGER NOT NULL,
    key INTEGER NOT NULL,
    action INTEGER NOT NULL,
    before BLOB,
    after BLOB,
    PRIMARY KEY (run, entity, key)
) WITHOUT ROWID;
CREATE TABLE problem (
    run INTEGER NOT NULL REFERENCES run (no) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    entity INTEGER NOT NULL,
    key INTEGER NOT NULL,
    school INTEGER,
    detail TEXT NOT NULL,
    PRIMARY KEY (run, rule, entity, key, detail)
) WITHOUT ROWID;
CREATE TABLE journal (
    run INTEGER PRIMARY KEY REFERENCES run (no) ON DELETE CASCADE,
    receipt TEXT NOT NULL,
    written TEXT NOT NULL
);
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
"""


@MIGRATIONS(name="m001_first")
def _first(db: Database) -> None:
    db.executescript(_FIRST)


@MIGRATIONS(name="m002_set_aside_and_tombstones")
def _set_aside_and_tombstones(db: Database) -> None:
    """Planned changes that were set aside, who was removed, and what kind of run it is.

    A tombstone holds digests of a removed record's name and number, not the name and number themselves.
    """
    db.executescript(
        """
        ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT 'sync';
        ALTER TABLE run ADD COLUMN undoes TEXT NOT NULL DEFAULT '';
        ALTER TABLE run ADD COLUMN not_applied TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE run ADD COLUMN set_aside TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE run ADD COLUMN rejected TEXT NOT NULL DEFAULT '{}';
        CREATE TABLE aside (
            run INTEGER NOT NULL REFERENCES run (no) ON DELETE CASCADE,
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            action INTEGER NOT NULL,
            before BLOB,
            after BLOB,
            because TEXT NOT NULL,
            PRIMARY KEY (run, entity, key)
        ) WITHOUT ROWID;
        CREATE TABLE tombstone (
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            name BLOB NOT NULL,
            number BLOB NOT NULL,
            PRIMARY KEY (entity, key)
        ) WITHOUT ROWID;
        """
    )


@MIGRATIONS(name="m003_given")
def _given(db: Database) -> None:
    """Values that were assigned to people and stay, by attribute: a generated user name, a kind of sign-in."""
    db.executescript(
        """
        CREATE TABLE given (
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            attribute TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (entity, attribute, key)
        ) WITHOUT ROWID;
        """
    )


@MIGRATIONS(name="m004_compared")
def _compared(db: Database) -> None:
    """What a run read, and what it took over from the run before."""
    db.executescript("ALTER TABLE run ADD COLUMN compared TEXT NOT NULL DEFAULT '{}';")


@MIGRATIONS(name="m005_alias")
def _alias(db: Database) -> None:
    """Ids that records already have at the destination, instead of those that would be made for them."""
    db.executescript(
        """
        CREATE TABLE alias (
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            sourced_id TEXT NOT NULL,
            PRIMARY KEY (entity, key)
        ) WITHOUT ROWID;
        """
    )


@MIGRATIONS(name="m006_redelivers_to_and_filled")
def _redelivers_to_and_filled(db: Database) -> None:
    """Where an unchanged roster is delivered again, and which fields that were read had a value."""
    db.executescript(
        """
        ALTER TABLE run ADD COLUMN redelivers_to TEXT NOT NULL DEFAULT '';
        ALTER TABLE run ADD COLUMN filled TEXT NOT NULL DEFAULT '{}';
        """
    )


@MIGRATIONS(name="m007_record_format")
def _record_format(db: Database) -> None:
    """From here on a file says which format its records have; earlier files have the first one."""
    note_format(db.conn, 1)


@MIGRATIONS(name="m008_single_changes")
def _single_changes(db: Database) -> None:
    """What a destination that takes single changes made of each, and the ids that records have there.

    ``outcome.state`` is one of store.plan.outcomes. ``adopted`` are records that a plan found there, ``remote`` the ids
    of what was delivered; ``how`` says by what an adopted one was recognised. ``derived_key`` gives the records of
    derived entities a key for good.
    """
    db.executescript(
        """
        CREATE TABLE outcome (
            run INTEGER NOT NULL REFERENCES run (no) ON DELETE CASCADE,
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            state INTEGER NOT NULL,
            code TEXT NOT NULL DEFAULT '',
            sentence TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (run, entity, key)
        ) WITHOUT ROWID;
        CREATE TABLE adopted (
            run INTEGER NOT NULL REFERENCES run (no) ON DELETE CASCADE,
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            remote_id TEXT NOT NULL,
            how TEXT NOT NULL,
            PRIMARY KEY (run, entity, key),
            UNIQUE (run, entity, remote_id)
        ) WITHOUT ROWID;
        CREATE TABLE remote (
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            id TEXT NOT NULL,
            remote_id TEXT NOT NULL,
            how TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (entity, key)
        ) WITHOUT ROWID;
        CREATE INDEX remote_by_id ON remote (entity, id);
        CREATE TABLE derived_key (
            entity INTEGER NOT NULL,
            id TEXT NOT NULL,
            key INTEGER NOT NULL,
            PRIMARY KEY (entity, id)
        ) WITHOUT ROWID;
        """
    )


@MIGRATIONS(name="m009_source_key")
def _source_key(db: Database) -> None:
    """The whole numbers that stand for the ids of a source which has text for ids (store.reading.source_keys)."""
    db.executescript(
        """
        CREATE TABLE source_key (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            key INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX source_key_by_key ON source_key (kind, key);
        """
    )


@MIGRATIONS(name="m010_reconciled")
def _reconciled(db: Database) -> None:
    """What stands at the destination against what was read, and for how long a run worked (model.runs.Run)."""
    db.executescript(
        """
        ALTER TABLE run ADD COLUMN reconciled TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE run ADD COLUMN worked REAL NOT NULL DEFAULT 0;
        ALTER TABLE run ADD COLUMN resumed TEXT;
        """
    )


@MIGRATIONS(name="m011_settings_and_cause")
def _settings_and_cause(db: Database) -> None:
    """The settings that a run was made with, part by part, and what most of a held run's changes come from."""
    db.executescript(
        """
        ALTER TABLE run ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE run ADD COLUMN cause TEXT NOT NULL DEFAULT '{}';
        """
    )


@MIGRATIONS(name="m012_set_by_hand")
def _set_by_hand(db: Database) -> None:
    """What somebody set by hand for a person, like the type of sign-in; the last decision counts, all are kept."""
    db.executescript(
        """
        CREATE TABLE set_by_hand (
            no INTEGER PRIMARY KEY,
            entity INTEGER NOT NULL,
            key INTEGER NOT NULL,
            attribute TEXT NOT NULL,
            value TEXT NOT NULL,
            decided TEXT NOT NULL,
            account TEXT NOT NULL
        );
        CREATE INDEX set_by_hand_of ON set_by_hand (attribute, entity, key);
        """
    )
