"""Conflicts that keep a plugin from being installed or enabled beside other plugins (15.4, 15.5, 15.8, 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psconnect.demo.oracle import Catalogue
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.package import Package
    from psconnect.demo.server.quirks import Quirks


def conflicts(package: Package, others: Iterable[Plugin], builtin: Iterable[str], quirks: Quirks) -> list[str]:
    """One sentence per name that another plugin or PowerSchool itself already uses."""
    queries = {query.name for query in package.queries}
    problems = [f"The query {name} is already defined by PowerSchool." for name in sorted(queries & set(builtin))]
    for other in others:
        by = f"by the plugin {other.manifest.name}."
        shared = sorted(queries & other.queries.keys())
        problems += [f"The query {name} is already defined {by}" for name in shared]
        if quirks.unique_query_files:
            shared = sorted(package.query_files & other.package.query_files)
            problems += [f"The query file {name} is already provided {by}" for name in shared]
        shared = sorted(package.pages & other.package.pages)
        problems += [f"The page {name} is already provided {by}" for name in shared]
    return problems


def invalid_columns(package: Package, catalogue: Catalogue, excluded: frozenset[str]) -> list[str]:
    """One line per table or field that a plugin asks for and that this server lacks or excludes (15.4).

    ``excluded`` has the names of fields (TABLE.FIELD) and of whole tables.
    """
    lines = []
    for grant in package.manifest.grants:
        table = catalogue.get(grant.table)
        if table is None or table.column(grant.field) is None:
            lines.append(f"{grant.table} {grant.field}: Invalid Column")
        elif not excluded.isdisjoint((grant.table, f"{grant.table}.{grant.field}")):
            lines.append(f"{grant.table} {grant.field}: Excluded Column")
    for subscription in package.subscriptions:
        for name, columns in subscription.columns.items():
            table = catalogue.get(name)
            if table is None or table.view:
                lines.append(f"{name}: Invalid Table")
            else:
                lines += [f"{name} {column}: Invalid Column" for column in columns if table.column(column) is None]
    return lines
