"""``python -m relu_ufunc``: the same as the command ``relu-ufunc``."""

import sys

from relu_ufunc._cli import main

sys.exit(main())
