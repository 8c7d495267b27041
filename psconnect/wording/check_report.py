"""The findings of a check as a file to keep or to send: plain text or HTML, without secrets and nobody's data."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime

from psconnect.wording.catalogue import tr
from psconnect.wording.checks import WordedFinding, state_of_check
from psconnect.wording.times import exact

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 46em; padding: 0 1em; }}
h1 {{ font-size: 1.4em; }} li {{ margin: .6em 0; }} .failed, .waiting {{ font-weight: 600; }} small {{ opacity: .8; }}
</style></head><body><h1>{title}</h1><p>{made}</p><ul>
{lines}
</ul></body></html>
"""


def check_as_text(name: str, made: datetime, findings: Sequence[WordedFinding]) -> str:
    """All findings as plain text; ``made`` is when the check ended."""
    lines = [_title(name), exact(made), ""]
    for found in findings:
        lines.append(tr("{state}: {step}. {text}", state=state_of_check(found.state), step=found.step, text=found.text))
        lines += [f"    {part}" for part in (found.to_do, found.code) if part]
    return "\n".join(lines) + "\n"


def check_as_html(name: str, made: datetime, findings: Sequence[WordedFinding]) -> str:
    """The same as a page that needs nothing else."""
    lines = []
    for found in findings:
        head = tr("{state}: {step}. {text}", state=state_of_check(found.state), step=found.step, text=found.text)
        below = "".join(f"<br><small>{html.escape(part)}</small>" for part in (found.to_do, found.code) if part)
        lines.append(f'<li class="{found.state}">{html.escape(head)}{below}</li>')
    title = html.escape(_title(name))
    return _PAGE.format(title=title, made=html.escape(exact(made)), lines="\n".join(lines))


def _title(name: str) -> str:
    return tr("Connection check: {name}", name=name)
