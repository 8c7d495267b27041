"""What a part of a connection lets a person set, as data: window, command line and file check all follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psconnect.model.bad_setting import nearest
from psconnect.model.errors import FixSettings

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
class SettingField:
    """A setting.

    Attributes:
        key: its name in the connection file's table.
        label, help, example: what a person reads.
        kind: how it is entered and checked. A ``table`` stands in the file as an array of tables.
        required: whether nothing works without it; a table then needs a row.
        default: its value when it is not given; a table's is empty.
        choices: allowed values, where there are only some.
        advanced: whether it stands behind *Advanced*.
        columns: of a table, its columns.
        rows: of a table, where its rows come from. ``free``: a person adds and deletes them; ``fixed``: ``row_labels``;
            ``schools``: the chosen schools, by school number; ``entities``: the entities that are delivered, by key.
            But for ``free``, a row names in ``row`` what it is about, and what has no row is as if it were empty.
        row_labels: of a table with fixed rows: (key, label) of each.
    """

    key: str
    label: str
    help: str
    kind: Literal["text", "folder", "file", "number", "choice", "switch", "table"]
    required: bool = False
    default: str | int | bool = ""
    choices: tuple[str, ...] = ()
    example: str = ""
    advanced: bool = False
    columns: tuple[TableColumn, ...] = ()
    rows: RowSource = "free"
    row_labels: tuple[tuple[str, str], ...] = ()

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
    """

    key: str
    label: str
    help: str
    required: bool = True


@dataclass(frozen=True)
class FieldCheck:
    """Checks values against what is declared; each method raises FixSettings that names the setting.

    Attributes:
        owner: whose settings they are, as a person reads it.
        section: the table of the connection file, in front of a key.
        code: the error's code.
        title: the error's title.
    """

    owner: str
    section: str
    code: str
    title: str

    def known(self, given: Mapping[str, Any], fields: Sequence[SettingField], secrets: Sequence[SecretField]) -> None:
        """Refuse what is not declared, and secrets: they never stand in a file."""
        keys = [field.key for field in fields]
        labels = {secret.key: secret.label for secret in secrets}
        for key in given:
            if key in labels:
                raise self.refusal(f"“{labels[key]}” is a secret and never stands in a file.", "Set it apart.", key)
            if key not in keys:
                raise self.refusal(f"{self.owner} has no setting “{key}”.", nearest(key, keys), key)

    def value(self, field: SettingField, value: object) -> None:
        """Refuse a value of another type, one that is no choice, and an empty one where one is required."""
        if field.required and value in ("", []):
            raise self.refusal(f"“{field.label}” of {self.owner} is not set.", field.help, field.key)
        if field.kind == "table":
            self._table(field, value)
        else:
            self._single(field, value, field.key, self.owner)

    def _single(self, field: SettingField | TableColumn, value: object, path: str, owner: str) -> None:
        wanted: type = {"number": int, "switch": bool}.get(field.kind, str)
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            to_do = _GIVE.get(field.kind) or f"Choose one of: {', '.join(field.choices)}; write it in quotes."
            raise self.refusal(f"“{field.label}” of {owner} is of the wrong kind.", to_do, path)
        if isinstance(value, int) and value < 0:
            raise self.refusal(f"“{field.label}” of {owner} can’t be less than 0.", "Give 0 or more.", path)
        if field.choices and value not in field.choices:
            happened = f"“{field.label}” of {owner} can’t be “{value}”."
            raise self.refusal(happened, f"Choose one of: {', '.join(field.choices)}.", path)

    def _table(self, field: SettingField, value: object) -> None:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            to_do = f"Write one [[{self.section}.{field.key}]] for each row."
            raise self.refusal(f"“{field.label}” of {self.owner} is not a table.", to_do, field.key)
        named: set[str] = set()
        for number, row in enumerate(value):
            name = row.get(ROW, "")
            which = dict(field.row_labels).get(name, name) or f"row {number + 1}"
            self._row(field, row, f"{field.key}[{number}]", f"{which} of “{field.label}”")
            if field.rows != "free" and name in named:
                raise self.refusal(f"“{field.label}” has two rows for “{name}”.", "Keep one of them.", field.key)
            named.add(name)

    def _row(self, field: SettingField, row: Mapping[str, Any], path: str, which: str) -> None:
        columns = {column.key: column for column in field.columns}
        if field.rows != "free":
            columns = {ROW: TableColumn(ROW, field.label, required=True), **columns}
        for key in row:
            if key not in columns:
                happened = f"“{field.label}” of {self.owner} has no column “{key}”."
                raise self.refusal(happened, nearest(key, list(columns)), f"{path}.{key}")
        for key, column in columns.items():
            value = row.get(key, column.default)
            if column.required and value == "":
                happened = f"“{column.label}” of {which} is not set."
                raise self.refusal(happened, f"Give {key}.", f"{path}.{key}")
            if value != "":
                self._single(column, value, f"{path}.{key}", which)
        labels = dict(field.row_labels)
        if field.rows == "fixed" and row[ROW] not in labels:
            happened = f"“{field.label}” has no row “{row[ROW]}”."
            raise self.refusal(happened, nearest(row[ROW], list(labels)), f"{path}.{ROW}")

    def refusal(self, happened: str, to_do: str, path: str) -> FixSettings:
        """The error for a setting, named by its path within the section."""
        return FixSettings(self.code, self.title, happened, to_do, where=f"{self.section}.{path}")


_GIVE = {
    "text": "Give a text.",
    "folder": "Give the path of a folder, as a text.",
    "file": "Give the path of a file, as a text.",
    "number": "Give a whole number.",
    "switch": "Give true or false.",
}
SecretOf = Callable[[str], str]
"""A secret by its key; raises FixSettings where a required one is not known."""
