"""A page is walked in a real browser, and shows what the recording holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.export.chain import number
from graphstep.export.page import page_from_recording
from graphstep.export.page._document import _EXPORT, _IMPORT, SCRIPTS, static_text
from graphstep.recording import Absence
from graphstep.stepping import BACKWARD, FORWARD
from tests.export.page.chromium import Tab
from tests.export.page.conftest import PROGRAMS, recorded

HERE = Path(__file__).parent
Open = Callable[..., Tab]

# What the page shows at each step, gathered in one go: stepping is quick, calls are not.
_GATHER = """
(() => {
  const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', {key}));
  const text = (id) => document.getElementById(id).textContent;
  const seen = [];
  for (;;) {
    const boxes = {};
    for (const box of document.querySelectorAll('.boxes .box')) {
      const of = (name) => box.querySelector(`.value.${name}`)?.textContent ?? '';
      if (box.dataset.node !== undefined) boxes[box.dataset.node] = [of('primal'), of('cotangent'),
        box.classList.contains('current'), box.classList.contains('trouble')];
    }
    const total = document.querySelector('#panel-chain .total')?.textContent ?? '';
    seen.push({where: text('where'), hash: location.hash, boxes, total});
    const before = location.hash;
    press('n');
    if (location.hash === before) return seen;
  }
})()
"""


def short(value: Any) -> str:
    """Return what a box says of a value, worked out here again."""
    if isinstance(value, Absence):
        return ""
    x = np.asarray(value)
    if x.size == 1:
        return number(x.reshape(-1)[0].item())
    if x.dtype.kind == "b":
        return f"{int(x.sum())} of {x.size}"
    if x.dtype.kind in "iu":
        return f"{number(x.min())} … {number(x.max())}"
    wide = x.astype(np.float64)
    return f"‖·‖ {number(np.linalg.norm(wide[np.isfinite(wide)]), 3)}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_step_shows_the_values_of_the_recording(opened: Open, name: str) -> None:
    """From the first step to the last, each box has the value that it should."""
    rec = recorded(name)
    page = opened(name)
    page.press("e")

    seen = page.run(_GATHER)

    cursor = rec.cursor()
    assert len(seen) == cursor.timeline.length
    checked = 0
    for index, shown in enumerate(seen):
        here = cursor.seek(index)
        assert shown["hash"] == f"#step={index}"
        for position, (primal, cotangent, is_current, _) in shown["boxes"].items():
            node = rec.graph.order[int(position)]
            assert is_current == (here.state(node) == "current")
            iteration = here.iteration_of(node)
            if not rec.graph.node(node).avals or iteration is None:
                continue
            is_known = here.pass_ != FORWARD or here.state(node) != "pending"
            expected = short(rec.primal(node, 0, iteration)) if is_known else ""
            assert primal == expected
            is_complete = here.has_complete_cotangent(node)
            value = rec.cotangent(node, 0, iteration) if is_complete else None
            text = "" if value is None else short(value)
            assert cotangent == (f"∂ {text}" if text else "")
            checked += 1
        if here.pass_ == BACKWARD and shown["total"]:
            total = rec.cotangent(here.step.node, 0, here.step.iteration)
            last = shown["total"].rpartition("= ")[2]
            flat = np.abs(np.asarray(total, np.float64)).reshape(-1)
            finite = flat[np.isfinite(flat)]
            most = finite.max(initial=0.0)
            assert last.lstrip("−") in {
                number(most),
                "NaN",
                "Inf",
            }
    assert checked > len(seen)
    assert page.said() == []


def test_steps_back_undo_steps(opened: Open) -> None:
    """At the end, going back leads to the beginning, over the same steps."""
    page = opened("fan_out")
    length = recorded("fan_out").cursor().timeline.length

    page.press("G")
    assert page.run("location.hash") == f"#step={length - 1}"
    page.press("p", "p")

    assert page.run("location.hash") == f"#step={length - 3}"
    page.press("g")
    assert page.run("location.hash") == "#step=0"


@pytest.mark.parametrize(
    ("key", "move"),
    [
        ("N", "over"),
        ("P", "reverse_over"),
        ("o", "out"),
        ("O", "reverse_out"),
        ("x", "counterpart"),
    ],
)
def test_moves_are_those_of_the_cursor(opened: Open, key: str, move: str) -> None:
    """Stepping over and out lead where they lead in the terminal."""
    rec = recorded("scanned")
    page = opened("scanned")
    seed = rec.cursor().timeline.seed_index
    assert seed is not None

    for index in (3, seed - 2, seed + 5):
        page.run(f"location.hash = 'step={index}'")
        page.wait(f"document.getElementById('scrubber').value === '{index}'")
        page.press(key)

        expected = getattr(rec.cursor().seek(index), move)().index
        assert page.run("location.hash") == f"#step={expected}"


def test_iterations_follow_each_other(opened: Open) -> None:
    """Brackets go to the same place in other iterations, and the bar shows all."""
    rec = recorded("scanned")
    (scan,) = (r for r in rec.graph.regions.values() if r.kind == "scan")
    node = f"{scan.id}/0"
    timeline = rec.cursor().timeline
    page = opened("scanned", f"#step={timeline.index('backward', node, (1,))}")

    page.press("]")

    expected = timeline.index("backward", node, (2,))
    assert page.run("location.hash") == f"#step={expected}"
    assert "iteration 2" in page.text("#loop-text")
    norms = [abs(float(v)) for v in np.asarray(rec.cotangent(node))]
    heights = page.run(
        "[...document.querySelectorAll('#loop-picture rect')]"
        ".map((bar) => Number(bar.getAttribute('height')))"
    )
    assert len(heights) == 4
    assert np.argmax(heights) == np.argmax(norms)
    page.press("{")
    assert "iteration 0" in page.text("#loop-text")


def test_a_region_opens_and_closes(opened: Open) -> None:
    """Two clicks or Enter open what is closed; what is inside is drawn, or is not."""
    rec = recorded("scanned")
    (scan,) = (r for r in rec.graph.regions.values() if r.kind == "scan")
    page = opened("scanned")
    inside = rec.graph.position(f"{scan.id}/0")
    box = f"document.querySelector('.box[data-node=\"{inside}\"]')"
    closed = f"document.querySelector('.box[data-region=\"{scan.id}\"]')"
    assert page.run(f"{box} !== null")

    page.press("E")
    assert page.run(f"{box} === null")
    event = "new MouseEvent('click', {detail: 2, bubbles: true})"
    page.run(f"{closed}.dispatchEvent({event})")

    assert page.run(f"{box} !== null")
    page.press("Enter")
    assert page.run(f"{box} === null && {closed} !== null")
    assert page.said() == []


def test_search_finds_and_selects(opened: Open) -> None:
    """What is found is marked, counted, and gone through."""
    page = opened("fan_out")

    page.press("/")
    page.call("Input.insertText", text="tanh")
    assert page.text("#hits") == "1 found"
    page.press("Enter")

    assert page.run("document.querySelector('.box.selected .name').textContent") == (
        "h  tanh"
    )
    assert "tanh" in page.text("#panel-inspector")
    page.press("Escape")
    assert page.run("document.querySelector('.box.hit') === null")


def test_the_scrubber_goes_to_a_step(opened: Open) -> None:
    """Moving it moves the cursor, and it says where that is."""
    page = opened("fan_out")

    page.run(
        "(() => { const s = document.getElementById('scrubber'); s.value = 6;"
        "s.dispatchEvent(new Event('input')); })()"
    )

    assert page.run("location.hash") == "#step=6"
    said = page.run(
        "document.getElementById('scrubber').getAttribute('aria-valuetext')"
    )
    node = recorded("fan_out").cursor().seek(6).step.node
    label = recorded("fan_out").graph.label(node)
    assert said.startswith("step 6 of ")
    assert label in said


def test_it_plays_to_the_end_and_stops(opened: Open) -> None:
    """`r` walks on by itself until the last step."""
    page = opened("scalar")
    last = recorded("scalar").cursor().timeline.length - 1
    page.run(f"location.hash = 'step={last - 1}'")
    page.wait(f"document.getElementById('scrubber').value === '{last - 1}'")

    page.press("r")
    assert page.run("document.getElementById('play').getAttribute('aria-label')") == (
        "stop"
    )

    page.wait(f"location.hash === '#step={last}'")
    page.wait("document.getElementById('play').getAttribute('aria-label') === 'play'")


def test_an_address_leads_to_a_step(opened: Open) -> None:
    """A deep link opens the page there; one beyond the end leads to the end."""
    length = recorded("scalar").cursor().timeline.length

    assert opened("scalar", "#step=4").run("location.hash") == "#step=4"
    assert opened("scalar", "#step=999").run("location.hash") == f"#step={length - 1}"


def test_the_chain_rule_is_written_as_a_sum(opened: Open) -> None:
    """Where two uses meet, the sum has both terms, and its total is the cotangent."""
    rec = recorded("fan_out")
    (node,) = rec.graph.find("tanh")
    step = rec.cursor().timeline.index("backward", node)

    page = opened("fan_out", f"#step={step}")

    terms = page.run(
        "[...document.querySelectorAll('#panel-chain .terms tr')]"
        ".map((row) => row.cells[0].textContent)"
    )
    edges = rec.graph.uses(node)
    cotangent = np.asarray(rec.cotangent(node))
    at = int(np.argmax(np.abs(cotangent)))
    sent = [float(np.asarray(rec.contribution(edge))[at]) for edge in edges]
    assert sorted(t.lstrip("+") for t in terms) == sorted(map(number, sent))
    assert page.text("#panel-chain .total").endswith(f"= {number(cotangent[at])}")


def test_what_is_absent_says_why(opened: Open) -> None:
    """An integer has no cotangent, and the inspector gives the recording's reason."""
    rec = recorded("broken")
    (node,) = rec.graph.find("n")
    index = rec.cursor().timeline.index("forward", node)

    page = opened("broken", f"#step={index}")

    assert str(rec.cotangent(node)) in page.text("#panel-inspector")


def test_trouble_has_a_letter(opened: Open) -> None:
    """NaN is told by a letter, not by colour alone."""
    page = opened("broken")
    page.press("b")

    letters = page.run(
        "[...document.querySelectorAll('.box.trouble .trouble-letter')]"
        ".map((t) => t.textContent)"
    )

    assert "N" in letters
    assert set(letters) <= {"N", "I"}


def test_names_with_tags_run_nothing(page: Tab, tmp_path: Path) -> None:
    """A name that holds a script is shown as text; nothing runs, nothing is asked for."""
    evil = "</script><script>window.hit=1</script><img src=x onerror='window.hit=2'>"

    def fn(tree: dict[str, jax.Array]) -> jax.Array:
        with jax.named_scope("<svg onload=window.hit=3>"):
            return jnp.sin(tree[evil]) * tree["b"]

    args = {evil: jnp.float32(1.0), "b": jnp.float32(2.0)}
    path = tmp_path / "evil.html"
    path.write_bytes(page_from_recording(gs.record(fn, args), title=evil))

    page.open(path)
    page.press("e", "n", "n", "G")

    assert page.run("window.hit === undefined")
    assert page.run("document.images.length") == 0
    assert evil[:8] in page.run("document.querySelector('.boxes').textContent")
    assert page.said() == []


def test_the_policy_holds(opened: Open) -> None:
    """A script or a style that gets into the page does not run, nor does a request."""
    page = opened("scalar")

    page.run(
        "(() => { const s = document.createElement('script');"
        "s.textContent = 'window.hit = 1'; document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'https://example.org/x.png';"
        "document.body.append(i); })()"
    )

    page.wait("document.images[0].complete")
    assert page.run("window.hit === undefined")
    blocked = [said for said in page.said() if "Content Security Policy" in said]
    assert len(blocked) == 2
    failed = [
        event["params"].get("blockedReason")
        for event in page.browser.events
        if event["method"] == "Network.loadingFailed"
        and event.get("sessionId") == page.session
    ]
    assert failed == ["csp"]


def test_every_control_has_a_name(opened: Open) -> None:
    """A screen reader can say what each button, field and picture is."""
    page = opened("scanned", "#step=8")

    tree = page.call("Accessibility.getFullAXTree")["nodes"]

    roles = {"button", "slider", "searchbox", "tab", "img", "region", "group"}
    roles |= {"combobox", "textbox"}
    bare = [
        node["role"]["value"]
        for node in tree
        if not node.get("ignored")
        and node["role"]["value"] in {*roles, "image"}
        and not node.get("name", {}).get("value")
    ]
    assert set(bare) <= {"group"}


def test_modules_pass_their_unit_tests_here_too(page: Tab) -> None:
    """What Node.js tests holds in a browser as well."""
    names = [name for name in SCRIPTS if name != "app.mjs"]
    tests = [(HERE / "harness.mjs").read_text("utf-8")]
    tests += [path.read_text("utf-8") for path in sorted(HERE.glob("*.test.mjs"))]
    parts = [static_text(name) for name in names] + tests
    text = "\n".join(_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts)

    found = page.run(f"(async () => {{ {text}\nreturn {{failures, names}}; }})()")

    assert found["failures"] == []
    assert len(found["names"]) > 20


def test_many_boxes_are_made_where_they_are_seen(page: Tab, tmp_path: Path) -> None:
    """Of a large flat program only what is in sight is in the document."""

    def fn(x: jax.Array) -> jax.Array:
        for _ in range(520):
            x = jnp.sin(x)
        return x

    path = tmp_path / "large.html"
    path.write_bytes(page_from_recording(gs.record(fn, jnp.float32(1.0), verify=False)))

    page.open(path)
    n_boxes = page.run("document.querySelectorAll('.boxes .box').length")
    page.press("G")

    assert 0 < n_boxes < 200
    assert page.run("document.querySelector('.box.current') !== null")
    assert re.search(r"input|argument", page.text("#where"))
