"""What a part of a connection lets a person set, as data: window, command line and file check all follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Phrase, Value, phrase

CellKind = Literal["text", "number", "choice", "switch"]
RowSource = Literal["free", "fixed", "schools", "entities"]
ROW = "row"
"""The key in a table's row that says what the row is about, unless a person adds rows freely."""


@dataclass(frozen=True)
class TableColumn:
    """A column of a setting of kind ``table``.

    Attributes:
        key: its name in a row of the connection file.
        label: its heading.
        kind: how it is entered and checked.
        required: whether each row needs a value.
        default: the value of a row that has none.
        choices: allowed values, where there are only some.
    """

    key: str
    label: str
    kind: CellKind = "text"
    required: bool = False
    default: str | int | bool = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class When:
    """The setting that decides whether another is asked for, and with which values; ``also`` is a second one."""

    key: str
    values: tuple[str | bool, ...]
    also: When | None = None


@dataclass(frozen=True)
class SettingField:
    """A setting.

    Attributes:
        key: its name in the connection file's table.
        label, help, example: what a person reads.
        kind: how it is entered and checked. A ``table`` stands in the file as an array of tables; an ``open-file`` is
            one that exists; a ``pinned`` text is not typed but taken over from what a test shows.
        required: whether nothing works without it; a table then needs a row.
        default: its value when it is not given; a table's is empty.
        choices: allowed values, where there are only some.
        choice_labels: (value, label) of those whose word in the file is not what a person reads in the window.
        advanced: whether it stands behind *Advanced*.
        columns: of a table, its columns.
        rows: of a table, where its rows come from. ``free``: a person adds and deletes them; ``fixed``: ``row_labels``;
            ``schools``: the chosen schools, by school number; ``entities``: the entities that are delivered, by key.
            But for ``free``, a row names in ``row`` what it is about, and what has no row is as if it were empty.
        row_labels: of a table with fixed rows: (key, label) of each.
        frozen: whether it decides ids or names that must never change: after the first delivery, only the re-key
            assistant changes it, and the next run is held.
        when: with which values of another setting it is asked for; None for always. Otherwise it is not shown, not
            required, and what the file says of it does nothing.
        locates: whether it says where the destination is, so that two connections with the same values deliver to the
            same place; None for what its kind says: folders and files do.
        normal: gives the form in which two such values are compared, from what a person typed; raises FixSettings for
            a value that is none. None: folders and files by their path, all else without regard to case.
    """

    key: str
    label: str
    help: str
    kind: Literal["text", "folder", "file", "open-file", "pinned", "number", "choice", "switch", "table"]
    required: bool = False
    default: str | int | bool = ""
    choices: tuple[str, ...] = ()
    example: str = ""
    advanced: bool = False
    columns: tuple[TableColumn, ...] = ()
    rows: RowSource = "free"
    row_labels: tuple[tuple[str, str], ...] = ()
    choice_labels: tuple[tuple[str, str], ...] = ()
    frozen: bool = False
    when: When | None = None
    locates: bool | None = None
    normal: Callable[[str], str] | None = None

    @property
    def is_place(self) -> bool:
        """Whether it says where the destination is."""
        return self.kind in ("folder", "file") if self.locates is None else self.locates

    @property
    def initial(self) -> Any:
        """Its value when it is not given."""
        return [] if self.kind == "table" else self.default


@dataclass(frozen=True)
class SecretField:
    """A secret: kept in the keyring, entered apart, never among the settings.

    Attributes:
        key: its name; as a key of the secret store it is ``source.KEY`` or ``destination.KEY``.
        label, help: what a person reads.
        required: whether nothing works without it.
        when: as of a setting.
        in_files: whether it stands in the files that are delivered: earlier ones are not kept, even once it is gone.
    """

    key: str
    label: str
    help: str
    required: bool = True
    when: When | None = None
    in_files: bool = False


def is_asked(one: SettingField | SecretField, fields: Sequence[SettingField], given: Mapping[str, Any]) -> bool:
    """Whether a setting or secret is asked for, with these values of ``fields``; those not given have their default."""
    when = one.when
    while when is not None:
        (decides,) = (field for field in fields if field.key == when.key)
        if given.get(decides.key, decides.initial) not in when.values or not is_asked(decides, fields, given):
            return False
        when = when.also
    return True


_SAID_AS = {"open-file": "file", "pinned": "text"}


@dataclass(frozen=True)
class FieldCheck:
    """Checks values against what is declared; each method raises FixSettings that names the setting.

    Attributes:
        owner: whose settings they are, as a person reads it.
        section: the table of the connection file, in front of a key.
        code: the error's code.
    """

    owner: str
    section: str
    code: str

    def known(self, given: Mapping[str, Any], fields: Sequence[SettingField], secrets: Sequence[SecretField]) -> None:
        """Refuse what is not declared, and secrets: they never stand in a file."""
        keys = [field.key for field in fields]
        labels = {secret.key: secret.label for secret in secrets}
        for key in given:
            if key in labels:
                raise self.refusal("secret", key, label=labels[key])
            if key not in keys:
                raise self.refusal("unknown", key, owner=self.owner, name=key, hint=hint_at(key, keys))

    def value(self, field: SettingField, value: object) -> None:
        """Refuse a value of another type, one that is no choice, and an empty one where one is required."""
        if field.required and value in ("", []):
            raise self.refusal("missing", field.key, label=field.label, owner=self.owner, help=field.help)
        if field.kind == "table":
            self._table(field, value)
        else:
            self._single(field, value, field.key, self.owner)

    def _single(self, field: SettingField | TableColumn, value: object, path: str, owner: str | Phrase) -> None:
        wanted: type = {"number": int, "switch": bool}.get(field.kind, str)
        about: dict[str, Value] = {"label": field.label, "owner": owner, "choices": field.choices}
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise self.refusal(f"no-{_SAID_AS.get(field.kind, field.kind)}", path, **about)
        if isinstance(value, int) and value < 0:
            raise self.refusal("negative", path, **about)
        if field.choices and value not in field.choices:
            raise self.refusal("not-offered", path, value=str(value), **about)

    def _table(self, field: SettingField, value: object) -> None:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            place = f"{self.section}.{field.key}"
            raise self.refusal("no-table", field.key, label=field.label, owner=self.owner, place=place)
        named: set[str] = set()
        for number, row in enumerate(value):
            name = row.get(ROW, "")
            label = dict(field.row_labels).get(name, name)
            key = "table/row" if label else "table/row-number"
            self._row(field, row, f"{field.key}[{number}]", phrase(key, row=label or number + 1, label=field.label))
            if field.rows != "free" and name in named:
                raise self.refusal("two-rows", field.key, label=field.label, name=name)
            named.add(name)

    def _row(self, field: SettingField, row: Mapping[str, Any], path: str, which: Phrase) -> None:
        columns = {column.key: column for column in field.columns}
        if field.rows != "free":
            columns = {ROW: TableColumn(ROW, field.label, required=True), **columns}
        for key in row:
            if key not in columns:
                hint = hint_at(key, list(columns))
                raise self.refusal("no-column", f"{path}.{key}", label=field.label, name=key, hint=hint)
        for key, column in columns.items():
            value = row.get(key, column.default)
            if column.required and value == "":
                raise self.refusal("no-cell", f"{path}.{key}", column=column.label, owner=which, name=key)
            if value != "":
                self._single(column, value, f"{path}.{key}", which)
        labels = dict(field.row_labels)
        if field.rows == "fixed" and row[ROW] not in labels:
            hint = hint_at(row[ROW], list(labels))
            raise self.refusal("no-row", f"{path}.{ROW}", label=field.label, name=row[ROW], hint=hint)

    def refusal(self, case: str, path: str, **values: Value) -> FixSettings:
        """The error for a setting, named by its path within the section; ``case``: see psconnect.wording.errors."""
        error = FixSettings(f"{self.code}/{case}", where=f"{self.section}.{path}")
        error.values = values
        return error


SecretOf = Callable[[str], str]
"""A secret by its key; raises FixSettings where a required one is not known."""


def no_secret(_key: str) -> str:
    """A SecretOf that knows none."""
    return ""
