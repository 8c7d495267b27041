"""What a plugin may view, as one self-contained HTML page to print or to hand on: no names of people, no address."""

from __future__ import annotations

import jinja2

from psconnect import resources
from psconnect.model.access import AccessList
from psconnect.wording.access import access_heading, access_purpose, access_reason
from psconnect.wording.catalogue import counted, tr


def access_page(access: AccessList, connection: str, plugin: str) -> str:
    """The page, in the chosen language."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    groups = [
        {
            "heading": access_heading(group),
            "purpose": access_purpose(group),
            "rows": [(one.name, one.meaning, access_reason(one)) for one in fields],
        }
        for group, fields in access.groups.items()
    ]
    title = tr("What the plugin “{plugin}” may view", plugin=plugin)
    return environment.from_string(resources.read_text("templates", "access.html")).render(
        title=title,
        connection=tr("For the connection “{name}” of psconnect.", name=connection),
        count=counted(len(access.fields), "1 field", "{count} fields"),
        only=tr("It can view these fields and change none."),
        headings=(tr("Field"), tr("What it holds"), tr("What it is for")),
        groups=groups,
        without=[access_heading(group) for group in access.not_read],
        not_read=tr("Not read:"),
    )
