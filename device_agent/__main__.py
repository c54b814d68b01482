"""`python -m device_agent` and the `loa-agent` command."""

import sys

from device_agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
