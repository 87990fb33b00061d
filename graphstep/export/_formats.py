"""The formats that graphstep writes, and the suffixes that name them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from graphstep.errors import FormatError

# Those that Graphviz draws, and the text that it draws them from.
PICTURES = ("svg", "png", "pdf", "dot")
# Those that hold the graph itself, to be read by programs.
DATA = ("graphml", "json", "model-explorer")
FORMATS = (*PICTURES, "html", "mermaid", *DATA)
TEXTS = tuple(name for name in FORMATS if name not in ("png", "pdf"))
SUFFIXES = {
    **{f".{name}": name for name in (*PICTURES, "html", "graphml", "json")},
    ".gv": "dot",
    ".htm": "html",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}


def format_from_path(path: str | os.PathLike[str]) -> str:
    """Return the format that the suffix of `path` names.

    Raises:
        FormatError: If it names none of `FORMATS`.
    """
    suffix = Path(path).suffix
    try:
        return SUFFIXES[suffix.lower()]
    except KeyError:
        shown = f"`{suffix}` is not a format" if suffix else "it has no suffix"
        msg = (
            f"The format of `{os.fspath(path)}` is unknown: {shown} that graphstep "
            f"writes. Let the name end in {listed(SUFFIXES)}, or name the format."
        )
        raise FormatError(msg) from None


def checked_format(name: str) -> str:
    """Return `name` if it is one of `FORMATS`.

    Raises:
        FormatError: If it is not.
    """
    if name in FORMATS:
        return name
    msg = f"`{name}` is not a format that graphstep writes: {listed(FORMATS)}."
    raise FormatError(msg)


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence has them: `svg, png or dot`."""
    *most, last = names
    return f"{', '.join(most)} or {last}"
