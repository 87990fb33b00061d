"""What a person has set and arranged: read at the start, kept in a folder of theirs."""

from __future__ import annotations

import dataclasses
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from graphstep import _files
from graphstep.errors import OutputError
from graphstep.layout import Direction
from graphstep.tracing import one_line
from graphstep.tui.arrangement import GRAPH, PANES, Arrangement
from graphstep.tui.drawing_state import ZOOMS
from graphstep.tui.history import History

FOLDER_VARIABLE = "GRAPHSTEP_CONFIG_DIR"
CONFIG, STATE = "config.toml", "state.json"
_MOST_BYTES = 1 << 20
_LOOKS = ("theme", "ascii", "direction", "zoom")


@dataclasses.dataclass(frozen=True, slots=True)
class Remembered:
    """What is written when the program ends, and read when it starts.

    A terminal that knows only sixteen colours begins with a theme made of these, and
    remembers apart from others which one was chosen there: a theme of many colours
    that was chosen elsewhere could not be read in it. What the configuration names
    holds everywhere.

    Attributes:
        arrangement: Which panels are shown, and how large.
        histories: Lines typed before, per prompt.
        theme: The theme that was chosen last, if any was.
        theme_of_sixteen: The same, in a terminal with sixteen colours.
    """

    arrangement: Arrangement | None = None
    histories: Mapping[str, History] = dataclasses.field(default_factory=dict)
    theme: str | None = None
    theme_of_sixteen: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What a person has set.

    Attributes:
        folder: Where it is kept; `None` keeps nothing.
        keys: Per action, its keys.
        theme: Name of a theme, `dark` or `light`; holds in every terminal.
        is_ascii: Whether lines should be drawn with ASCII alone; `None` leaves it to
            the terminal.
        direction: Where data flows in the drawing.
        zoom: How much of each node is drawn.
        remembered: What was so when the program ended last.
        problems: One line for everything that could not be read.
    """

    folder: Path | None = None
    keys: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    theme: str | None = None
    is_ascii: bool | None = None
    direction: Direction | None = None
    zoom: int | None = None
    remembered: Remembered = dataclasses.field(default_factory=Remembered)
    problems: tuple[str, ...] = ()


def settings_folder() -> Path:
    """Return the folder of this person's settings, which may not be there yet."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path("~/.config").expanduser()) / "graphstep"


def read_settings(folder: Path) -> Settings:
    """Read both files; one that is missing is empty, one that is corrupt is said so."""
    problems: list[str] = []
    config = _read(folder / CONFIG, problems)
    settings = _from_config(config, problems)
    remembered = _from_state(_read(folder / STATE, problems), problems)
    return dataclasses.replace(
        settings, folder=folder, remembered=remembered, problems=tuple(problems)
    )


def write_remembered(folder: Path, remembered: Remembered) -> str:
    """Write what is remembered, wholly or not at all; return why it could not be."""
    arrangement = remembered.arrangement or Arrangement()
    data = {
        "shown": list(arrangement.shown),
        "share": arrangement.share,
        "weights": dict(arrangement.weights),
        "theme": remembered.theme,
        "theme_of_sixteen": remembered.theme_of_sixteen,
        "history": {kind: list(h.lines) for kind, h in remembered.histories.items()},
    }
    text = json.dumps(data, indent=1, ensure_ascii=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _files.write_atomically(folder / STATE, text.encode())
    except (OSError, OutputError) as error:
        return f"settings cannot be kept: {one_line(str(error), 120)}"
    return ""


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            problems.append(f"{path.name} is too large to be settings; it is ignored")
            return {}
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        problems.append(_ignored(path, error))
        return {}
    try:
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        problems.append(_ignored(path, error))
        return {}
    if not isinstance(found, dict):
        problems.append(f"{path.name} holds no table; it is ignored")
        return {}
    return found


def _ignored(path: Path, error: Exception) -> str:
    return f"{path.name} cannot be read and is ignored: {one_line(str(error), 100)}"


def _from_config(config: dict[str, Any], problems: list[str]) -> Settings:
    unknown = [name for name in config if name not in ("keys", "look")]
    keys, look = config.get("keys", {}), config.get("look", {})
    if not isinstance(keys, dict) or not isinstance(look, dict):
        problems.append(f"{CONFIG}: `keys` and `look` are tables, as in `[keys]`")
        return Settings()
    unknown += [f"look.{name}" for name in look if name not in _LOOKS]
    problems += [f"{CONFIG}: there is no setting `{one_line(n, 40)}`" for n in unknown]
    return Settings(
        keys=_keys(keys, problems),
        theme=_one(look, "theme", problems, str),
        is_ascii=_one(look, "ascii", problems, bool),
        direction=_one(look, "direction", problems, str, get_args(Direction)),
        zoom=_one(look, "zoom", problems, int, tuple(ZOOMS)),
    )


def _keys(found: dict[str, Any], problems: list[str]) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for name, value in found.items():
        wanted = [value] if isinstance(value, str) else value
        if isinstance(wanted, list) and all(isinstance(k, str) for k in wanted):
            keys[name] = tuple(wanted)
        else:
            expected = '`["n", "f10"]`'
            shown = one_line(name, 40)
            problems.append(
                f"{CONFIG}: keys of `{shown}` are a list such as {expected}"
            )
    return keys


def _one(
    look: dict[str, Any],
    name: str,
    problems: list[str],
    kind: type,
    known: tuple[Any, ...] = (),
) -> Any:
    value = look.get(name)
    if value is None:
        return None
    is_right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if is_right and (not known or value in known):
        return value
    expected = ", ".join(map(str, known)) or {bool: "true or false"}.get(kind, "a name")
    problems.append(
        f"{CONFIG}: `{name}` is {expected}, not `{one_line(str(value), 40)}`"
    )
    return None


def _from_state(state: dict[str, Any], problems: list[str]) -> Remembered:
    if not state:
        return Remembered()
    try:
        return _remembered(state)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        problems.append(_ignored(Path(STATE), error))
        return Remembered()


def _remembered(state: dict[str, Any]) -> Remembered:
    shown = tuple(p for p in PANES if p in state["shown"] and p != GRAPH)
    arrangement = dataclasses.replace(Arrangement(), shown=shown)
    arrangement = arrangement.with_share(int(state["share"]))
    for pane, weight in state["weights"].items():
        if pane in PANES:
            arrangement = arrangement.with_weight(pane, int(weight))
    histories: dict[str, History] = {}
    for kind, lines in state["history"].items():
        if not isinstance(lines, list):
            msg = "`history` holds lists of lines"
            raise TypeError(msg)
        history = History()
        for line in lines:
            history = history.add(one_line(str(line), 400))
        histories[kind] = history
    themes = (state.get(name) for name in ("theme", "theme_of_sixteen"))
    return Remembered(
        arrangement, histories, *(t if isinstance(t, str) else None for t in themes)
    )
