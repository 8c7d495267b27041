"""Checks a finished plugin before it is saved, as a strict server would read it (docs/powerschool.md 15.1 to 15.8).

PowerSchool tells little: a query whose columns don't match loads without a word and answers "not found" later. So the
finished bytes are read again here. This shares no code with what writes them.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator

from psconnect.model.errors import FixSettings

_NS = "{http://plugin.powerschool.pearson.com}"
_LIMITS = {"name": (1, 40), "version": (1, 20), "description": (0, 256)}
_LONGEST_COLUMN, _LONGEST_QUERY, _PARTS_OF_A_NAME = 30, 200, 5
_ENTRY = re.compile(
    r"plugin\.xml|queries_root/[\w.]+\.named_queries\.xml|data_change_configuration_root/\w+\.change_listener_config\.xml"
)
_ORDER = ["oauth", "access_request", "publisher"]
_PS_HTML = ("~(", "~[")
_ORACLE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_$#]*")


def check_names(table: str, field: str) -> None:
    """Raise FixSettings for a table or field that no plugin can ask for, because a setting names it wrongly."""
    for part in (table, field):
        if not _is_name(part):
            raise FixSettings(
                "PSC-PLUGIN-NAME",
                where=f"{table}.{field}",
                name=part,
                full_name=f"{table}.{field}",
                most=_LONGEST_COLUMN,
            )


def faults_of(content: bytes) -> list[str]:
    """What is wrong with a plugin's file, a ZIP or a lone plugin.xml; an empty list for nothing."""
    return list(_faults(content))


def _faults(content: bytes) -> Iterator[str]:
    if not content.startswith(b"PK"):
        manifest = _xml(content)
        yield from _of_manifest(manifest) if manifest is not None else ["plugin.xml is not XML"]
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        files = {name: archive.read(name) for name in names}
    yield from (f"{name}: stands twice" for name in set(names) if names.count(name) > 1)
    yield from (f"{name}: does not belong into a plugin" for name in names if not _ENTRY.fullmatch(name))
    parsed = {name: _xml(text) for name, text in files.items()}
    yield from (f"{name}: is not XML" for name, root in parsed.items() if root is None)
    manifest = parsed.get("plugin.xml")
    if manifest is None:
        yield "there is no plugin.xml"
        return
    yield from _of_manifest(manifest)
    granted = _granted(manifest)
    queries = [root for name, root in parsed.items() if name.startswith("queries_root/") and root is not None]
    yield from _of_queries(queries, granted)
    for name, root in parsed.items():
        if name.startswith("data_change") and root is not None:
            watched = {(table.get("name", ""), c.get("name", "")) for table in root.iter("table") for c in table}
            yield from (f"{name}: {'.'.join(one)} is not granted" for one in sorted(watched - granted))


def _xml(text: bytes) -> ET.Element | None:
    try:
        return ET.fromstring(text)  # noqa: S314 - bytes that this program has just made
    except ET.ParseError:
        return None


def _of_manifest(root: ET.Element) -> Iterator[str]:
    if root.tag != f"{_NS}plugin":
        yield f"plugin.xml: its root is {root.tag}"
    for name, (least, most) in _LIMITS.items():
        size = len(root.get(name, "").encode())
        if not least <= size <= most:
            yield f"plugin.xml: {name} has {size} bytes, not {least} to {most}"
    if not re.fullmatch(r"\d+(\.\d+)*", root.get("version", "")):
        yield f"plugin.xml: the version is {root.get('version')}"
    order = [child.tag.removeprefix(_NS) for child in root]
    if order != _ORDER:
        yield f"plugin.xml: its parts are {', '.join(order)}"
    yield from _of_publisher(root)
    yield from _of_fields(root)


def _of_publisher(root: ET.Element) -> Iterator[str]:
    publisher, contact = root.find(f"{_NS}publisher"), root.find(f"{_NS}publisher/{_NS}contact")
    if publisher is None or not 1 <= len(publisher.get("name", "")) <= 100:  # noqa: PLR2004 - 15.2
        yield "plugin.xml: there is no publisher"
    if contact is None or not 1 <= len(contact.get("email", "")) <= 40:  # noqa: PLR2004 - 15.2
        yield "plugin.xml: the publisher has no e-mail of at most 40 characters"


def _of_fields(root: ET.Element) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for field in root.iter(f"{_NS}field"):
        place = (field.get("table", "").upper(), field.get("field", "").upper())
        yield from (f"plugin.xml: {part} is no name" for part in place if not _is_name(part))
        if field.get("access") != "ViewOnly":
            yield f"plugin.xml: {'.'.join(place)} asks for {field.get('access')}"
        if place in seen:
            yield f"plugin.xml: {'.'.join(place)} stands twice"
        seen.add(place)
    if not seen:
        yield "plugin.xml: it asks for nothing"


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_COLUMN and _ORACLE_NAME.fullmatch(text) is not None


def _granted(root: ET.Element) -> set[tuple[str, str]]:
    fields = root.iter(f"{_NS}field")
    return {(field.get("table", "").upper(), field.get("field", "").upper()) for field in fields}


def _of_queries(roots: list[ET.Element], granted: set[tuple[str, str]]) -> Iterator[str]:
    names: list[str] = []
    for root in roots:
        if root.tag != "queries":
            yield f"a query file begins with {root.tag}"
        for query in root:
            name = query.get("name", "")
            names.append(name)
            yield from (f"{name}: {fault}" for fault in _of_query(query, name, granted))
    yield from (f"{name}: stands twice" for name in set(names) if names.count(name) > 1)


def _of_query(query: ET.Element, name: str, granted: set[tuple[str, str]]) -> Iterator[str]:
    if len(name) > _LONGEST_QUERY or len(name.split(".")) != _PARTS_OF_A_NAME:
        yield f"its name is not of five parts and at most {_LONGEST_QUERY} characters"
    if name.startswith(("com.powerschool", "com.pearson")):
        yield "its name is PowerSchool’s own"
    columns = [(one.get("column", "").upper(), (one.text or "").strip()) for one in query.iter("column")]
    for column, output in columns:
        table, _, field = column.partition(".")
        if (table, field) not in granted:
            yield f"{column} is not granted"
        if not _is_name(output):
            yield f"{output} is no name"
    outputs = [output.lower() for _column, output in columns]
    yield from (f"{output} stands twice" for output in set(outputs) if outputs.count(output) > 1)
    sql = query.findtext("sql") or ""
    selected = _selected(sql)
    if selected != outputs:
        yield f"it selects {len(selected)} columns ({', '.join(selected)}), and names {len(outputs)}"
    arguments = {one.get("name") for one in query.iter("arg")}
    bound = set(re.findall(r"(?<![:\w]):(\w+)", re.sub(r"'[^']*'", "", sql)))
    if arguments != bound:
        yield f"its arguments are {sorted(map(str, arguments))}, and the SQL has {sorted(bound)}"
    if sql.strip().endswith(";") or any(tag in sql for tag in _PS_HTML):
        yield "its SQL has what PowerSchool does not run"
    yield from _of_tables(sql, query.get("coreTable", "").upper(), granted)


def _selected(sql: str) -> list[str]:
    """The names of the outermost select list: the last word of each part, in lower case."""
    flat = _without_brackets(sql)
    found = re.match(r"\s*SELECT\s(.*?)\sFROM\s", flat, re.DOTALL | re.IGNORECASE)
    return [part.split()[-1].rpartition(".")[2].lower() for part in found[1].split(",")] if found else []


def _without_brackets(sql: str) -> str:
    """The SQL with everything in brackets left out, so that commas and FROM are those of the outermost select."""
    depth, kept = 0, []
    for sign in re.sub(r"'[^']*'", "''", sql):
        depth += sign == "("
        kept.append(sign if depth == 0 else "")
        depth -= sign == ")"
    return "".join(kept)


def _of_tables(sql: str, core: str, granted: set[tuple[str, str]]) -> Iterator[str]:
    """Whether every column that the SQL reads of a table is granted; an alias may stand for several tables."""
    text = re.sub(r"'[^']*'", "''", sql)
    tables: dict[str, set[str]] = {}
    for table, alias in re.findall(r"(?:FROM|JOIN)\s+(\w+)\s+(\w+)", text, re.IGNORECASE):
        tables.setdefault(alias.lower(), set()).add(table.upper())
    if core not in set().union(*tables.values(), set()):
        yield f"it does not read its core table {core}"
    derived = _derived(text)
    for alias, column in set(re.findall(r"\b(\w+)\.(\w+)", text)):
        reads, gives = tables.get(alias.lower(), set()), derived.get(alias.lower(), set())
        if not reads and column.lower() not in gives:
            yield f"{alias}.{column} belongs to no table"
        elif reads and not any((table, column.upper()) in granted for table in reads):
            yield f"{alias}.{column} ({' or '.join(sorted(reads))}) is not granted"


def _derived(sql: str) -> dict[str, set[str]]:
    """What each subquery with an alias passes on."""
    found: dict[str, set[str]] = {}
    for begin in re.finditer(r"\(SELECT\b", sql, re.IGNORECASE):
        depth = 0
        for place in range(begin.start(), len(sql)):
            depth += (sql[place] == "(") - (sql[place] == ")")
            if depth == 0:
                alias = re.match(r"\s+(\w+)", sql[place + 1 :])
                if alias:
                    found.setdefault(alias[1].lower(), set()).update(_selected(sql[begin.start() + 1 : place]))
                break
    return found
