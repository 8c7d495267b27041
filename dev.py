#!/usr/bin/env python3
"""Starts psconnect, its demo district and its tests from a fresh checkout; see `dev.py --help`.

Any Python can parse this file, so that an old one says what is missing instead of failing on the syntax.
The rest is in packaging/workbench.
"""

import os
import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.stderr.write(
        "psconnect needs Python 3.11 to 3.14, and this is Python %d.%d. "  # noqa: UP031 (an old Python reads this)
        "Install one of those from python.org, then start this command with it.\n" % sys.version_info[:2]
    )
    sys.exit(2)

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "packaging"))  # noqa: PTH118, PTH120 (same)

from workbench.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
