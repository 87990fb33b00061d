"""Lines that were typed before, to be found again by how they begin."""

from __future__ import annotations

import dataclasses

_KEPT = 500


@dataclasses.dataclass(frozen=True, slots=True)
class History:
    """The lines typed into a prompt.

    Attributes:
        lines: Oldest first, none twice.
    """

    lines: tuple[str, ...] = ()

    def add(self, line: str) -> History:
        """Put a line at the end."""
        kept = tuple(each for each in self.lines if each != line)
        return History((*kept, line)[-_KEPT:])

    def older(self, start: str, at: int | None) -> int | None:
        """Return the number of the line before `at` that begins with `start`.

        Args:
            start: How it begins.
            at: Where to look from; `None` for the end.
        """
        end = len(self.lines) if at is None else at
        found = (i for i in reversed(range(end)) if self.lines[i].startswith(start))
        return next(found, at)

    def newer(self, start: str, at: int | None) -> int | None:
        """Return the number of the line after `at`, or `None` if there is none."""
        if at is None:
            return None
        later = range(at + 1, len(self.lines))
        return next((i for i in later if self.lines[i].startswith(start)), None)
