"""What a lesson is: pages of text, each with a place in a walk, and exercises."""

from __future__ import annotations

import dataclasses
from typing import Literal

from graphstep.lessons._answers import Variable

SpanStyle = Literal["", "code", "strong", "emphasis"]
BlockKind = Literal["paragraph", "item", "code"]
ExerciseKind = Literal["number", "array", "shape", "choice", "expression", "node"]


@dataclasses.dataclass(frozen=True, slots=True)
class Expression:
    """Python that is written in a lesson.

    Attributes:
        text: The expression.
        line: Its line in the file.
    """

    text: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line of text.

    Attributes:
        text: What is read.
        style: How it is set off.
        claim: What must give this text, if it is claimed to be computed.
        line: Its line in the file.
    """

    text: str
    style: SpanStyle = ""
    claim: Expression | None = None
    line: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item of a list, or lines that are shown as they are.

    Attributes:
        kind: Which of these.
        spans: Its text.
        marker: What stands before an item.
    """

    kind: BlockKind
    spans: tuple[Span, ...]
    marker: str = ""

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(span.text for span in self.spans)


@dataclasses.dataclass(frozen=True, slots=True)
class Prose:
    """Blocks of text, one below the other."""

    blocks: tuple[Block, ...]
    line: int

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "\n".join(block.plain for block in self.blocks)


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """Columns of computed numbers.

    Attributes:
        columns: Heading and expression of each.
        bars: The heading of the column that is drawn as bars, by its logarithm.
        line: Its line in the file.
    """

    columns: tuple[tuple[str, Expression], ...]
    bars: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """A place in the walk, and what is to be seen there.

    Attributes:
        at: A name, letter or id of a node; or `start`, `seed`, `end`.
        pass_: Which pass: `forward` or `backward`.
        iteration: Which turn of each loop around the node, the outermost first.
        open: Regions whose inside is shown.
        select: The node to look at; empty for the cursor's.
        show: The panel beside the text; empty leaves it.
        line: Its line in the file.
    """

    at: str
    pass_: str
    iteration: tuple[int, ...] | None = None
    open: tuple[str, ...] = ()
    select: str = ""
    show: str = ""
    line: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer that many give, and what is said to it."""

    answer: Expression
    text: Prose


@dataclasses.dataclass(frozen=True, slots=True)
class Exercise:
    """A question with one answer, which is computed.

    Attributes:
        ask: The question.
        kind: What the answer is.
        answer: What gives it.
        why: What is explained afterwards.
        hints: What helps, one after the other.
        mistakes: Wrong answers that are spoken to.
        options: What can be chosen from, if it is a choice.
        variables: Of an expression, what occurs in it.
        same_as: Of an expression, the function of these that it must equal.
        tolerance: How far off a number may be, in parts of it.
        sets: Arguments to change first, by name; then it is asked what changes.
        line: Its line in the file.
    """

    ask: Prose
    kind: ExerciseKind
    answer: Expression
    why: Prose
    hints: tuple[Prose, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    options: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    same_as: Expression | None = None
    tolerance: float = 0.01
    sets: tuple[tuple[str, Expression], ...] = ()
    line: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Claims:
    """Expressions that must be true here; they are checked, and not shown."""

    expressions: tuple[Expression, ...]


Part = Prose | Table | Exercise | Claims


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What is read at one place of the walk.

    Attributes:
        heading: Its title.
        stop: The place.
        parts: What is read and asked there.
        line: Its line in the file.
    """

    heading: str
    stop: Stop
    parts: tuple[Part, ...]
    line: int

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """What is asked there, in order."""
        return tuple(part for part in self.parts if isinstance(part, Exercise))


@dataclasses.dataclass(frozen=True, slots=True)
class Lesson:
    """One file.

    Attributes:
        name: What it is called on the command line.
        file: Where it stands.
        title: Its title.
        summary: One line.
        minutes: How long it takes.
        needs: What to know first.
        walk: The call that is walked through, such as `loss(A, x, b)`.
        options: How it is recorded: expressions for `seed`, `argnums`, `tangents`.
        code: The Python, with blank lines in place of all else.
        pages: What is read.
    """

    name: str
    file: str
    title: str
    summary: str
    minutes: int
    needs: str
    walk: Expression
    options: tuple[tuple[str, Expression], ...]
    code: str
    pages: tuple[Page, ...]
