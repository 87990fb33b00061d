"""ASCII in the place of everything else, cell for cell."""

from __future__ import annotations

import dataclasses
import unicodedata

import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import graphstep as gs
from graphstep.lessons import Progress, lesson_named, lesson_run
from graphstep.tui.app import StepApp
from graphstep.tui.arrangement import PANES
from graphstep.tui.glyphs import ascii_glyph, ascii_text, prefers_ascii
from graphstep.tui.lesson_page import LessonPage
from graphstep.tui.lesson_state import LessonState
from graphstep.tui.lines import (
    BREAK_OFF,
    COMPLETE,
    CURRENT,
    DONE,
    PENDING,
    SELECTED,
    STOP,
)
from graphstep.tui.palette import palette
from tests.tui.pilots import example, press, screen_text, settle, show, until


# Nothing is drawn with control characters or halves of characters in it.
@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20))
def test_ascii_takes_the_same_cells(text: str) -> None:
    """Whatever is translated is ASCII and as wide as before."""
    plain = ascii_text(text)

    assert plain.isascii()
    assert text.isascii() or len(plain) == cell_len(text)


def test_marks_stay_different() -> None:
    """No two marks of the walk become the same character."""
    marks = (BREAK_OFF, COMPLETE, CURRENT, DONE, PENDING, SELECTED, STOP, "·")

    assert len(set(map(ascii_glyph, marks))) == len(marks)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.utf8", "TERM": "xterm-256color"}, False),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_the_locale_or_the_terminal_decides(
    environ: dict[str, str], expected: bool
) -> None:
    """A locale without UTF-8 and a poor terminal want ASCII."""
    assert prefers_ascii(environ) is expected


async def test_no_screen_has_anything_but_ascii() -> None:
    """Every panel and every dialog is drawn with ASCII alone."""
    module = example("digits_mlp")
    rec = gs.record(module.loss, *module.example_args())
    app = StepApp(rec.graph, recording=rec, ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screens = {"start": screen_text(pilot)}
        for pane in PANES:
            await show(pilot, pane, "graph")
            await press(pilot, "n", "b")
            screens[pane] = screen_text(pilot)
        for key in ("question_mark", "slash", "colon", "ctrl+p", "equals_sign"):
            await press(pilot, key)
            await pilot.pause()
            screens[key] = screen_text(pilot)
            # A pilot would wait for widgets that are about to go.
            app.simulate_key("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            await settle(pilot)

        left = {
            name: sorted({c for c in text if not c.isascii()})
            for name, text in screens.items()
        }
        assert {name: found for name, found in left.items() if found} == {}


@pytest.mark.parametrize("name", ["fan_out", "custom_vjp", "elementwise"])
def test_lessons_in_ascii_tell_cotangents_from_values(name: str) -> None:
    """No bar over a letter is left that a terminal of ASCII would drop."""
    run = lesson_run(lesson_named(name), gs.trace)
    lesson, barred, pages = LessonState.begun(run, Progress()), 0, palette(is_dark=True)
    for page in range(len(run.lesson.pages)):
        here = dataclasses.replace(lesson, page=page)
        plain = LessonPage(here, pages, 60).write().plain
        spelled = LessonPage(here, pages, 60, is_ascii=True).write().plain
        barred += "\N{COMBINING MACRON}" in unicodedata.normalize("NFD", plain)

        assert "\N{COMBINING MACRON}" not in unicodedata.normalize("NFD", spelled)
    assert barred


async def test_names_of_any_script_keep_the_columns() -> None:
    """Wide, joined and right-to-left characters leave the borders where they are."""
    names = {"損失": 1.0, "🙂🙂": 2.0, "e\u0301\u0301": 3.0, "שלום": 4.0, "w": 5.0}
    rec = gs.record(lambda p: sum(jnp.sin(v) for v in p.values()), names)
    app = StepApp(rec.graph, recording=rec)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await show(pilot, "outline")
        await press(pilot, "G")
        lines = screen_text(pilot, "outline").splitlines()

        assert {cell_len(line) for line in lines} == {120}
        assert all(line[-1] in "│╮╯" for line in lines)
        assert any("損失" in line for line in lines)
