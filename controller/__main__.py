"""`loa`: the controller's command line."""

import sys

from controller.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
