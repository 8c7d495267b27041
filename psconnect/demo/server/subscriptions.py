"""The tables whose changes a plugin subscribes to.

A plugin names its tables in a file ``data_change_configuration_root/NAME.change_listener_config.xml`` (19)::

    <changeListener>
      <application name="roster" description="…"/>
      <dataVersionSubscription>
        <table name="STUDENTS"><column name="LAST_NAME"/></table>
      </dataVersionSubscription>
    </changeListener>
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psconnect.demo.server.safexml import local_name, parse_xml

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

SUBSCRIPTION_ENDING: Final = ".change_listener_config.xml"


@dataclass(frozen=True, slots=True)
class Subscription:
    """The columns of each table that an application watches, names in upper case."""

    application: str
    columns: dict[str, tuple[str, ...]]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it watches."""
        return tuple(self.columns)


def read_subscriptions(content: bytes) -> list[Subscription]:
    """Read a file of ``data_change_configuration_root``; other formats give an empty list.

    Raises:
        UnsafeXmlError: if it is not XML.

    """
    root = parse_xml(content)
    if local_name(root.tag) != "changeListener":
        return []
    applications = [one for one in root if local_name(one.tag) == "application" and one.get("name")]
    # In a published example, the subscription is beside the application; inside it is accepted too.
    return [Subscription(one.get("name", ""), _columns(one) or _columns(root)) for one in applications]


def _columns(element: ET.Element) -> dict[str, tuple[str, ...]]:
    tables = [
        table
        for part in element
        if local_name(part.tag) == "dataVersionSubscription"
        for table in part
        if local_name(table.tag) == "table"
    ]
    return {
        table.get("name", "").upper(): tuple(
            one.get("name", "").upper() for one in table if local_name(one.tag) == "column"
        )
        for table in tables
    }
