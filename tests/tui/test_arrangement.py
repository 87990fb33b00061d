"""Where panels go: arithmetic, at every size."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from graphstep.tui.arrangement import (
    GRAPH,
    PANES,
    Arrangement,
    Border,
    Place,
    places,
    with_border_at,
)
from tests.tui.pilots import app_of, settle, walk

BESIDE = PANES[1:]
ARRANGEMENTS = st.builds(
    Arrangement,
    shown=st.lists(st.sampled_from(BESIDE), unique=True).map(
        lambda shown: tuple(p for p in PANES if p in shown)
    ),
    share=st.integers(20, 84),
    weights=st.dictionaries(st.sampled_from(BESIDE), st.integers(1, 200)).map(
        lambda weights: tuple(sorted(weights.items()))
    ),
    is_maximised=st.booleans(),
)
WIDTHS, HEIGHTS = st.integers(40, 300), st.integers(8, 120)


def cells(place: Place) -> set[tuple[int, int]]:
    x, y, width, height = place
    return {(i, j) for i in range(x, x + width) for j in range(y, y + height)}


@given(ARRANGEMENTS, st.sampled_from(PANES), st.sampled_from(BESIDE), WIDTHS, HEIGHTS)
def test_panels_tile_the_box(
    arrangement: Arrangement, focus: str, beside: str, width: int, height: int
) -> None:
    """Visible panels cover every cell once, and the one with the keys is among them."""
    found = places(arrangement, focus, beside, width, height)

    assert focus in found
    assert all(p.width > 0 and p.height > 0 for p in found.values())
    assert sum(p.width * p.height for p in found.values()) == width * height
    assert set().union(*map(cells, found.values())) == cells(Place(0, 0, width, height))


@given(ARRANGEMENTS, st.sampled_from(PANES), st.sampled_from(BESIDE), WIDTHS, HEIGHTS)
def test_only_what_is_wanted_is_shown(
    arrangement: Arrangement, focus: str, beside: str, width: int, height: int
) -> None:
    """What is neither shown nor has the keys has no place; the graph leaves for one."""
    found = places(arrangement, focus, beside, width, height)

    assert set(found) <= {GRAPH, focus, *arrangement.shown}
    if GRAPH not in found:
        assert list(found) == [focus]


@given(
    ARRANGEMENTS.filter(lambda a: not a.is_maximised),
    st.sampled_from(BESIDE),
    st.integers(100, 300),
    st.integers(12, 120),
    st.data(),
)
def test_a_border_goes_where_it_is_dragged(
    arrangement: Arrangement, beside: str, width: int, height: int, data: st.DataObject
) -> None:
    """A border between two panels moves towards the pointer, and never past it."""
    before = places(arrangement, GRAPH, beside, width, height)
    pane = data.draw(st.sampled_from(list(before)))
    border: Border = data.draw(st.sampled_from(["left", "right", "top", "bottom"]))
    to = data.draw(st.integers(0, max(width, height) - 1))
    moved = with_border_at(arrangement, before, GRAPH, pane, border, to)
    after = places(moved, GRAPH, beside, width, height)

    def edge(found: dict[str, Place]) -> int:
        x, y, w, h = found[pane]
        return {"left": x, "right": x + w, "top": y, "bottom": y + h}[border]

    wanted = to + (border in ("right", "bottom"))
    assert set(after) == set(before)
    assert abs(edge(after) - wanted) <= max(abs(edge(before) - wanted), 3)


@pytest.mark.parametrize("n_shown", range(1, 10))
@pytest.mark.parametrize("height", [24, 36, 56])
def test_the_panel_that_is_read_is_never_squeezed(n_shown: int, height: int) -> None:
    """Among many it takes rows of the others, but leaves each a line or two."""
    shown = BESIDE[:n_shown]
    for read in shown:
        for focus in (GRAPH, read):
            found = places(Arrangement(shown=shown), focus, read, 120, height)
            heights = {p: place.height for p, place in found.items() if p != GRAPH}
            fair = height // len(heights)

            assert heights[read] >= min(12, max(fair, height - 4 * len(heights) + 4))
            assert min(heights.values()) >= min(4, fair)


async def test_the_mouse_drags_the_border_of_the_graph() -> None:
    """Pressed on the border beside the graph, and let go elsewhere, it is there."""
    async with walk(lambda x: x * 2, 1.0, size=(120, 40)) as pilot:
        app = app_of(pilot)
        right = app.pane("inspector").region.x
        await pilot.mouse_down(offset=(right, 20))
        await pilot.hover(offset=(right - 20, 20))
        await pilot.mouse_up(offset=(right - 20, 20))
        await settle(pilot)

        assert app.pane("inspector").region.x == pytest.approx(right - 20, abs=1)
        assert app.pane(GRAPH).region.right == app.pane("inspector").region.x


async def test_the_mouse_drags_the_border_between_two_panels() -> None:
    """The panel above grows by what the one below loses; the others stay."""
    async with walk(lambda x: x * 2, 1.0, size=(120, 40)) as pilot:
        app = app_of(pilot)
        before = {p: app.pane(p).region for p in ("inspector", "chain", "source")}
        x, y = before["chain"].x + 5, before["chain"].y
        await pilot.mouse_down(offset=(x, y))
        await pilot.hover(offset=(x, y + 4))
        await pilot.mouse_up(offset=(x, y + 4))
        await settle(pilot)
        after = {p: app.pane(p).region for p in before}

        assert after["inspector"].height == before["inspector"].height + 4
        assert after["chain"].height == before["chain"].height - 4
        assert after["source"] == before["source"]
        assert app.state.focus == "chain"


@pytest.mark.parametrize(
    ("width", "n_shown", "n_columns"),
    [(120, 3, 1), (200, 2, 1), (200, 3, 1), (200, 8, 2), (260, 3, 2)],
)
def test_panels_get_two_columns_where_both_have_room_to_write(
    width: int, n_shown: int, n_columns: int
) -> None:
    """Lines of code that are cut tell less than fewer lines of it."""
    found = places(Arrangement(shown=BESIDE[:n_shown]), GRAPH, BESIDE[0], width, 56)

    assert len({p.x for pane, p in found.items() if pane != GRAPH}) == n_columns
