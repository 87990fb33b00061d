"""What a person has set: keys, looks, panels, lines typed before."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import graphstep as gs
from graphstep.tui.actions import ACTIONS
from graphstep.tui.app import StepApp
from graphstep.tui.arrangement import Arrangement
from graphstep.tui.history import History
from graphstep.tui.key_names import plain_key, shown_key, with_keys
from graphstep.tui.palette import SIXTEEN
from graphstep.tui.settings import (
    Remembered,
    Settings,
    read_settings,
    settings_folder,
    write_remembered,
)
from tests.tui.pilots import press, screen_text, settle, until

REC = gs.record(lambda x: x * 2 + 1, 3.0)


def configured(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "config.toml").write_text(text)
    return read_settings(tmp_path)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def keys_of(actions: tuple, name: str) -> tuple[str, ...]:
    return next(action.keys for action in actions if action.name == name)


def test_nothing_set_is_no_problem(tmp_path: Path) -> None:
    """A folder that is not there is what a new user has, and stays so."""
    settings = read_settings(tmp_path / "absent")

    assert settings.problems == ()
    assert settings.keys == {}
    assert not (tmp_path / "absent").exists()


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable for this program goes before that of the desktop."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/x")
    monkeypatch.delenv("GRAPHSTEP_CONFIG_DIR", raising=False)
    assert settings_folder() == Path("/x/graphstep")

    monkeypatch.setenv("GRAPHSTEP_CONFIG_DIR", "/y")
    assert settings_folder() == Path("/y")


def test_the_config_file_is_read(tmp_path: Path) -> None:
    """Keys, one or several, and looks."""
    settings = configured(
        tmp_path,
        '[keys]\nnext = "j"\nover = ["J", "f8"]\n'
        '[look]\ntheme = "light"\nascii = true\ndirection = "right"\nzoom = 1\n',
    )

    assert settings.keys == {"next": ("j",), "over": ("J", "f8")}
    assert (settings.theme, settings.is_ascii) == ("light", True)
    assert (settings.direction, settings.zoom) == ("right", 1)
    assert settings.problems == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[keys", "config.toml cannot be read and is ignored"),
        ("keys = 3", "are tables"),
        ("[keys]\nnext = 3", "a list such as"),
        ("[look]\nzoom = 9", "`zoom` is 0, 1, 2, 3, not `9`"),
        ("[look]\nzoom = true", "not `True`"),
        ("[look]\nascii = 1", "true or false"),
        ("[look]\ncolour = 1", "there is no setting `look.colour`"),
        ("[window]", "there is no setting `window`"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """A mistake in the file is said, and the rest holds."""
    settings = configured(tmp_path, text)

    assert any(said in problem for problem in settings.problems)
    assert "\n" not in "".join(settings.problems)


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00", b"[]", b"{", b'{"shown": 3}', b"{}" * 9, b"[" * 5000],
    ids=["bytes", "list", "half", "fields", "twice", "deep"],
)
def test_a_corrupt_state_is_said_and_ignored(tmp_path: Path, data: bytes) -> None:
    """Whatever stands in the file, the program starts as for a new user."""
    (tmp_path / "state.json").write_bytes(data)
    settings = read_settings(tmp_path)

    assert settings.remembered == Remembered()
    assert len(settings.problems) == 1


def test_what_is_remembered_is_read_again(tmp_path: Path) -> None:
    """Panels, lines and theme come back as they were."""
    arrangement = Arrangement(("chain", "stops"), 40, (("stops", 7),))
    lines = {"/": History(("a", "b")), ":": History(("n 3", 'p h["w"]'))}
    remembered = Remembered(arrangement, lines, "graphstep-light", "graphstep-16")

    assert write_remembered(tmp_path / "new", remembered) == ""
    assert read_settings(tmp_path / "new").remembered == remembered


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """It fails with a line, not with an exception."""
    (tmp_path / "file").write_text("")

    assert "cannot be kept" in write_remembered(tmp_path / "file", Remembered())


@pytest.mark.parametrize(
    ("is_poor", "config", "expected"),
    [
        (False, "", "graphstep-light"),
        (True, "", "graphstep-16"),
        (True, '[look]\ntheme = "dark"', "graphstep-dark"),
    ],
)
async def test_a_theme_is_remembered_for_terminals_that_have_its_colours(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_poor: bool,
    config: str,
    expected: str,
) -> None:
    """The theme of sixteen colours gives way only to what was set, or chosen there."""
    write_remembered(tmp_path, Remembered(Arrangement(), {}, "graphstep-light"))
    settings = configured(tmp_path, config)
    apply = StepApp.apply_settings

    def adapt_and_apply(app: StepApp) -> None:
        if is_poor:
            app.theme = SIXTEEN.name
        apply(app)

    monkeypatch.setattr(StepApp, "apply_settings", adapt_and_apply)
    app = StepApp(REC.graph, recording=REC, settings=settings)

    async with app.run_test() as pilot:
        await settle(pilot)

        assert app.theme == expected
        await press(pilot, "T")
        chosen = app.theme
    found = read_settings(tmp_path).remembered
    if is_poor:
        assert (found.theme, found.theme_of_sixteen) == ("graphstep-light", chosen)
    else:
        assert (found.theme, found.theme_of_sixteen) == (chosen, None)


def test_history_finds_by_the_beginning() -> None:
    """Older and newer lines with that beginning, each line once."""
    history = History().add("next 1").add("break h").add("next 2").add("next 1")

    assert history.lines == ("break h", "next 2", "next 1")
    newest = history.older("ne", None)
    assert history.lines[newest] == "next 1"
    assert history.lines[history.older("ne", newest)] == "next 2"
    assert history.newer("ne", newest) is None


@pytest.mark.parametrize(
    ("typed", "plain", "shown"),
    [
        ("?", "question_mark", "?"),
        ("ctrl+k", "ctrl+k", "Ctrl-K"),
        ("K", "K", "K"),
        (",", "comma", ","),
        ("+", "plus", "+"),
        ("f5", "f5", "F5"),
        ("pageup", "pageup", "PgUp"),
        ("nonsense", None, ""),
        ("hyperctrl+x", None, ""),
    ],
)
def test_keys_have_names(typed: str, plain: str | None, shown: str) -> None:
    """As a config file may spell them, as Textual does, and as people read them."""
    assert plain_key(typed) == plain
    if plain is not None:
        assert shown_key(plain) == shown


def test_keys_may_change_places() -> None:
    """Two actions can swap their keys; nobody else's change."""
    actions, problems = with_keys(ACTIONS, {"next": ("N",), "over": ("n",)})

    assert problems == ()
    assert keys_of(actions, "next") == ("N",)
    assert keys_of(actions, "over") == ("n",)
    assert [a.name for a in actions] == [a.name for a in ACTIONS]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"nekst": ("j",)}, "there is no action `nekst`"),
        ({"next": ("p",)}, "`p` is for both `next` and `previous`"),
        ({"next": ("Z",), "over": ("Z",)}, "`Z` is for both `next` and `over`"),
        ({"next": ("nonsense",)}, "`nonsense` is no key to be had"),
        ({"next": ("ctrl+p",)}, "`ctrl+p` is no key to be had"),
    ],
)
def test_a_wrong_key_is_said_and_left_as_it_was(
    wanted: dict[str, tuple[str, ...]], said: str
) -> None:
    """The keys of the table stay where the file cannot be followed."""
    actions, problems = with_keys(ACTIONS, wanted)

    assert said in problems[0]
    assert actions == ACTIONS


def test_there_is_always_a_key_to_quit() -> None:
    """Ctrl-C ends the program whatever the file says."""
    actions, _ = with_keys(ACTIONS, {"leave": ()})

    assert keys_of(actions, "leave") == ("ctrl+c",)


async def test_own_keys_work_and_are_shown(tmp_path: Path) -> None:
    """A key of the person's does the action, the old one does not, both are listed."""
    settings = configured(tmp_path, '[keys]\nnext = ["N"]\nover = ["n"]\nwatch = "f12"')
    app = StepApp(REC.graph, recording=REC, settings=settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "N next" in screen_text(pilot)
        await press(pilot, "N")
        assert app.state.cursor.index == 1
        await press(pilot, "f12")
        assert len(app.state.watches) == 1
        await press(pilot, "W", "colon", "N")
        assert len(app.state.watches) == 1
        assert app.state.cursor.index == 1


async def test_panels_and_lines_come_back_the_next_time(tmp_path: Path) -> None:
    """What was arranged and typed is there when the program starts again."""
    app = StepApp(REC.graph, recording=REC, settings=read_settings(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert names_in(tmp_path) == []
        await press(pilot, "8", "greater_than_sign", "colon", *"next 2", "enter")
        share = app.state.arrangement.share
        await pilot.press("q")
    again = StepApp(REC.graph, recording=REC, settings=read_settings(tmp_path))
    async with again.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "stops" in again.state.arrangement.shown
        assert again.state.arrangement.share == share
        await press(pilot, "colon", "up")

        assert again.screen.query_one("#prompt").value == "next 2"


async def test_problems_are_said_at_the_start(tmp_path: Path) -> None:
    """One line at the bottom, and the program runs."""
    settings = configured(tmp_path, '[keys]\nnekst = "j"\n[look]\ntheme = "mauve"')
    app = StepApp(REC.graph, recording=REC, settings=settings)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)

        assert "no action `nekst`" in screen_text(pilot)
        assert "no theme is called `mauve`" in screen_text(pilot)


@pytest.mark.parametrize("kind", ["file"])
async def test_a_read_only_home_is_spoken_of_once(tmp_path: Path, kind: str) -> None:
    """The program goes on, and tries no more."""
    (tmp_path / kind).write_text("")
    settings = Settings(folder=tmp_path / kind)
    app = StepApp(REC.graph, recording=REC, settings=settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "8")
        app._keep_now()
        await until(pilot, lambda: "cannot be kept" in app.state.notice)
        await press(pilot, "n", "2", "3")
        app._keep_now()
        await settle(pilot)

        assert "cannot be kept" not in app.state.notice


async def test_without_settings_nothing_is_written(tmp_path: Path) -> None:
    """A program that opens the walk for itself leaves the person's folder alone."""
    app = StepApp(REC.graph, recording=REC)
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "8")
        await pilot.press("q")

    assert app.settings.folder is None


def test_tests_do_not_touch_the_home() -> None:
    """While tests run, settings are in a folder of theirs."""
    assert os.environ["GRAPHSTEP_CONFIG_DIR"]
    assert not settings_folder().is_relative_to(Path.home() / ".config")


def test_the_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """What is written is one JSON text, and nothing else is left in the folder."""
    write_remembered(tmp_path, Remembered())

    assert [p.name for p in tmp_path.iterdir()] == ["state.json"]
    assert json.loads((tmp_path / "state.json").read_text())["shown"]


async def test_problems_are_still_said_once_there_is_a_recording(
    tmp_path: Path,
) -> None:
    """What the recording has to say does not take their place unread."""
    settings = configured(tmp_path, '[keys]\nnekst = "j"')
    trace = gs.trace(lambda x: x * 2 + 1, 3.0)
    app = StepApp(trace.graph, trace=trace, settings=settings)
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: app.state.cursor is not None)
        await until(pilot, lambda: "nekst" in app.state.notice)
        await press(pilot, "n")

        assert "nekst" not in app.state.notice
