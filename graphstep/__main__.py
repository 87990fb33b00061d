"""Run the command line: `python -m graphstep`."""

from __future__ import annotations

from graphstep.cli.main import main

if __name__ == "__main__":
    main()
