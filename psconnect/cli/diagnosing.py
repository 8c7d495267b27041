"""The verb that collects diagnostics: the exact text is shown before it is saved, and nothing is sent."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from psconnect.cli import codes, output
from psconnect.service import Service
from psconnect.wording.catalogue import tr


def diagnostics(service: Service, options: argparse.Namespace) -> int:
    """``diagnostics``."""
    text = service.diagnostics()
    output.result(text.rstrip("\n"))
    if not options.output:
        return codes.DONE
    if not options.yes and sys.stdin.isatty():
        output.say(tr("This text, and nothing else, goes into {file}. Nothing is sent.", file=options.output))
        if output.answer(tr("Type yes to save it: ")) != "yes":
            output.say(tr("Nothing was saved."))
            return codes.USAGE
    service.save_diagnostics(text, Path(options.output))
    output.say(tr("The text above is in {file}. Send it to who helps you, if you want to.", file=options.output))
    return codes.DONE
