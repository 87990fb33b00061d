"""The inspector of a page shows slices, other formats and the product of two values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.export.page import page_from_recording
from graphstep.tui.array_formats import Writer
from tests.export.page.chromium import Tab
from tests.export.page.conftest import recorded

Open = Callable[..., Tab]
CELLS = (
    "[...document.querySelectorAll('#panel-inspector .elements')[0].querySelectorAll('td')]"
    ".map((cell) => cell.textContent)"
)


def written(array: np.ndarray, form: str) -> list[str]:
    """Return the elements as the terminal writes them."""
    writer = Writer.of(form, array.dtype, float(np.abs(array).max()))  # type: ignore[arg-type]
    return [writer.text(x) for x in array.ravel().tolist()]


@pytest.fixture
def cube(page: Tab, tmp_path: Path) -> tuple[Tab, gs.Recording, str]:
    """Open a page at a node of shape (3, 4, 5)."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.sum(jnp.sin(x) * x)

    rec = gs.record(fn, jnp.linspace(-2.0, 2.0, 60).reshape(3, 4, 5), verify=False)
    (node,) = rec.graph.find("sin")
    rec.to_html(tmp_path / "walk.html", at=rec.cursor().to(node))
    page.open(tmp_path / "walk.html")
    return page, rec, node


def test_a_slice_is_shown_and_a_wrong_one_told(
    cube: tuple[Tab, gs.Recording, str],
) -> None:
    """What is typed after `S` chooses elements; what is no slice changes nothing."""
    page, rec, node = cube
    primal = np.asarray(rec.primal(node))

    page.press("S")
    page.call("Input.insertText", text="[1, ::-2, 1:3]")
    page.press("Enter")
    shown = page.run(CELLS)
    assert shown == written(primal[1, ::-2, 1:3], "short")
    heads = "[...document.querySelectorAll('.elements th[scope]')].map((h) => h.textContent)"
    assert page.run(heads)[:4] == ["1", "2", "[1,3,:]", "[1,1,:]"]

    page.press("S")
    page.run("document.querySelector('.slice').value = '[7]'")
    page.press("Enter")

    problem = "document.querySelector('.look .problem').textContent"
    assert page.run(problem) == "Axis 0 has indices 0 to 2, so there is no 7."
    assert page.run(CELLS) == shown
    assert page.run("document.activeElement.className") == "slice"
    page.press("Escape")
    assert page.run("document.activeElement.className") != "slice"
    page.run("document.querySelector('#panel-inspector .elements td').click()")
    assert "at element [1,3,1]" in page.text("#panel-chain")
    assert page.said() == []


def test_formats_and_values_change_by_their_keys(
    cube: tuple[Tab, gs.Recording, str],
) -> None:
    """`V` writes elements otherwise, `v` puts another value first."""
    page, rec, node = cube
    primal, cotangent = np.asarray(rec.primal(node)), np.asarray(rec.cotangent(node))
    page.press("a")

    for form in ("fixed", "scientific", "hex", "integer"):
        page.press("V")
        assert page.run(CELLS) == written(primal, form)
    page.press("V", "v")
    assert page.run(CELLS) == written(cotangent, "short")
    page.press("v")

    assert page.run("document.querySelector('#panel-inspector h3').textContent") == (
        "cotangent ⊙ primal"
    )
    assert page.run(CELLS) == written(cotangent * primal, "short")
    assert page.said() == []


def test_what_has_statistics_alone_is_not_sliced(page: Tab, tmp_path: Path) -> None:
    """There is no field for a slice, and it is said why."""
    path = tmp_path / "walk.html"
    path.write_bytes(page_from_recording(recorded("fan_out"), max_elements=1))
    page.open(path)

    page.press("S")

    assert page.text("#said") == "the page has no elements of this value"
    assert page.run("document.querySelector('.slice') === null")
    assert "nothing to slice" in page.text("#panel-inspector")


def test_a_wheel_over_a_frame_scrolls_the_page_around_it(page: Tab) -> None:
    """In a notebook the drawing keeps its size until the frame is clicked into."""
    text = json.dumps(recorded("scalar").to_html())
    page.run(
        "(() => { const frame = document.createElement('iframe');"
        f"frame.width = 700; frame.height = 500; frame.srcdoc = {text};"
        "document.body.append(frame); document.body.style.height = '4000px'; })()"
    )
    page.wait("frames[0].document.documentElement?.dataset.ready === 'true'")
    scale = "frames[0].document.getElementById('scene').getAttribute('transform')"
    before = page.run(scale)
    wheel = {"type": "mouseWheel", "x": 300, "y": 200, "deltaX": 0, "deltaY": 240}

    page.call("Input.dispatchMouseEvent", **wheel)

    page.wait("window.scrollY > 0")
    assert page.run(scale) == before
