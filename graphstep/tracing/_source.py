"""Find where in the user's source an equation was made."""

from __future__ import annotations

import dataclasses
import itertools
import linecache
from collections.abc import Sequence
from types import CodeType
from typing import Any

from graphstep.tracing._ownership import UserCode

# Start line, start column, end line, end column, as code objects and `ast` count
# them: lines from 1, columns from 0 and in bytes of UTF-8.
Span = tuple[int, int, int, int]
# A code object, and the byte offset of the instruction that was running.
RawFrame = tuple[CodeType, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """One call on the stack that made an equation.

    Attributes:
        file: The code's file name, or `<stdin>` and the like.
        line: First line of the expression, from 1.
        column: Where it starts on that line, in characters from 0; 0 when unknown.
        end_line: Its last line.
        end_column: The column after its last character.
        function: Qualified name of the function.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str


@dataclasses.dataclass(frozen=True, slots=True)
class SourceLocation:
    """The expression in the user's source that made an equation.

    Attributes:
        file: The code's file name, or `<stdin>` and the like.
        line: First line of the expression, from 1.
        column: Where it starts on that line, in characters from 0; 0 when unknown.
        end_line: Its last line.
        end_column: The column after its last character.
        function: Qualified name of the function that it stands in.
        frames: The calls in the user's code, innermost first; the first one is this
            expression itself.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str
    frames: tuple[Frame, ...] = ()
    raw: tuple[RawFrame, ...] = dataclasses.field(default=(), repr=False, compare=False)

    @property
    def stack(self) -> tuple[Frame, ...]:
        """Every call, innermost first, those in libraries and in JAX too."""
        if not self.raw:
            return self.frames
        return tuple(frame_from_raw(code, lasti) for code, lasti in self.raw)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def source_location(
    source_info: Any, user: UserCode | None = None
) -> SourceLocation | None:
    """Return where the user's source made the equation with this `source_info`.

    Frames of JAX, of libraries and of graphstep are skipped. When there are no others,
    the innermost frame that is not JAX's counts: a library that was traced directly.

    Args:
        source_info: The `source_info` of a `JaxprEqn`.
        user: Which files are the user's; by default all that are not installed.

    Returns:
        The location, or `None` when nothing but JAX is on the stack. That is so inside
        functions that JAX itself compiles, such as the body of `jnp.linalg.norm`.
    """
    return location_from_frames(raw_frames(source_info), user)


def raw_frames(source_info: Any) -> list[RawFrame]:
    """Return the stack of an equation, innermost first."""
    traceback = source_info.traceback
    if traceback is None:
        return []
    codes, offsets = traceback.raw_frames()
    return list(zip(codes, offsets, strict=True))


def location_from_frames(
    frames: Sequence[RawFrame], user: UserCode | None = None
) -> SourceLocation | None:
    """Return the user's place in a stack that is given innermost first."""
    user = user or UserCode()
    frames = traced_frames(frames, user)
    chosen = [f for f in frames if user.owner(f[0].co_filename) == "user"]
    if not chosen:
        not_jax = (f for f in frames if user.owner(f[0].co_filename) == "library")
        chosen = list(itertools.islice(not_jax, 1))
    if not chosen:
        return None
    shown = tuple(frame_from_raw(code, offset) for code, offset in chosen)
    first = shown[0]
    return SourceLocation(
        first.file,
        first.line,
        first.column,
        first.end_line,
        first.end_column,
        first.function,
        frames=shown,
        raw=tuple(frames),
    )


def traced_frames(frames: Sequence[RawFrame], user: UserCode) -> Sequence[RawFrame]:
    """Return the frames inside the innermost call that graphstep itself made.

    The script that asks for the trace is on the stack too, but did not make the value.
    """
    for i, (code, _) in enumerate(frames):
        if user.owner(code.co_filename) == "graphstep":
            return frames[:i]
    return frames


# Keyed by identity: hashing a code object walks all of it.
_SPANS_SIZE = 4096
_spans: dict[int, tuple[CodeType, list[Span]]] = {}


def span_from_raw(code: CodeType, offset: int) -> Span:
    """Return where the instruction at byte `offset` stands; -1 for what is unknown."""
    cached = _spans.get(id(code))
    if cached is None:
        if len(_spans) >= _SPANS_SIZE:
            _spans.clear()
        cached = _spans[id(code)] = (code, _code_spans(code))
    spans = cached[1]
    index = offset // 2
    if 0 <= index < len(spans):
        return spans[index]
    return (code.co_firstlineno, -1, code.co_firstlineno, -1)


def _code_spans(code: CodeType) -> list[Span]:
    first = code.co_firstlineno
    return [
        (
            first if line is None else line,
            -1 if column is None else column,
            (first if line is None else line) if end_line is None else end_line,
            -1 if end_column is None else end_column,
        )
        for line, end_line, column, end_column in code.co_positions()
    ]


def frame_from_raw(code: CodeType, offset: int) -> Frame:
    """Return a frame as people count: lines from 1, columns in characters from 0."""
    line, column, end_line, end_column = span_from_raw(code, offset)
    file = code.co_filename
    return Frame(
        file,
        line,
        _characters(file, line, column),
        end_line,
        _characters(file, end_line, end_column),
        code.co_qualname,
    )


def _characters(file: str, line: int, column: int) -> int:
    if column <= 0:
        return 0
    text = linecache.getline(file, line)
    if not text or text.isascii():
        return column
    return len(text.encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))


def frames_from_traceback(traceback: Any) -> list[RawFrame]:
    """Return the stack of an exception's `__traceback__`, innermost first."""
    frames: list[RawFrame] = []
    while traceback is not None:
        frames.append((traceback.tb_frame.f_code, traceback.tb_lasti))
        traceback = traceback.tb_next
    return frames[::-1]


def source_line(location: SourceLocation | Frame) -> str:
    """Return the text of the first line at `location`, or `""` when it is gone."""
    return linecache.getline(location.file, location.line).rstrip()
