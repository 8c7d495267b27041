#!/usr/bin/env python3
"""Starts psconnect, its demo district and its tests from a fresh checkout; `dev.py --help` tells how.

This file is written so that any Python can read it: an old one shall say what it lacks, not fail on the syntax.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.stderr.write(
        "psconnect needs Python 3.11 to 3.14, and this is Python %d.%d. "  # noqa: UP031 (an old Python reads this)
        "Install one of those from python.org, then start this command with it.\n" % sys.version_info[:2]
    )
    sys.exit(2)

from workbench.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
