"""A strict judge of OneRoster 1.1 CSV bundles, written from the specification alone.

It shares no line with what writes bundles, so both can't be wrong in the same way: nothing here imports the product.
"""

from __future__ import annotations

from pathlib import Path

from tests.judges.oneroster11_archive import parse_lines, read_archive, read_manifest, read_tables
from tests.judges.oneroster11_findings import Finding
from tests.judges.oneroster11_graph import check_graph
from tests.judges.oneroster11_values import check_values

__all__ = ["Finding", "check_bundle", "read_bundle"]


def check_bundle(path: Path) -> list[Finding]:
    """Everything in which the bundle departs from the format; an empty list when it conforms."""
    findings: list[Finding] = []

    def report(file: str, line: int, rule: str, text: str) -> None:
        findings.append(Finding(file, line, rule, text))

    files = read_archive(path, report)
    if "manifest.csv" not in files:
        return findings
    modes = read_manifest(files["manifest.csv"], report)
    tables = read_tables(files, modes, report)
    for table in tables.values():
        check_values(table, report)
    check_graph(tables, report)
    return findings


def read_bundle(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each file (``users``, ``manifest`` …) as column -> exact value.

    Raises ValueError with the first finding when archive or text can't be read as the format wants it.
    """

    def refuse(file: str, line: int, rule: str, text: str) -> None:
        raise ValueError(f"{file}, line {line}: {rule}: {text}")

    rows: dict[str, list[dict[str, str]]] = {}
    for file, content in read_archive(path, refuse).items():
        header, *lines = parse_lines(file, content, refuse)
        rows[file.removesuffix(".csv")] = [dict(zip(header, cells, strict=True)) for cells in lines]
    return rows
