"""Paths of leaves in few cells."""

from __future__ import annotations

import re

from rich.cells import cell_len

from graphstep.tracing import one_line

_KEY = re.compile(r"""\[(['"])([^'"]*)\1\]""")


def short_path(path: str, width: int) -> str:
    """Return the path of a leaf in so many cells; its end tells leaves apart.

    Args:
        path: Such as `params['layer1']['w']`.
        width: How many cells.

    Returns:
        The path itself if it fits, else `params.layer1.w`, or the end of that.
    """
    path = one_line(path, 120)
    if cell_len(path) > width:
        path = _KEY.sub(r".\2", path)
    if cell_len(path) <= width:
        return path
    while path and cell_len(path) >= width:
        path = path[1:]
    return f"…{path}"
