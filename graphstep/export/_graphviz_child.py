"""Lay out DOT from stdin with pygraphviz; a program of its own, started by `_render`.

The exit status is 3 when pygraphviz cannot be imported.
"""

from __future__ import annotations

import sys

NO_PYGRAPHVIZ = 3


def main() -> int:
    """Write a picture to stdout: its format is the first argument, then options."""
    try:
        from pygraphviz import AGraph, DotError
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        return NO_PYGRAPHVIZ
    text = sys.stdin.buffer.read().decode("utf-8")
    try:
        options = " ".join(sys.argv[2:])
        picture = AGraph(string=text).draw(format=sys.argv[1], prog="dot", args=options)
    except (DotError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(picture or b"")
    return 0


if __name__ == "__main__":
    sys.exit(main())
