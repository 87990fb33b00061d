"""Make every picture of the README from the running program.

`python screenshots/regenerate.py` makes all of them, `... regenerate.py nan` those whose
name has `nan` in it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import html
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
from rich.cells import cell_len

import graphstep as gs
from graphstep.recording import Recording
from graphstep.stepping import BACKWARD
from graphstep.tui.app import StepApp

HERE = Path(__file__).parent
ROOT = HERE.parent
# A script finds what is beside it; the tests are a package of the project.
sys.path.insert(0, str(ROOT))

from tests.bench.models import MODELS  # noqa: E402
from tests.tui.pilots import press, settle  # noqa: E402

# Fonts of the reader's machine: a picture must not load anything.
_FONTS = "'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace"


@dataclasses.dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file, without its suffix.
        record: Makes the recording that is walked through.
        keys: Keys to press before the picture is taken.
        size: Columns and rows of the terminal.
    """

    name: str
    record: Callable[[], Recording]
    keys: tuple[str, ...]
    size: tuple[int, int] = (120, 40)


def _example(name: str, fn: str, **options: Any) -> Callable[[], Recording]:
    def record() -> Recording:
        module = _load(ROOT / "examples" / f"{name}.py")
        args = module.example_args
        return gs.record(
            getattr(module, fn), *(args() if callable(args) else args), **options
        )

    return record


def _twelve_layers() -> Recording:
    fn, args = MODELS["gpt12"].build()
    return gs.record(fn, *args, argnums=0)


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _typed(text: str) -> tuple[str, ...]:
    names = {" ": "space", ":": "colon", "/": "slash", ">": "greater_than_sign"}
    return tuple(names.get(char, char) for char in text)


SHOTS = (
    Shot("digits_forward", _example("digits_mlp", "loss"), ("n",) * 9),
    Shot(
        "digits_backward",
        _example("digits_mlp", "loss"),
        (*_typed("/tanh"), "enter", "b", "t", "x", "plus", "w", "M"),
    ),
    Shot(
        "scan",
        _example("lstm_scan", "loss"),
        (*_typed("/tanh"), "enter", "t", *_typed(":iter 27"), "enter", "x", "w"),
    ),
    Shot(
        "transformer",
        _twelve_layers,
        (*_typed(":seek 300"), "enter", "x", "minus", "minus", "w"),
        (200, 60),
    ),
    Shot(
        "nan",
        _example("sqrt_where_nan", "loss"),
        ("b", *_typed(":break nan"), "enter", "c"),
    ),
    Shot("small", _example("least_squares", "loss"), ("b", "n", "n", "n"), (80, 24)),
)


@dataclasses.dataclass(frozen=True)
class Graph:
    """One picture of a graph.

    Attributes:
        name: Of the file, without its suffix.
        render: Draws it into a file.
    """

    name: str
    render: Callable[[Path], object]


def _walked(
    record: Callable[[], Recording],
    find: str = "",
    iteration: int | None = None,
    **style: Any,
) -> Callable[[Path], object]:
    """Draw a recording at its end, or backward at the first node that is found."""

    def render(path: Path) -> object:
        recording = record()
        at = recording.cursor().last()
        if find:
            at = at.to(recording.graph.find(find)[0], iteration, BACKWARD)
        return recording.render(path, at=at, **style)

    return render


def _twelve_layers_with_gradient(path: Path) -> object:
    fn, args = MODELS["gpt12"].build()
    return gs.trace(jax.value_and_grad(fn), *args).render(path)


def _two_layers(path: Path) -> object:
    module = _load(ROOT / "examples" / "transformer.py")
    return gs.trace(module.loss, *module.example_args()).render(path)


def _one_iteration(path: Path) -> object:
    """Draw what the lines of the LSTM's cell do in one iteration."""
    module = _load(ROOT / "examples" / "lstm_scan.py")
    lines, first = inspect.getsourcelines(module.cell)
    source = f"lstm_scan.py:{first}-{first + len(lines) - 1}"
    return _walked(_example("lstm_scan", "loss"), "tanh", 27, source=source)(path)


GRAPHS = (
    Graph("graph_least_squares", _walked(_example("least_squares", "loss"))),
    Graph(
        "graph_digits_backward",
        _walked(
            _example("digits_mlp", "loss"), "tanh", collapse=["log_softmax", "_one_hot"]
        ),
    ),
    Graph(
        "graph_softmax", _walked(_example("softmax_stable", "loss"), source_lines=True)
    ),
    Graph("graph_lstm", _one_iteration),
    Graph("graph_transformer", _two_layers),
    Graph("graph_twelve_layers", _twelve_layers_with_gradient),
)


async def _svg(shot: Shot) -> str:
    """Return the picture as SVG."""
    recording = shot.record()
    app = StepApp(recording.graph, recording=recording)
    async with app.run_test(size=shot.size) as pilot:
        await settle(pilot)
        await press(pilot, *shot.keys)
        svg = app.export_screenshot(title=f"graphstep · {recording.fn_name}")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: Fira Code, monospace", f"font-family: {_FONTS}", svg)
    return re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]*)<', _fitted, svg)


def _fitted(match: re.Match[str]) -> str:
    """Return a text with its length in cells: Rich counts characters (15.0)."""
    length, rest, words = match.groups()
    plain = html.unescape(words)
    cells = cell_len(plain)
    fitted = float(length) * cells / len(plain) if cells else 0.0
    return f'textLength="{fitted:g}"{rest}>{words}<'


def main(wanted: list[str]) -> None:
    """Make the pictures whose names hold one of the words, or all."""
    jax.config.update("jax_platforms", "cpu")
    for shot in SHOTS:
        if wanted and not any(word in shot.name for word in wanted):
            continue
        path = HERE / f"{shot.name}.svg"
        path.write_text(asyncio.run(_svg(shot)), encoding="utf-8")
        print(path.name)
    for graph in GRAPHS:
        if wanted and not any(word in graph.name for word in wanted):
            continue
        graph.render(HERE / f"{graph.name}.svg")
        print(f"{graph.name}.svg")


if __name__ == "__main__":
    main(sys.argv[1:])
