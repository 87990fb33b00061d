"""The small blocks of a lesson: lines of `key: value`, and what they may say."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from typing import get_args

from graphstep.lessons._answers import Variable
from graphstep.lessons._lesson import (
    Claims,
    Exercise,
    ExerciseKind,
    Expression,
    Mistake,
    Prose,
    Stop,
    Table,
)
from graphstep.lessons._lesson_text import prose_from_text

_ENTRY = re.compile(r"(?P<key>[A-Za-z][\w ()|‖/²-]*?):(?:\s+(?P<value>.*))?")
_ITERATION = re.compile(r"\d+(\s*,\s*\d+)*")
_VARIABLE = re.compile(
    r"(?P<name>\w+)(?:\[(?P<shape>[\d, ]+)\])?"
    r"(?:\s+(?P<low>-?[\d.]+?)\.\.(?P<high>-?[\d.]+))?"
)
_MISTAKE = " => "
PASSES = ("forward", "backward")
PANELS = (
    "inspector", "chain", "source", "outline", "array", "jaxpr", "stops", "runs",
)  # fmt: skip


class DirectiveError(Exception):
    """A block says what it cannot say.

    Attributes:
        line: The line in the file.
        text: What is wrong, and what was expected.
    """

    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text
        super().__init__(text)


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value`; a value goes on in lines that are indented."""

    key: str
    value: str
    line: int

    @property
    def expression(self) -> Expression:
        """The value as Python."""
        return Expression(self.value, self.line)

    @property
    def prose(self) -> Prose:
        """The value as text."""
        return prose_from_text(self.value, self.line)


def entries_of(text: str, first_line: int) -> tuple[Entry, ...]:
    """Return the entries of a block whose first line is that of the file."""
    found: list[Entry] = []
    for line, written in enumerate(text.splitlines(), first_line):
        if not written.strip():
            continue
        if written[0].isspace() and found:
            last = found[-1]
            value = f"{last.value}\n{written.strip()}".strip()
            found[-1] = dataclasses.replace(last, value=value)
            continue
        match = _ENTRY.fullmatch(written)
        if match is None:
            msg = f"expected `key: value`, and came `{written.strip()}`"
            raise DirectiveError(line, msg)
        found.append(Entry(match["key"], (match["value"] or "").strip(), line))
    return tuple(found)


class Entries:
    """The entries of one block, each asked for by its key.

    Args:
        what: What the block is called.
        entries: What stands in it.
        known: Keys, and whether each may come more than once.
        line: The line of the block.
    """

    def __init__(
        self,
        what: str,
        entries: tuple[Entry, ...],
        known: Mapping[str, bool],
        line: int,
    ) -> None:
        self._what, self._entries, self.line = what, entries, line
        seen: set[str] = set()
        for entry in entries:
            if entry.key not in known:
                raise DirectiveError(entry.line, _unknown(entry.key, what, known))
            if entry.key in seen and not known[entry.key]:
                raise DirectiveError(entry.line, f"`{entry.key}` is there twice")
            if not entry.value:
                msg = f"`{entry.key}` says nothing; expected a value after the colon"
                raise DirectiveError(entry.line, msg)
            seen.add(entry.key)

    def get(self, key: str) -> Entry | None:
        """Return an entry that may be missing."""
        return next((entry for entry in self._entries if entry.key == key), None)

    def need(self, key: str) -> Entry:
        """Return an entry that must be there."""
        found = self.get(key)
        if found is None:
            raise DirectiveError(self.line, f"`{self._what}` lacks `{key}: …`")
        return found

    def all(self, key: str) -> tuple[Entry, ...]:
        """Return every entry of a key."""
        return tuple(entry for entry in self._entries if entry.key == key)

    def text(self, key: str, default: str = "") -> str:
        """Return a value that may be missing."""
        found = self.get(key)
        return default if found is None else found.value


def _unknown(key: str, what: str, known: Mapping[str, bool]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    meant = f"; did you mean `{near[0]}`?" if near else ""
    return f"`{what}` has no `{key}`, but: {', '.join(known)}{meant}"


def one_of(entry: Entry, allowed: tuple[str, ...]) -> str:
    """Return a value that must be one of a few."""
    if entry.value not in allowed:
        expected = ", ".join(allowed)
        msg = f"`{entry.key}` is `{entry.value}`; expected one of: {expected}"
        raise DirectiveError(entry.line, msg)
    return entry.value


# The blocks ---------------------------------------------------------------------------

_STOP: dict[str, bool] = dict.fromkeys(
    ("at", "pass", "iteration", "open", "select", "show"), False
)


def read_stop(text: str, line: int) -> Stop:
    """Read where to go."""
    given = Entries("stop", entries_of(text, line + 1), _STOP, line)
    pass_, show = given.get("pass"), given.get("show")
    iteration = given.get("iteration")
    turns = None
    if iteration is not None:
        if not _ITERATION.fullmatch(iteration.value):
            msg = f"`iteration` is `{iteration.value}`; expected numbers such as `3`"
            raise DirectiveError(iteration.line, msg)
        turns = tuple(int(turn) for turn in iteration.value.split(","))
    return Stop(
        given.need("at").value,
        "forward" if pass_ is None else one_of(pass_, PASSES),
        turns,
        tuple(each.strip() for each in given.text("open").split(",") if each.strip()),
        given.text("select"),
        "" if show is None else one_of(show, PANELS),
        line,
    )


_EXERCISE = {
    "ask": False, "kind": False, "answer": False, "why": False, "hint": True,
    "mistake": True, "option": True, "variables": False, "same_as": False,
    "tolerance": False,
}  # fmt: skip
_CHANGE = {"set": True, **_EXERCISE}


def read_exercise(text: str, line: int, *, is_change: bool) -> Exercise:
    """Read a question, or one about what a change will bring."""
    what = "change" if is_change else "exercise"
    known = _CHANGE if is_change else _EXERCISE
    given = Entries(what, entries_of(text, line + 1), known, line)
    kind = one_of(given.need("kind"), get_args(ExerciseKind))
    options = tuple(entry.value for entry in given.all("option"))
    if (kind == "choice") != bool(options) or len(options) == 1:
        msg = "a choice needs two lines `option: …` or more, and nothing else has any"
        raise DirectiveError(line, msg)
    for key in ("variables", "same_as"):
        if (kind == "expression") != (given.get(key) is not None):
            msg = f"an expression needs `{key}: …`, and nothing else has it"
            raise DirectiveError(line, msg)
    if is_change and not given.all("set"):
        raise DirectiveError(line, "`change` lacks `set: ARGUMENT = VALUE`")
    return Exercise(
        given.need("ask").prose,
        kind,  # pyright: ignore[reportArgumentType] -- one of its own words.
        given.need("answer").expression,
        given.need("why").prose,
        tuple(entry.prose for entry in given.all("hint")),
        tuple(map(_mistake, given.all("mistake"))),
        options,
        _variables(given.get("variables")),
        None if (same := given.get("same_as")) is None else same.expression,
        _tolerance(given.get("tolerance")),
        tuple(map(_assignment, given.all("set"))),
        line,
    )


def _mistake(entry: Entry) -> Mistake:
    answer, arrow, text = entry.value.partition(_MISTAKE)
    if not arrow:
        msg = "expected `mistake: EXPRESSION => what is said to it`"
        raise DirectiveError(entry.line, msg)
    return Mistake(
        Expression(answer.strip(), entry.line), prose_from_text(text, entry.line)
    )


def _assignment(entry: Entry) -> tuple[str, Expression]:
    name, equals, value = entry.value.partition("=")
    if not equals or not name.strip().isidentifier():
        msg = f"`set` is `{entry.value}`; expected `ARGUMENT = VALUE`"
        raise DirectiveError(entry.line, msg)
    return name.strip(), Expression(value.strip(), entry.line)


def _variables(entry: Entry | None) -> tuple[Variable, ...]:
    if entry is None:
        return ()
    found: list[Variable] = []
    for written in entry.value.split(";"):
        match = _VARIABLE.fullmatch(written.strip())
        if match is None:
            msg = f"`variables` has `{written.strip()}`; expected `x; A[2,2]; s 0.1..2`"
            raise DirectiveError(entry.line, msg)
        shape = tuple(int(size) for size in re.findall(r"\d+", match["shape"] or ""))
        variable = Variable(match["name"], shape)
        if match["low"]:
            low, high = float(match["low"]), float(match["high"])
            variable = dataclasses.replace(variable, low=low, high=high)
        found.append(variable)
    return tuple(found)


def _tolerance(entry: Entry | None) -> float:
    if entry is None:
        return 0.01
    try:
        found = float(entry.value)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        msg = f"`tolerance` is `{entry.value}`; expected a part such as `0.01`"
        raise DirectiveError(entry.line, msg)
    return found


def read_claims(text: str, line: int) -> Claims:
    """Read expressions, one a line."""
    lines = enumerate(text.splitlines(), line + 1)
    found = tuple(Expression(each.strip(), at) for at, each in lines if each.strip())
    if not found:
        raise DirectiveError(line, "`claim` holds no expression")
    return Claims(found)


def read_table(text: str, line: int) -> Table:
    """Read columns: a heading and what computes it."""
    entries = entries_of(text, line + 1)
    bars = next((entry for entry in entries if entry.key == "bars"), None)
    columns = tuple((e.key, e.expression) for e in entries if e is not bars)
    if not columns:
        msg = "`table` has no column; expected `heading: EXPRESSION`"
        raise DirectiveError(line, msg)
    if bars is not None:
        one_of(bars, tuple(heading for heading, _ in columns))
    return Table(columns, "" if bars is None else bars.value, line)
