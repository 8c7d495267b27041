"""What the frozen programs start: the command line, with or without a console."""

import sys

from psconnect.cli.windowless import main

sys.exit(main())
