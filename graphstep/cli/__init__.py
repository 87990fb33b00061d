"""The command line: `graphstep step`, `graphstep show` and `graphstep export`."""

from __future__ import annotations
