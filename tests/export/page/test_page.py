"""A page is one file that loads nothing, runs its own script alone and shows text as text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

import graphstep as gs
from graphstep.errors import OutputError, RegionNotFoundError, SteppingError
from graphstep.export import THEMES, page_from_recording
from graphstep.export._themes import FAMILIES
from graphstep.export.page import _document
from graphstep.export.page._document import document, packed, static_text, unpacked
from graphstep.export.page._reading import ReadOnce
from graphstep.export.page._values import fitting
from graphstep.layout import groups
from graphstep.recording import stats_from_array
from tests.export.page.conftest import PROGRAMS, node, recorded
from tests.export.test_hostile import TEXTS

HERE = Path(__file__).parent
STATIC = Path(_document.__file__).parent / "static"


def parsed(page: bytes) -> Any:
    """Return the tree that somebody else's parser makes of a page."""
    return html.document_fromstring(
        page.decode("utf-8"), parser=html.HTMLParser(huge_tree=True)
    )


def payload(page: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what a page carries."""
    (block,) = parsed(page).xpath("//script[@type='application/json']")
    return unpacked(json.loads(block.text)["data"])


def script(text: str) -> str:
    """Return the hash by which a policy names a script."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_is_loaded(name: str) -> None:
    """No element and no style names anything outside of the page."""
    tree = parsed(page_from_recording(recorded(name)))

    assert tree.xpath("//@src | //@href | //link | //iframe | //img | //object") == []
    assert "url(" not in tree.xpath("string(//style)")
    assert "@import" not in tree.xpath("string(//style)")


def test_the_policy_allows_its_own_script_and_style_alone() -> None:
    """The policy names them by their hashes, and nothing else is allowed."""
    tree = parsed(page_from_recording(recorded("scalar")))

    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (module,) = tree.xpath("//script[@type='module']")
    (style,) = tree.xpath("//style")

    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": script(module.text),
        "style-src": script(style.text),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_no_element_has_a_handler_or_a_style_of_its_own() -> None:
    """Neither would be allowed, and neither is tried."""
    tree = parsed(page_from_recording(recorded("scalar")))

    names = {str(name) for each in tree.iter(etree.Element) for name in each.attrib}
    assert not {name for name in names if name.startswith("on") or name == "style"}


@settings(max_examples=150, deadline=None)
@given(title=TEXTS, summary=TEXTS, facts=st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_hostile_text_stays_text(
    title: str, summary: str, facts: dict[str, str]
) -> None:
    """Whatever text holds, the page has the same elements, and gives it back."""
    plain = document("t", "s", packed({}, b""))

    page = document(title, summary, packed(facts, b"\x00\xff")).encode(
        "utf-8", "replace"
    )

    tags = [each.tag for each in parsed(page).iter(etree.Element)]
    assert tags == [each.tag for each in parsed(plain.encode()).iter(etree.Element)]
    shown, blob = payload(page)
    assert blob == b"\x00\xff"
    assert shown == {
        k.encode("utf-8", "replace").decode(): v.encode("utf-8", "replace").decode()
        for k, v in facts.items()
    }


@settings(max_examples=12, deadline=None)
@given(name=TEXTS.filter(bool), scope=TEXTS)
def test_hostile_names_stay_text(name: str, scope: str) -> None:
    """Names of arguments and scopes cannot add an element to the page."""

    def fn(tree: dict[str, jax.Array]) -> jax.Array:
        with jax.named_scope(scope):
            return jnp.sin(tree[name]) * 2.0

    page = page_from_recording(gs.record(fn, {name: jnp.float32(1.0)}, verify=False))

    tree = parsed(page)
    assert len(tree.xpath("//script")) == 2
    facts, _ = payload(page)
    assert not re.search("[\x00-\x1f\x7f]", json.dumps(facts, ensure_ascii=False))


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_recording_gives_the_same_page(name: str) -> None:
    """Two pages of one recording have the same bytes."""
    once = page_from_recording(recorded(name), drawing_seconds=1e9)

    assert page_from_recording(recorded(name), drawing_seconds=1e9) == once


@pytest.mark.parametrize("name", PROGRAMS)
def test_small_programs_make_small_pages(name: str) -> None:
    """A page of a small program takes less than 300 kB."""
    assert len(page_from_recording(recorded(name))) < 300_000


@pytest.mark.parametrize("name", PROGRAMS)
def test_values_are_those_of_the_recording_bit_by_bit(name: str) -> None:
    """Every primal and cotangent, in every iteration, has the recording's own bits."""
    rec = recorded(name)
    cursor = rec.cursor()

    facts, blob = payload(page_from_recording(rec))

    rows = [0] * len(rec.graph)
    for index in range(cursor.timeline.forward_length):
        step = cursor.timeline.step(index)
        position = rec.graph.position(step.node)
        row, rows[position] = rows[position], rows[position] + 1
        for of in ("primal", "cotangent"):
            entries = facts["values"].get(of)
            if entries is None:
                assert of == "cotangent"
                assert not rec.has_cotangents
                continue
            value = getattr(rec, of)(step.node, 0, step.iteration)
            entry = entries[position][0]
            if isinstance(value, np.ndarray | np.generic):
                data = np.asarray(value).tobytes()
                start = entry["at"] + row * len(data)
                assert blob[start : start + len(data)] == data
            else:
                assert entry.get("why") or entry["missing"][str(row)] == str(value)


def test_complex_scalars_are_in_the_page_bit_by_bit() -> None:
    """A complex number is its real part and its imaginary part, a lone one too."""
    z = np.complex64(1.25 - 2.5j)

    facts, blob = payload(page_from_recording(gs.record(lambda z: jnp.abs(z * z), z)))

    entry = facts["values"]["primal"][0][0]
    assert (entry["shape"], entry["dtype"]) == ([], "c4")
    assert np.frombuffer(blob, np.float32, 2, entry["at"]).tolist() == [1.25, -2.5]


def test_arrangements_of_the_same_elements_share_what_does_not_depend_on_them() -> None:
    """A transpose has the statistics of what it turns, and a picture of its own."""
    x = jnp.arange(12.0).reshape(3, 4)
    rec = gs.record(lambda x: jnp.sin(x).T, x)
    once = ReadOnce(rec)
    sine, turned = (once.primal(node) for node in ("0", "1"))
    assert np.shares_memory(sine, turned)

    counted: list[str] = []
    for array in (sine, turned):
        once.known("elements", lambda: counted.append("elements"), array)
        once.known(("arranged", array.shape), lambda: counted.append("own"), array)

    assert counted == ["elements", "own", "own"]
    assert once.stats_of(turned) == stats_from_array(np.asarray(turned))
    assert once.leading_index(turned) == once.leading_index(sine)[::-1]


def test_large_arrays_have_statistics_and_a_small_picture() -> None:
    """Beyond the chosen size, no element is in the page."""
    x = jnp.arange(12.0).reshape(3, 4)
    rec = gs.record(lambda x: jnp.sum(x * x), x)

    facts, _ = payload(page_from_recording(rec, max_elements=5))

    entry = facts["values"]["primal"][0][0]
    assert "at" not in entry
    assert entry["stats"][0] == [12, 0, 0, 1, 11, 0, 0, 0, 11, 5.5, 11, 506**0.5] or (
        entry["stats"][0][:9] == [12, 0, 0, 1, 11, 0, 0, 0.0, 11.0]
    )
    assert len(entry["thumbs"][0]["cells"]) == 12
    assert sum(entry["thumbs"][0]["spread"]) == 12


@pytest.mark.parametrize("size", [1e-38, 1e-20, 1e37])
def test_the_spread_of_elements_does_not_depend_on_their_size(size: float) -> None:
    """Numbers near the least and the greatest are counted as any others."""
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    spreads: list[list[int]] = []
    for scale in (1.0, size):
        rec = gs.record(jnp.sum, jnp.asarray(x * np.float32(scale)))
        facts, _ = payload(page_from_recording(rec, max_elements=5))
        spreads.append(facts["values"]["primal"][0][0]["thumbs"][0]["spread"])

    assert sum(spreads[1]) == 12
    assert spreads[1] == spreads[0]


def test_a_summary_has_its_statistics() -> None:
    """A recording without arrays makes a page without arrays, which says so."""
    rec = gs.record(lambda x: jnp.sum(jnp.tanh(x)), jnp.ones(4096), budget=1)
    assert rec.mode == "summary"

    facts, _ = payload(page_from_recording(rec))

    entries = [e for node in facts["values"]["primal"] for e in node]
    assert any(entry.get("summary") for entry in entries)


def test_the_largest_arrays_give_way_to_the_budget() -> None:
    """All arrays of one size are in the page, or none of them."""
    sizes = [(1, 4), (10, 40), (10, 40), (100, 400)]

    assert fitting(sizes, 1000, 1000) == 1000
    assert fitting(sizes, 1000, 100) == 10
    assert fitting(sizes, 1000, 50) == 1
    assert fitting(sizes, 50, 100) == 50


def test_long_walks_have_some_turns() -> None:
    """Of a long loop, the first and the last turn and some between are in the page."""
    rec = gs.record(
        lambda c, xs: jax.lax.scan(lambda c, x: (jnp.sin(c) * x, c), c, xs)[0],
        jnp.float32(1.0),
        jnp.ones(1000),
    )

    facts, _ = payload(page_from_recording(rec, max_steps=500))

    steps = facts["steps"]
    assert len(steps["node"]) <= 500 < steps["length"] == rec.cursor().timeline.length
    assert {0, 999} <= set(steps["iteration"])
    assert steps["index"] == sorted(set(steps["index"]))


def nested(x: jax.Array) -> jax.Array:
    """Hand values into, out of and past functions and loops in each other."""

    def turn(c: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        inner = jax.jit(lambda a, b: (a * b + jnp.sin(a), a - b))
        first, second = inner(c, x)
        return jax.jit(jnp.tanh)(first) + second, first

    with jax.named_scope("outer"):
        y = jax.jit(lambda a: jnp.exp(a) / (1.0 + jnp.exp(a)))(x)
    last, every = jax.lax.scan(turn, y, None, length=3)
    return jnp.sum(last * y) + jnp.sum(every)


@pytest.mark.parametrize("seconds", [0.0, 2.0], ids=["in time", "at leisure"])
@pytest.mark.parametrize("name", ["nested", "newton", "scanned"])
def test_drawings_hold_together_whatever_is_open(name: str, seconds: float) -> None:
    """Each region opens and closes; nothing is missing, broken or one over the other."""
    rec = gs.record(nested, jnp.ones(2)) if name == "nested" else recorded(name)
    facts, _ = payload(page_from_recording(rec, drawing_seconds=seconds))
    parents = {r.id: r.parent or "" for r in rec.graph.regions.values()}
    parents |= {group.id: group.parent or "" for group in groups(rec.graph)}
    asked = {key: facts[key] for key in ("openable", "first", "drawn")}
    asked |= {"parents": list(parents.items()), "trials": 25}

    done = subprocess.run(
        [node(), str(HERE / "drawings.check.mjs")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert json.loads(done.stdout) == []


def test_what_is_asked_for_is_open_at_first() -> None:
    """`expanded` names regions; what is no region is refused."""
    rec = recorded("scanned")

    facts, _ = payload(page_from_recording(rec, [""]))

    names = {facts["openable"][i] for i in facts["first"]}
    assert not names & set(rec.graph.regions)
    with pytest.raises(RegionNotFoundError):
        page_from_recording(rec, ["nowhere"])


def test_it_begins_where_it_is_told_to() -> None:
    """`at` is a step of the walk; there is no other."""
    rec = recorded("scalar")

    facts, _ = payload(page_from_recording(rec, at=3))

    assert facts["start"] == 3
    with pytest.raises(SteppingError):
        page_from_recording(rec, at=10**6)


def test_to_html_writes_what_it_returns(tmp_path: Path) -> None:
    """The page goes into the file as it is, or an error says why not."""
    rec = recorded("scalar")

    text = rec.to_html(tmp_path / "walk.html", at=rec.cursor().last())

    assert (tmp_path / "walk.html").read_text("utf-8") == text
    with pytest.raises(OutputError):
        rec.to_html(tmp_path / "no folder" / "walk.html")


def test_a_saved_recording_makes_a_page(tmp_path: Path) -> None:
    """A page of a file shows the same values; it has no jaxpr, and says so."""
    rec = recorded("fan_out")
    rec.save(tmp_path / "run.gstep")

    facts, blob = payload(page_from_recording(gs.load(tmp_path / "run.gstep")))

    assert isinstance(facts["program"]["jaxpr"], str)
    assert blob == payload(page_from_recording(rec))[1]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_colours_are_those_of_pictures(name: str) -> None:
    """The page has the colours of the theme of that name."""
    css, theme = static_text("theme.css"), THEMES[name]
    part = css.split('[data-theme="dark"] {')[1] if name == "dark" else css
    block = part.split("}")[0]

    colours = dict(re.findall(r"--(\w+): (#\w{6});", block))

    for field in ("ground", "text", "dim", "faint", "line", "forward", "backward"):
        assert colours[field] == getattr(theme, field)
    assert {colours[family] for family in theme.hues} == set(theme.hues.values())


def test_every_kind_has_a_hue() -> None:
    """The page knows the kinds that pictures know."""
    css = static_text("theme.css")

    found = dict(re.findall(r"\.kind-(\w+) \{\s*--hue: var\(--(\w+)\);", css))

    assert found == dict(FAMILIES)
