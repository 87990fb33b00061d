"""Keys of the terminal do in a page what they do there: elements, ends of lines, turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.export.chain import number
from tests.export.page.chromium import Tab
from tests.export.page.conftest import recorded

Open = Callable[..., Tab]


def ask(page: Tab, key: str, words: str) -> None:
    """Press a key that asks for something, and answer."""
    page.press(key)
    page.call("Input.insertText", text=words)
    page.press("Enter")


@pytest.mark.parametrize("element", [0, 1, 2])
def test_another_element_is_followed_through_the_sum(
    opened: Open, element: int
) -> None:
    """Terms, total and what is sent are those of the element that was asked for."""
    rec = recorded("fan_out")
    (node,) = rec.graph.find("tanh")
    step = rec.cursor().timeline.index("backward", node)
    page = opened("fan_out", f"#step={step}")

    ask(page, "@", str(element))

    terms = page.run(
        "[...document.querySelectorAll('#panel-chain .terms tr')]"
        ".map((row) => row.cells[0].textContent)"
    )
    sent = [float(rec.contribution(e)[element]) for e in rec.graph.uses(node)]
    assert sorted(t.lstrip("+") for t in terms) == sorted(map(number, sent))
    total = number(np.asarray(rec.cotangent(node))[element])
    assert page.text("#panel-chain .total").endswith(f"= {total}")
    assert f"at element [{element}]" in page.text("#panel-chain")
    (operand,) = rec.graph.operands(node)
    assert operand.source is not None
    given = rec.contribution((operand.source[0], node, operand.key))
    arrow = "[...document.querySelectorAll('#panel-chain .arrow')].at(-1).parentNode"
    assert page.run(f"{arrow}.cells[2].textContent") == number(given[element])
    assert page.said() == []


def test_elements_follow_the_shapes_of_operands(page: Tab, tmp_path: Path) -> None:
    """Forward, each operand's element is the one that makes that of the result."""

    def fn(x: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.sum(x.T * y[:, None])

    x, y = jnp.arange(6.0).reshape(2, 3), jnp.arange(10.0, 13.0)
    rec = gs.record(fn, x, y)
    (node,) = rec.graph.find("mul")
    step = rec.cursor().timeline.index("forward", node)
    rec.to_html(tmp_path / "walk.html", at=rec.cursor().seek(step))
    page.open(tmp_path / "walk.html")

    ask(page, "@", "2, 1")

    rows = page.run(
        "[...document.querySelectorAll('#panel-chain .amounts tr')]"
        ".map((row) => [...row.cells].slice(1, 3).map((c) => c.textContent))"
    )
    numbers = [text for _, text in rows]
    assert numbers[:3] == [number(v) for v in (float(x.T[2, 1]), 12.0, 12.0 * 5.0)]
    page.press("m")
    assert "at element [2,1]" in page.text("#panel-chain")
    ask(page, "@", "7")
    assert page.text("#hits") == "the shape is [3,2]"


def test_an_element_in_trouble_is_found(opened: Open) -> None:
    """`X` goes to the first NaN or infinity, and a new step forgets it."""
    rec = recorded("broken")
    (node,) = rec.graph.find("sqrt")
    step = rec.cursor().timeline.index("forward", node)
    page = opened("broken", f"#step={step}")

    page.press("X")

    bad = int(np.flatnonzero(~np.isfinite(np.asarray(rec.primal(node))))[0])
    assert f"at element [{bad}]" in page.text("#panel-chain")
    page.run("document.querySelectorAll('td.choice')[1].click()")
    assert "at element [1]" in page.text("#panel-chain")
    page.press("n")
    assert "at element" not in page.text("#panel-chain")


def test_a_line_that_is_not_drawn_is_jumped_along(page: Tab, tmp_path: Path) -> None:
    """`'` goes to the other end, and from there back."""

    def fn(w: jax.Array, x: jax.Array) -> jax.Array:
        first = jnp.tanh(w)
        x = x + first
        for _ in range(24):
            x = jnp.sin(x)
        return x * first + jnp.exp(first)

    rec = gs.record(fn, jnp.float32(0.3), jnp.float32(0.5))
    (node,) = rec.graph.find("tanh")
    rec.to_html(tmp_path / "walk.html", at=rec.cursor().first().to(node))
    page.open(tmp_path / "walk.html")
    selected = "document.querySelector('.box.selected')?.dataset.node"
    n_stubs = page.run("document.querySelectorAll('.stub').length")
    assert n_stubs > 0

    page.press("'")
    there = int(page.run(selected))
    page.press("'")

    assert rec.graph.order[there] in {v for _, v, _ in rec.graph.uses(node)}
    assert rec.graph.order[int(page.run(selected))] == node


def test_the_drawing_turns(opened: Open) -> None:
    """`D` draws to the right: what follows stands beside, no longer below."""
    rec = recorded("fan_out")
    (node,) = rec.graph.find("tanh")
    (before,) = rec.graph.operands(node)
    assert before.source is not None
    pair = [rec.graph.position(n) for n in (before.source[0], node)]
    places = (
        f'{pair}.map((n) => document.querySelector(`.box[data-node="${{n}}"] rect`))'
        ".map((r) => [Number(r.getAttribute('x')), Number(r.getAttribute('y'))])"
    )
    page = opened("fan_out")
    (x0, y0), (x1, y1) = page.run(places)
    assert y1 > y0

    page.press("D")

    (x0, y0), (x1, y1) = page.run(places)
    assert x1 > x0 + 50
    assert abs(y1 - y0) < 50
    page.press("D")
    assert page.said() == []


def test_what_a_loop_is_handed_has_the_source_of_the_loop(opened: Open) -> None:
    """The source pane is at the loop, not at the head of the file."""
    rec = recorded("scanned")
    (scan,) = (r for r in rec.graph.regions.values() if r.kind == "scan")
    binder = next(n for n in rec.graph.order if rec.graph.node(n).role == "binder")
    step = rec.cursor().timeline.index("forward", binder, (0,))
    location = rec.graph.source(scan.id)
    assert location is not None

    page = opened("scanned", f"#step={step}")

    assert f":{location.line} in" in page.text("#heading-source")
    assert page.run("document.querySelector('#panel-source .here') !== null")


@pytest.mark.parametrize("width", [1280, 1200, 1024])
def test_the_header_is_one_line(page: Tab, tmp_path: Path, width: int) -> None:
    """Whatever it has to say, it does not wrap on a screen that is not narrow."""
    path = tmp_path / "walk.html"
    recorded("scanned").to_html(path, title="a rather long title of a page " * 3)
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=800,
        deviceScaleFactor=1,
        mobile=False,
    )

    page.open(path)

    assert page.run("document.querySelector('header').clientHeight") < 50
    edges = "[...document.querySelectorAll('header > *')].map((e) => e.getBoundingClientRect().right)"
    assert max(page.run(edges)) <= width
