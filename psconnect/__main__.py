"""Runs the command line with ``python -m psconnect``."""

from __future__ import annotations

import sys

from psconnect.cli import main

sys.exit(main())
