"""Find the line of the user's at which a run failed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from graphstep.tracing._one_line import text_of
from graphstep.tracing._ownership import UserCode, user_code
from graphstep.tracing._source import (
    SourceLocation,
    frames_from_traceback,
    location_from_frames,
)

# How XLA reports a callback that raised: with Python's traceback, as text.
_FRAME = re.compile(r'^\s*File "([^"\n]+)", line (\d{1,9}), in (.+)$', re.MULTILINE)
_LONGEST_CHAIN = 20


def failure_location(
    error: BaseException, fn: Callable[..., Any]
) -> SourceLocation | None:
    """Return where the user's code was when a run of `fn` raised `error`.

    The causes of the error are looked at too, and the tracebacks that XLA reports as
    text when a callback raised.

    Returns:
        The innermost line of the user's, or `None` if there is none.
    """
    user = user_code(fn)
    for cause in _causes(error):
        found = _from_text(text_of(cause), user)
        if found is None:
            frames = frames_from_traceback(cause.__traceback__)
            found = location_from_frames(frames, user)
            if found is not None and user.owner(found.file) != "user":
                found = None
        if found is not None:
            return found
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, the first cause first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) < _LONGEST_CHAIN:
        chain.append(current)
        current = current.__cause__ or current.__context__
    yield from reversed(chain)


def _from_text(text: str, user: UserCode) -> SourceLocation | None:
    frames = [
        (file, int(line), function.strip())
        for file, line, function in _FRAME.findall(text)
        if user.owner(file) == "user"
    ]
    if not frames:
        return None
    file, line, function = frames[-1]
    return SourceLocation(file, line, 0, line, 0, function)
