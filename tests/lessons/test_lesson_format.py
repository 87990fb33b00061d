"""A lesson is read from Markdown, and what is wrong in it is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

import graphstep as gs
from graphstep.errors import LessonError, TargetError
from graphstep.lessons import (
    Exercise,
    Prose,
    check_lesson,
    lesson_from_text,
    lesson_named,
    read_lesson,
    template,
)

FRONT = "---\ntitle: T\nsummary: S\nminutes: 5\nwalk: f(x)\n---\n"
CODE = """
```python
import jax.numpy as jnp

x = jnp.array([1.0, 2.0])


def f(x):
    h = x * x
    return jnp.sum(h)
```
"""
PAGE = "\n## One\n\n```stop\nat: h\n```\n"
# Lines of what is added to this begin here.
GOOD = FRONT + CODE + PAGE
NEXT = GOOD.count("\n") + 1


def problems(text: str) -> list[str]:
    """Return what is wrong with a text, whether it is seen in reading or in running."""
    try:
        lesson = lesson_from_text(text, "t.md", "t")
    except LessonError as error:
        return str(error).splitlines()
    return [str(problem) for problem in check_lesson(lesson, gs.trace)]


def block(word: str, *lines: str) -> str:
    return "\n".join([f"```{word}", *lines, "```", ""])


EXERCISE = ("ask: what?", "kind: number", "answer: out", "why: so")


def test_a_page_has_its_stop_its_text_and_its_exercises() -> None:
    """What is read is what stands there, in order."""
    text = GOOD + "It is *so*: **5**<!-- out -->.\n\n" + block("exercise", *EXERCISE)

    lesson = lesson_from_text(text, "t.md", "t")

    (page,) = lesson.pages
    assert (page.heading, page.stop.at, page.stop.pass_) == ("One", "h", "forward")
    prose, exercise = page.parts
    assert isinstance(prose, Prose)
    assert prose.plain == "It is so: 5."
    assert [span.style for span in prose.blocks[0].spans] == [
        "", "emphasis", "", "strong", "",
    ]  # fmt: skip
    assert isinstance(exercise, Exercise)
    assert exercise.answer.text == "out"
    assert exercise.answer.line == NEXT + 5
    assert problems(text) == []


def test_the_template_holds() -> None:
    """Who starts from the template starts from a lesson that passes the check."""
    assert problems(template()) == []


# What is added, which of its lines is wrong, and what is said of it.
Wrong = tuple[str, int, str]
WRITTEN_WRONG: tuple[Wrong, ...] = (
    ("There are 7 of them.", 0, "the number `7` is computed by nothing"),
    (block("claim"), 0, "holds no expression"),
    (block("stopp", "at: h"), 0, "did you mean `stop`?"),
    (block("stop", "at: h"), 0, "has a `stop` already"),
    (block("exercise", *EXERCISE[1:]), 0, "lacks `ask: …`"),
    (block("exercise", *EXERCISE, "hnt: a"), 5, "did you mean `hint`?"),
    (block("exercise", *EXERCISE, "why: a"), 5, "`why` is there twice"),
    (block("exercise", *EXERCISE, "hint:"), 5, "`hint` says nothing"),
    (block("exercise", *EXERCISE, "words"), 5, "expected `key: value`"),
    (block("exercise", "kind: numbr", *EXERCISE[2:], "ask: a"), 1, "number, array"),
    (block("exercise", *EXERCISE, "mistake: 3"), 5, "mistake: EXPRESSION =>"),
    (block("exercise", *EXERCISE, "tolerance: 2"), 5, "expected a part"),
    (block("exercise", *EXERCISE, "option: a"), 0, "a choice needs two"),
    (block("exercise", *EXERCISE, "variables: x"), 0, "an expression needs"),
    (block("change", *EXERCISE), 0, "lacks `set"),
    (block("change", "set: 3", *EXERCISE), 1, "expected `ARGUMENT = VALUE`"),
    (block("table", "bars: a"), 0, "no column"),
    (block("table", "a: x", "bars: b"), 2, "expected one of: a"),
    ("### Deeper", 0, "only `## Heading` begins a page"),
    ("## Two", 0, "has no ```stop block"),
    ("## Two\n\n" + block("stop", "at: h", "pass: up"), 4, "forward, backward"),
    ("## Two\n\n" + block("stop", "at: h", "iteration: a"), 4, "`iteration`"),
    ("## Two\n\n" + block("stop", "at: h", "show: tv"), 4, "inspector, chain"),
)
CHOICE = ("ask: a", "kind: choice", "option: p", "option: q", "answer: 'r'", "why: b")
FORMULA = (
    "ask: a", "kind: expression", "variables: t", "answer: 3 * t",
    "same_as: lambda t: t * t", "why: b",
)  # fmt: skip
RUN_WRONG: tuple[Wrong, ...] = (
    ("It is **6**<!-- out -->.", 0, "the text says `6`, and `out` gives 5"),
    ("It is **5.1**<!-- out -->.", 0, "the text says `5.1`"),
    ("It is **5**<!-- outt -->.", 0, "NameError"),
    (block("claim", "1 == 1", "sum(x) == 4"), 2, "not so: the left side is 3"),
    (block("claim", "value('k')"), 1, "no value `k`"),
    (block("exercise", *EXERCISE, "mistake: 5 => no"), 5, "is the right answer"),
    (block("exercise", *EXERCISE[:2], "answer: x", "why: b"), 3, "one number"),
    (block("exercise", *CHOICE), 5, "none of the options"),
    (block("exercise", *FORMULA), 4, "`3 * t` is"),
    (block("change", "set: y = 1.0", *EXERCISE), 1, "no argument `y`, but: x"),
    (block("change", "set: x = [1.0]", *EXERCISE), 0, "f32[1]"),
    (block("table", "a: x", "b: jnp.ones(3)"), 0, "differ in length"),
    ("## Two\n\n" + block("stop", "at: q"), 2, "no value `q`, but: h, out, x"),
    ("## Two\n\n" + block("stop", "at: h", "iteration: 3"), 2, "not inside a loop"),
    ("## Two\n\n" + block("stop", "at: h", "open: g"), 2, "no region `g`"),
)


@pytest.mark.parametrize("wrong", [*WRITTEN_WRONG, RUN_WRONG[0]])
def test_what_is_wrong_is_said_with_its_line(wrong: Wrong) -> None:
    """One line names the file, the line, what is wrong and what was expected."""
    added, line, words = wrong

    found = problems(GOOD + added)

    assert len(found) == 1, found
    assert found[0].startswith(f"t.md:{NEXT + line}: ")
    assert words in found[0]


def test_all_that_is_wrong_in_a_run_is_said() -> None:
    """Every page is checked, whatever was wrong before it, and each line is right."""
    text, expected = GOOD, []
    for added, line, words in RUN_WRONG:
        text += "\n"
        expected.append((text.count("\n") + 1 + line, words))
        text += added + "\n"

    found = problems(text)

    assert len(found) == len(expected), found
    for said, (line, words) in zip(found, expected, strict=True):
        assert said.startswith(f"t.md:{line}: ")
        assert words in said


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "t.md:1: expected `---`"),
        ("---\ntitle: T\n", "t.md:1: the front matter does not end"),
        ("---\ntitle: T\n---\n", "t.md:1: `front matter` lacks `summary: …`"),
        (GOOD.replace("minutes: 5", "minutes: long"), "t.md:4: `minutes` is `long`"),
        (GOOD.replace("walk: f(x)", "walk: f"), "t.md:5: `walk` is `f`"),
        (GOOD.replace("walk: f(x)", "walk: f(z)"), "t.md:5: `z`: NameError"),
        (GOOD.replace("return jnp.sum(h)", "return jnp.sum("), "t.md:16: SyntaxError"),
        (GOOD.replace("x = jnp.array", "x = jnp.aray"), "t.md:11: AttributeError"),
        (GOOD.replace("h = x * x", "h = x * q"), "t.md:5: "),
        (FRONT + PAGE, "t.md:6: there is no ```python block"),
        (FRONT + CODE, "t.md:6: there is no page"),
        (FRONT + "words\n" + CODE + PAGE, "t.md:7: text before the first"),
    ],
)
def test_a_lesson_that_cannot_be_read_or_run_says_where(text: str, place: str) -> None:
    """The line is that of the file, in the Python too."""
    found = problems(text)

    assert found
    assert found[0].startswith(place), found


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, and bytes that are no text are told apart."""
    (tmp_path / "bytes.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TargetError, match="There is no lesson"):
        read_lesson(tmp_path / "none.md")
    with pytest.raises(TargetError, match="cannot be read"):
        read_lesson(tmp_path)
    with pytest.raises(TargetError, match="cannot be read"):
        read_lesson(tmp_path / "bytes.md")


def test_a_name_that_is_mistyped_gets_a_guess() -> None:
    """The error names the lesson that was meant."""
    with pytest.raises(TargetError, match="Did you mean `least_squares`"):
        lesson_named("least_square")
