"""`graphstep learn` lists, checks, begins and explains lessons."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphstep.lessons import NAMES
from tests.cli.conftest import Run

LESSON = """---
title: T
summary: S
minutes: 5
walk: f(x)
---

```python
x = 2.0

def f(x):
    return x * x
```

## One

```stop
at: start
```

It is **4**<!-- out -->.
"""


def test_lessons_are_listed_one_a_line(run: Run) -> None:
    """Each line begins with the name by which the lesson is opened."""
    done = run("learn", "--list")

    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()] == list(NAMES)


def test_a_new_lesson_is_the_template(run: Run) -> None:
    """The file is there, nothing else is, and it is the same that `--template` prints."""
    done = run("learn", "new", "mine.md")

    assert done.status == 0
    assert done.files == {"mine.md"}
    assert "learn check mine.md" in done.out
    again = run("learn", "new", "mine.md")
    assert again.status == 2
    assert "is there already" in again.err


def test_the_template_passes_the_check(run: Run) -> None:
    """Who starts from it starts from a lesson that holds."""
    run("learn", "new", "mine.md")

    done = run("learn", "check", "mine.md")

    assert done.status == 0
    assert done.out.startswith("mine.md: 2 pages, ")
    assert "all of it holds" in done.out


def test_the_check_names_file_and_line(run: Run, folder: Path) -> None:
    """What is wrong goes to stdout, how much it is to stderr, and the status is one."""
    (folder / "good.md").write_text(LESSON)
    (folder / "bad.md").write_text(LESSON.replace("**4**", "**5**"))
    (folder / "torn.md").write_text(LESSON.replace("at: start", "at start"))

    done = run("learn", "check", "bad.md", "good.md", "torn.md")

    assert done.status == 1
    assert done.out.splitlines() == [
        "bad.md:21: the text says `5`, and `out` gives 4",
        "good.md: 1 page, 1 claim, 0 exercises: all of it holds",
        "torn.md:18: expected `key: value`, and came `at start`",
    ]
    assert done.err == "graphstep: 2 problems\n"


def test_a_lesson_that_is_torn_is_not_opened(run: Run, folder: Path) -> None:
    """The first line that is wrong is said, and what says the others."""
    torn = LESSON.replace("at: start", "at start").replace("**4**", "4")
    (folder / "torn.md").write_text(torn)

    done = run("learn", "torn.md")

    assert done.status == 2
    assert "torn.md:18: expected `key: value`" in done.err
    assert "`graphstep learn check torn.md` says 1 more" in done.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("learn", "nothing"), "There is no lesson `nothing`"),
        (("learn", "fanout"), "Did you mean `fan_out`?"),
        (("learn", "none.md"), "There is no lesson `none.md`"),
        (("learn", "--lst"), "--lst"),
        (("learn", "check"), "FILE..."),
        (("learn", "new"), "FILE"),
        (("learn", "new", "mine.txt"), "ends in .md"),
        (("learn", "new", "nowhere/mine.md"), "there is no folder"),
        (("learn", "export", "fan_out"), "--output"),
        (("learn", "export", "fan_out", "-o", "x.pdf"), "ends in .html"),
        (("learn", "export", "fan_out", "-o", "no/x.html"), "there is no folder"),
        (("learn", "export", "fanout", "-o", "x.html"), "Did you mean `fan_out`?"),
        (("learn", "--list", "fan_out"), "stand alone"),
        (("learn",), "A lesson needs a terminal"),
        (("learn", "fan_out"), "learn export fan_out"),
    ],
)
def test_a_bad_request_is_one_line(args: tuple[str, ...], words: str, run: Run) -> None:
    """It says what was wrong, exits with two and leaves nothing behind."""
    done = run(*args)

    assert done.status == 2
    assert words in done.err
    assert done.err.count("\n") == 1
    assert done.files == set()


def test_words_are_explained(run: Run) -> None:
    """The glossary fits the terminal and is in order."""
    done = run("learn", "glossary")

    words = [line.split(":")[0] for line in done.out.splitlines() if line[0] != " "]
    assert "cotangent" in words
    assert words == sorted(words, key=str.casefold)
    assert max(map(len, done.out.splitlines())) <= 88
