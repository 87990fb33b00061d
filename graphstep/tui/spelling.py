"""Write `ct(h)` and `dot(h)` where no accents can be drawn over a letter."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import Any, TypeVar, cast

_T = TypeVar("_T")
_BAR, _DOT = "\N{COMBINING MACRON}", "\N{COMBINING DOT ABOVE}"
_ACCENTED = re.compile(f"([^\\W\\d_])([{_BAR}{_DOT}])")
# As names of more than one letter are written everywhere.
_WORDS = {_BAR: "ct", _DOT: "dot"}


def spelled_out(found: _T) -> _T:
    """Return frozen dataclasses with each letter's bar or dot written in letters.

    A terminal of ASCII alone would drop them, and a cotangent be taken for its value.
    """
    return cast("_T", _spelled(found))


def _spelled(found: Any) -> Any:
    if isinstance(found, str):
        parts = unicodedata.normalize("NFD", found)
        return _ACCENTED.sub(lambda m: f"{_WORDS[m[2]]}({m[1]})", parts)
    if isinstance(found, tuple):
        return tuple(_spelled(each) for each in cast("tuple[Any, ...]", found))
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        names = [field.name for field in dataclasses.fields(found)]
        changes = {name: _spelled(getattr(found, name)) for name in names}
        return dataclasses.replace(found, **changes)
    return found
