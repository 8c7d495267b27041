"""Runs the command line with ``python -m psconnect``, or by the path of this file, as schedulers do in a checkout."""

from __future__ import annotations

import os
import sys

if not __package__:
    # Started by its path: Python looks for modules in this folder, where ours would hide its own (http).
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before imports

from psconnect.cli.windowless import main

sys.exit(main())
