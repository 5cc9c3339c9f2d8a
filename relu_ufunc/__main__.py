"""``python -m relu_ufunc``: the same as the command ``relu-ufunc``."""

import sys

from relu_ufunc._cli import main

if __name__ == "__main__":
    sys.exit(main())
