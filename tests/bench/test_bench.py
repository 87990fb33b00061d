"""The benchmark itself, on a model so small that it takes seconds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.budgets import ROWS, Figure
from tests.bench.graphs import equations_per_second, seek_microseconds
from tests.bench.layouts import layout_figures
from tests.bench.measure import Effort, Measured, measure
from tests.bench.models import Model, mlp
from tests.bench.pages import page_figures
from tests.bench.pictures import picture_figures
from tests.bench.table import loads, table
from tests.bench.terminal import terminal_figures


@pytest.fixture(scope="module")
def measured() -> Measured:
    tiny = Model("tiny", "dense", lambda: mlp((4, 6, 3), batch=5))
    return measure(tiny, Effort(rounds=1, compilations=1, seconds=0.0))


def test_table_has_a_row_per_quantity_and_names_the_worst_case(
    measured: Measured,
) -> None:
    """Every quantity is in the table, and its last line names the worst case."""
    lines = table([measured], [Figure("seek", 5.0, 100.0, "µs")]).splitlines()

    assert all(any(line.startswith(row.label) for line in lines) for row in ROWS)
    assert "Worst case: " in lines[-1]


def test_missed_budgets_are_marked(measured: Measured) -> None:
    """A number over its budget is marked, and is the worst case."""
    slow = dataclasses.replace(measured, run=measured.run | {"full": 9000.0})

    text = table([slow], [])

    assert "9000.00 !" in text
    assert loads([slow], [])[0].where == "tiny"
    assert "Worst case: full / value_and_grad of tiny: 9000" in text


def test_recordings_of_the_model_are_exact(measured: Measured) -> None:
    """On a tiny model, loss and gradients are those of plain JAX."""
    assert measured.exact is not None
    assert measured.exact.loss_ulp <= 4
    assert measured.exact.gradient <= 5e-6


def test_graphs_are_measured() -> None:
    """Tracing speed and seeking time come out as positive numbers."""
    assert equations_per_second(1, n=40) > 0
    assert seek_microseconds() > 0


def test_layouts_are_measured() -> None:
    """Every figure of a layout comes out as a positive number."""
    figures = layout_figures(1, model="mlp", n=40)

    assert all(figure.value > 0 for figure in figures)


def test_pictures_are_measured() -> None:
    """Every figure of a picture comes out as a positive number."""
    figures = picture_figures(1, names=["least squares"])

    assert len(figures) == 3
    assert all(figure.value > 0 for figure in figures)


def test_pages_are_measured() -> None:
    """A page is written and, where there is a browser, opened."""
    figures = page_figures(["least squares"])

    assert [figure.label.split()[0] for figure in figures[:2]] == ["page", "its"]
    assert all(figure.value > 0 for figure in figures)


def test_the_terminal_is_measured() -> None:
    """Every figure of the terminal UI comes out as a positive number."""
    figures = terminal_figures(1, model="mlp", n=40)

    # Little memory may be taken from what the process has already.
    assert all(f.value > 0 for f in figures if f.unit != "MB")


def test_the_report_is_written_as_json(
    measured: Measured,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The table goes to standard output and its numbers to the file."""
    monkeypatch.setattr(bench, "measure", lambda model, effort: measured)
    path = tmp_path / "new" / "bench.json"

    bench.main(["--quick", "--only", "mlp", "--json", str(path)])

    assert "Worst case: " in capsys.readouterr().out
    report = json.loads(path.read_text())
    assert report["models"][0]["model"] == "tiny"
    assert all(milliseconds > 0 for milliseconds in report["loop_ms"])
