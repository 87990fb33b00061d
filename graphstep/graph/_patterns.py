"""Regular expressions that people type, looked for in names without an end in sight."""

from __future__ import annotations

import importlib
import math
import re
import time
from collections.abc import Iterator
from typing import Any

from graphstep.errors import PatternError
from graphstep.tracing import one_line

# Python cannot interrupt a match, and nothing else runs meanwhile, so what may take
# for ever is not begun: a repeat of something that can match in several ways.
_PARSER: Any = importlib.import_module("re._parser")
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
# Steps of one match at the most, about 20 ms, and seconds of the CPU for all of them.
_STEPS = 2_000_000
_SECONDS = 0.5


class Pattern:
    """A regular expression that gives up in time.

    Args:
        text: The expression.
        flags: As `re.compile` takes them.

    Raises:
        PatternError: If it is malformed, or could take for ever.
    """

    def __init__(self, text: str, flags: int = 0) -> None:
        self._shown = shown = one_line(text, 60)
        try:
            self._compiled = re.compile(text, flags)
            parts = _PARSER.parse(text, flags)
        except (re.error, OverflowError, RecursionError) as error:
            msg = f"`{shown}` is no regular expression: {error}."
            raise PatternError(msg) from None
        if any(_is_repeated_choice(part) for part in _all_parts(parts)):
            msg = (
                f"`{shown}` could take for ever: it repeats what can match in several "
                "ways. Write it without a repeat or an alternative inside a repeat."
            )
            raise PatternError(msg)
        ways = [_n_ways(part) for part in _all_parts(parts)]
        self._n_free = ways.count(math.inf)
        self._n_ways = math.prod(n for n in ways if n < math.inf)
        self._deadline = time.thread_time() + _SECONDS

    def search(self, name: str) -> bool:
        """Return whether it is found in a name.

        Raises:
            PatternError: If that would take too long, or did for the names before.
        """
        self._check(name)
        return self._compiled.search(name) is not None

    def fullmatch(self, name: str) -> bool:
        """Return whether a name as a whole is like it; raises as `search` does."""
        self._check(name)
        return self._compiled.fullmatch(name) is not None

    def _check(self, name: str) -> None:
        # A match may begin anywhere, and every free repeat may end anywhere.
        n = self._n_free + 1
        is_long = self._n_ways * len(name) ** n > _STEPS * math.factorial(n)
        is_late = self._n_free > 0 and time.thread_time() > self._deadline
        if is_long or is_late:
            msg = (
                f"`{self._shown}` takes too long to be looked for. Write it with fewer "
                "repeats."
            )
            raise PatternError(msg)


def _all_parts(parts: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the arguments of every part, those inside of others too."""
    waiting = [parts]
    while waiting:
        for code, argument in waiting.pop():
            yield str(code), argument
            waiting += _inside(argument)


def _inside(argument: Any) -> list[Any]:
    if isinstance(argument, _PARSER.SubPattern):
        return [argument]
    if isinstance(argument, tuple | list):
        return [part for each in argument for part in _inside(each)]
    return []


def _n_ways(part: tuple[str, Any]) -> float:
    """Return in how many ways a part can match: one that repeats at will, in any number."""
    code, argument = part
    if code == "BRANCH":
        return len(argument[1])
    if code in _REPEATS and argument[0] != argument[1]:
        return 2 if argument[1] - argument[0] == 1 else math.inf
    return 1


def _is_repeated_choice(part: tuple[str, Any]) -> bool:
    code, argument = part
    if code == "GROUPREF":
        return True
    if code not in _REPEATS or argument[1] < 2:
        return False
    return any(
        inner == "BRANCH" or (inner in _REPEATS and about[0] != about[1])
        for inner, about in _all_parts(argument[2])
    )
