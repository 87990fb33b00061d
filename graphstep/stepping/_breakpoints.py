"""Where to stop: what a breakpoint says, and how people write it."""

from __future__ import annotations

import dataclasses
import re

from graphstep.analysis import Condition
from graphstep.errors import SteppingError
from graphstep.graph import ProgramGraph, Region
from graphstep.stepping._blocks import Iteration
from graphstep.stepping._finders import FINDERS, LINE, NOUNS, compile_pattern
from graphstep.stepping._timeline import BACKWARD, FORWARD, Step

_NODE_ID = re.compile(
    r"(?:in|out|const)\d+|\d+(?::(?:\d+|cond|body))?(?:/[\w@.]+(?::(?:\d+|cond|body))?)*"
)
_KEYED = re.compile(r"(?P<key>node|primitive|name|line)\s*=\s*(?P<value>.+)", re.DOTALL)
_ITERATION = re.compile(
    # Ids of scopes hold an `@` too (`layer1@3`), but no space before it.
    r"(?P<rest>.*?)(?:^|\s)(?:@\s*|iter(?:ation)?\s+)(?P<turns>\d+(?:\s*,\s*\d+)*)",
    re.DOTALL,
)
_PASS = re.compile(rf"(?P<rest>.*?)\s*\bin\s+(?P<pass>{FORWARD}|{BACKWARD})", re.DOTALL)
_IF = re.compile(r"(?P<where>.*?)(?:^|\s)if(?:\s+(?P<condition>.*))?", re.DOTALL)
_EXPECTED = (
    "Expected a place (`12/3`, `tanh`, a name such as `h`, `:18` or `model.py:18`), a "
    "condition (`nan`, `norm > 1e3`), or both (`h if norm > 10`), and then at will an "
    "iteration (`@ 7`) and a pass (`in backward`)."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where, in which iteration and on which condition to stop.

    Everything that is given must be so.

    Attributes:
        node: Id of a node, or of a region without a node of its own: then once per
            call of it.
        primitive: Name of a primitive.
        name: Regular expression, searched in the names people know values by.
        line: Source line, `file.py:12`, or `:12` for that line of any file. Lines
            match the expression that made a node, or if none is there, a call that
            led to it.
        query: A name, else a primitive, else a letter of JAX's printout, else the id
            of a region.
        condition: `nan`, `inf`, `nonfinite`, `zero`, or a comparison of `norm`,
            `absmax`, `min`, `max` or `mean` with a number; on the primal in the
            forward pass and on the cotangent in the backward pass, of any output of
            the node.
        iteration: Index of an iteration, in order of execution, of the innermost loop;
            or several, of that many innermost loops, outermost first.
        pass_: `forward` or `backward`; by default both.
    """

    node: str | None = None
    primitive: str | None = None
    name: str | None = None
    line: str | None = None
    query: str | None = None
    condition: str | None = None
    iteration: int | Iteration | None = None
    pass_: str | None = None

    def __post_init__(self) -> None:
        if all(getattr(self, field.name) is None for field in dataclasses.fields(self)):
            msg = f"A breakpoint needs something to stop at. {_EXPECTED}"
            raise SteppingError(msg)
        if self.condition is not None:
            Condition.parse(self.condition)
        if self.name is not None:
            compile_pattern(self.name)
        if self.line is not None and not LINE.fullmatch(self.line):
            msg = f"`{self.line}` is no source line. Expected `file.py:12` or `:12`."
            raise SteppingError(msg)
        if self.pass_ not in (None, FORWARD, BACKWARD):
            msg = f"`{self.pass_}` is no pass to stop in. Expected forward or backward."
            raise SteppingError(msg)
        if any(turn < 0 for turn in self.turns):
            msg = f"Iterations are counted from 0, so there is none {self.iteration}."
            raise SteppingError(msg)

    @property
    def turns(self) -> Iteration:
        """The iterations demanded of the innermost loops, outermost first."""
        if self.iteration is None:
            return ()
        if isinstance(self.iteration, int):
            return (self.iteration,)
        return tuple(self.iteration)

    @classmethod
    def parse(cls, text: str) -> Breakpoint:
        r"""Read a breakpoint as a person writes it.

        The form is `[PLACE] [if CONDITION] [@ ITERATION] [in PASS]`; a condition alone
        needs no `if`. For instance:

            12/3                   a node, or a region
            tanh                   a name, a primitive or a letter
            :18     model.py:18    a source line
            nan     norm > 1e3     the first value of which that is so
            h if norm > 10         both
            dot_general if nan @ 7          in iteration 7 of its loop; also `iter 7`
            12/3 @ 2,7             in iteration 7 of the inner, 2 of the outer loop
            tanh in backward       in one pass

        A place can say what it is: `node=12/3`, `primitive=max`, `name=^layer\d`,
        `line=model.py:18`; a name is a regular expression then.

        Raises:
            SteppingError: If `text` is none; the message says what was expected.
        """
        rest = text.strip()
        fields: dict[str, str | Iteration | int] = {}
        if match := _PASS.fullmatch(rest):
            rest, fields["pass_"] = match["rest"].strip(), match["pass"]
        if match := _ITERATION.fullmatch(rest):
            turns = tuple(int(turn) for turn in match["turns"].split(","))
            fields["iteration"] = turns if turns[1:] else turns[0]
            rest = match["rest"].strip()
        if match := _IF.fullmatch(rest):
            rest = match["where"].strip()
            fields["condition"] = str(Condition.parse(match["condition"] or ""))
        elif condition := _condition(rest):
            rest, fields["condition"] = "", condition
        if rest:
            key, value = _place(rest)
            fields[key] = value
        if not fields:
            msg = f"`{text}` is no breakpoint. {_EXPECTED}"
            raise SteppingError(msg)
        return cls(**fields)  # pyright: ignore[reportArgumentType]

    def __str__(self) -> str:
        parts = [
            f"{key}={value}" if _place_or_none(value) != (key, value) else value
            for key in ("node", "primitive", "name", "line", "query")
            if (value := getattr(self, key)) is not None
        ]
        if self.condition is not None:
            parts.append(f"if {self.condition}" if parts else self.condition)
        if self.turns:
            parts.append(f"@ {','.join(map(str, self.turns))}")
        if self.pass_ is not None:
            parts.append(f"in {self.pass_}")
        return " ".join(parts)

    def region(self, graph: ProgramGraph) -> Region | None:
        """Return the region at whose calls it stops, if that is all that it says."""
        wanted = self.node or self.query
        others = (self.primitive, self.name, self.line, self.condition)
        if not wanted or wanted in graph or wanted not in graph.regions or any(others):
            return None
        region = graph.regions[wanted]
        stretch = graph.order[region.start : region.stop]
        return region if self.nodes(graph) == stretch else None

    def nodes(self, graph: ProgramGraph) -> tuple[str, ...]:
        """Return the nodes at which it may stop, in program order.

        The nodes of a region are all those inside.

        Raises:
            SteppingError: If nothing in `graph` is there to stop at.
        """
        chosen = set(graph.order)
        for key in ("node", "primitive", "name", "line", "query"):
            value = getattr(self, key)
            if value is None:
                continue
            found = FINDERS[key](graph, value)
            if not found:
                msg = (
                    f"Breakpoint `{self}` can never stop: {graph.trace.fn_name} has no "
                    f"{NOUNS[key]} `{value}`."
                )
                raise SteppingError(msg)
            chosen &= found
        if not chosen:
            msg = f"Breakpoint `{self}` can never stop: no node is all of that at once."
            raise SteppingError(msg)
        if len(chosen) == len(graph):
            return graph.order
        return tuple(sorted(chosen, key=graph.position))


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """Where the walk was stopped, and why.

    Attributes:
        breakpoint: The breakpoint that was hit.
        step: The step at which it was.
        reason: One line for a person.
    """

    breakpoint: Breakpoint
    step: Step
    reason: str


def _condition(text: str) -> str | None:
    try:
        return str(Condition.parse(text))
    except SteppingError:
        return None


def _place(text: str) -> tuple[str, str]:
    found = _place_or_none(text)
    if found is None:
        msg = f"`{text}` is no place to stop at. {_EXPECTED}"
        raise SteppingError(msg)
    return found


def _place_or_none(text: str) -> tuple[str, str] | None:
    if match := _KEYED.fullmatch(text):
        return match["key"], match["value"]
    if _NODE_ID.fullmatch(text):
        return "node", text
    if LINE.fullmatch(text):
        return "line", text
    # Paths of arguments, such as `params['w 1']`, may hold spaces; comparisons may not.
    if re.search(r"[<>=!]", text) or (" " in text and "[" not in text):
        return None
    return "query", text
