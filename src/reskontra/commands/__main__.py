"""``python -m reskontra.commands`` is the ``reskontra`` command."""

import sys

from reskontra.commands import main

sys.exit(main())
