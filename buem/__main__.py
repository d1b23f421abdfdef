"""`python -m buem`, the same as the command `buem`."""

import sys

from buem.cli import main

if __name__ == "__main__":
    sys.exit(main())
