"""Slices, layouts, formats, searches and texts of arrays, without a terminal."""

from __future__ import annotations

import math
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.errors import GraphstepError
from graphstep.recording import stats_from_array
from graphstep.tui.array_cut import Cut, blocks, cut_typed, part_of
from graphstep.tui.array_field import Field, widened
from graphstep.tui.array_find import next_bad, next_by_size
from graphstep.tui.array_formats import Writer, full_text
from graphstep.tui.array_grid import Grid, Spot
from graphstep.tui.array_heat import PLAIN_SHADES, Scale, shade_lines
from graphstep.tui.array_look import BINS, look_at
from graphstep.tui.array_text import numpy_text, python_text, slice_of_field
from graphstep.tui.inspection_values import histogram_rows
from graphstep.tui.palette import palette
from graphstep.tui.values import ValueKey

SLICES = (
    "",
    "[1]",
    "[-1, :, ::2]",
    "[..., 0]",
    "[::-1]",
    "[:, 3:0:-1, 1:]",
    "[:, :, [4, 0, 0]]",
    "[0, ..., -2:]",
    "[:, 2:2]",
    "[1, 2, 3]",
    "[:, -100:100:3]",
)
CUBE = np.arange(2 * 4 * 5).reshape(2, 4, 5)


def field(array: Any) -> Field:
    return Field("primal", ValueKey("primal", "in0", 0, ()), np.asarray(array))


# Slices ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", SLICES)
def test_a_slice_is_that_of_numpy(text: str) -> None:
    """What a typed slice shows is what NumPy gives for it."""
    cut = cut_typed(text, CUBE.shape)

    expected = CUBE if not text else eval(f"CUBE{text}", {"CUBE": CUBE})  # noqa: S307
    actual = part_of(CUBE, cut.parts).reshape(tuple(map(cut.length, cut.free)))
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("text", SLICES)
def test_a_slice_is_read_as_it_is_written(text: str) -> None:
    """The text of a slice names the same elements again."""
    cut = cut_typed(text, CUBE.shape)

    assert cut_typed(cut.text(CUBE.shape), CUBE.shape) == cut


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[2]", "Axis 0 has indices 0 to 1"),
        ("[:, :, :, :]", "more axes than [2,4,5] has"),
        ("[..., ...]", "more than one `...`"),
        ("[::0]", "step along axis 0 is zero"),
        ("[a]", "is not"),
        ("[", "is no slice"),
        ("[0.5]", "is not an index"),
        ("](", "is no slice"),
    ],
)
def test_a_wrong_slice_says_what_is_wrong(text: str, why: str) -> None:
    """One line says why a slice cannot be shown."""
    with pytest.raises(GraphstepError) as caught:
        cut_typed(text, CUBE.shape)

    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@given(
    shape=st.lists(st.integers(0, 5), max_size=4).map(tuple), size=st.integers(1, 40)
)
@settings(max_examples=60, deadline=None)
def test_blocks_are_the_array_in_order(shape: tuple[int, ...], size: int) -> None:
    """Pieces of a slice, one after the other, are all of its elements in order."""
    x = np.arange(math.prod(shape)).reshape(shape)

    pieces = [part_of(x, b).reshape(-1) for b in blocks(Cut.whole(shape).parts, size)]

    assert all(piece.size <= size for piece in pieces)
    np.testing.assert_array_equal(np.concatenate([*pieces, x.ravel()[:0]]), x.ravel())


# Layout ------------------------------------------------------------------------------


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_every_element_has_one_place(data: st.DataObject) -> None:
    """Elements and places of a layout name each other, and hold what NumPy has there."""
    text = data.draw(st.sampled_from([t for t in SLICES if t != "[:, 2:2]"]))
    cut = cut_typed(text, CUBE.shape)
    axes = data.draw(st.sampled_from([None, (0, 1), (2, 0), (1, 2), (2, 1)]))
    grid = Grid.of(cut, axes, data.draw(st.integers(1, 12)))
    seen: set[tuple[int, ...]] = set()
    for plane in range(grid.n_planes):
        rows, columns = range(grid.n_rows), range(grid.n_columns)
        window = grid.window(lambda parts: part_of(CUBE, parts), plane, rows, columns)
        for row in rows:
            for column in columns:
                if grid.has(row, column):
                    index = grid.index(Spot(plane, row, column))
                    assert window[row, column] == CUBE[index]
                    if text != "[:, :, [4, 0, 0]]":
                        assert grid.spot(index) == Spot(plane, row, column)
                    seen.add(index)

    assert len(seen) == np.unique(part_of(CUBE, cut.parts)).size


def test_a_window_reads_no_more_than_is_in_sight() -> None:
    """Of an array of 10^8 elements only those in sight are read."""
    read: list[int] = []
    huge = np.broadcast_to(np.float32(1), (10_000, 10_000))

    def counted(parts: Any) -> np.ndarray:
        found = part_of(huge, parts)
        read.append(found.size)
        return found

    grid = Grid.of(Cut.whole(huge.shape), None, 8)
    grid.window(counted, 0, range(5_000, 5_020), range(9_000, 9_008))

    assert read == [160]


# Numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format_", "value", "text"),
    [
        ("short", 0.1234567, "0.1235"),
        ("fixed", -0.1234567, "−0.12346"),
        ("fixed", 1e-12, "1.0e-12".replace("-", "−")),
        ("scientific", 1234.5, "1.2345e+03"),
        ("hex", -0.75, "−0x1.8000000000000p−1"),
        ("integer", 2.6, "3"),
        ("short", float("nan"), "NaN"),
        ("fixed", float("-inf"), "−Inf"),
        ("short", 1 - 2j, "1−2i"),
        ("short", True, "True"),
        ("hex", 255, "0xff"),
        ("short", -(2**63), "−9223372036854775808"),
    ],
)
def test_formats_write_numbers(format_: Any, value: Any, text: str) -> None:
    """Every format writes the number, and none makes a zero of what is not zero."""
    assert Writer(format_, 5).text(value) == text


@pytest.mark.parametrize(
    "value",
    [
        np.float32(0.1),
        np.float64(1) / 3,
        np.float16(0.1),
        ml_dtypes.bfloat16(0.1),
        np.float32(1e-45),
        np.int8(-128),
        np.uint64(2**64 - 1),
    ],
)
def test_a_number_in_full_is_that_number(value: Any) -> None:
    """The text of one element, read again in its own type, is that element."""
    text = full_text(value).replace("−", "-")

    read = float(text) if "." in text or "e" in text else int(text)
    assert value.dtype.type(read) == value


# Finding -----------------------------------------------------------------------------


def test_sizes_are_visited_in_order() -> None:
    """From the greatest in size to the least, every element once, NaN never."""
    x = np.array([[1.0, -5.0, np.nan], [5.0, 0.0, np.inf]])
    cut = Cut.whole(x.shape)
    seen: list[tuple[int, ...]] = []
    at = next_by_size(field(x), cut, None, is_greatest=True)
    while at is not None:
        seen.append(at)
        at = next_by_size(field(x), cut, at, is_greatest=True)

    assert seen == [(1, 2), (0, 1), (1, 0), (0, 0), (1, 1)]


def test_the_least_is_found_within_the_slice() -> None:
    """A search looks at what is shown and at nothing else."""
    x = np.array([[1.0, -5.0, 0.25], [5.0, 0.0, -2.0]])
    cut = cut_typed("[:, ::2]", x.shape)

    assert next_by_size(field(x), cut, None, is_greatest=False) == (0, 2)


def test_what_is_not_finite_is_visited_in_turn() -> None:
    """NaN and infinities come in array order, and after the last the first again."""
    x = np.zeros((3, 4))
    x[0, 3], x[1, 1], x[2, 0] = np.nan, np.inf, -np.inf
    cut = Cut.whole(x.shape)
    seen = [next_bad(field(x), cut, None)]
    for _ in range(3):
        seen.append(next_bad(field(x), cut, seen[-1]))

    assert seen == [(0, 3), (1, 1), (2, 0), (0, 3)]
    assert next_bad(field(np.zeros(3)), Cut.whole((3,)), None) is None


def test_products_and_differences_do_not_wrap() -> None:
    """Small integers are subtracted as integers of 64 bits, bfloat16 as float32."""
    key = ValueKey("primal", "in0", 0, ())
    a, b = np.array([0], np.uint8), np.array([1], np.uint8)
    halves = np.array([1 / 256 + 1], ml_dtypes.bfloat16)

    assert Field("primal_run", key, a, b, "minus").whole().tolist() == [-1]
    assert widened(halves).dtype == np.float32
    assert Field("product", key, a, b, "times").dtype == np.int64


# Copying -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1.5, np.nan], [-np.inf, np.float32(0.1)]], np.float32),
        np.array(1 / 3),
        np.array([True, False]),
        np.array([[1 + 2j, complex(np.nan, -0.5)]], np.complex64),
        np.arange(4, dtype=np.int8),
        np.zeros((2, 0), np.float64),
        np.array([0.1, -3.0], ml_dtypes.bfloat16),
    ],
)
def test_numpy_text_makes_the_same_array(array: Any) -> None:
    """Pasted text gives the array back, to the last bit."""
    names = {"np": np, "ml_dtypes": ml_dtypes}
    made = eval(numpy_text(array), names)  # noqa: S307

    assert made.dtype == array.dtype
    assert made.tobytes() == array.tobytes()
    assert made.shape == array.shape


def test_python_text_is_nested_lists() -> None:
    """Plain lists need no import."""
    text = python_text(np.array([[1.5, np.nan]]))

    assert repr(eval(text, {})) == "[[1.5, nan]]"  # noqa: S307


def test_a_large_slice_is_not_copied() -> None:
    """Too much to copy is refused, with what to do instead."""
    x = np.broadcast_to(np.float32(0), (1000, 1000))

    with pytest.raises(GraphstepError, match="S chooses a slice first"):
        slice_of_field(field(x), Cut.whole(x.shape))


# At a glance -------------------------------------------------------------------------


def test_a_spread_counts_every_finite_element() -> None:
    """The bins hold all that is finite, as NumPy counts them."""
    x = np.random.default_rng(0).normal(size=2_000_000).astype(np.float32)
    x[:3] = np.nan, np.inf, -np.inf
    look = look_at(stats_from_array(x), x)

    assert look.spread is not None
    finite = x[np.isfinite(x)].astype(np.float64)
    expected, _ = np.histogram(finite, BINS, (finite.min(), finite.max()))
    assert sum(look.spread.counts) == finite.size
    np.testing.assert_allclose(look.spread.counts, expected, atol=2)
    assert look.leading == (0,)


@pytest.mark.parametrize("array", [np.zeros(0), np.ones(5), np.full(3, np.nan)])
def test_nothing_to_spread_has_no_histogram(array: Any) -> None:
    """Equal elements, or none, have no spread."""
    assert look_at(stats_from_array(array), array).spread is None


def test_huge_numbers_have_a_histogram() -> None:
    """A range wider than the greatest float is no overflow."""
    x = np.array([-1.7e308, 0.0, 1.7e308])
    spread = look_at(stats_from_array(x), x).spread

    assert spread is not None
    assert [n for n in spread.counts if n] == [1, 1, 1]


def test_columns_of_a_histogram_are_as_high_as_its_counts() -> None:
    """Blocks stack up over the lines, and one element is still seen."""
    assert histogram_rows((0, 1, 8, 16), 2) == ["   █", " ▁██"]


def test_shades_tell_sign_and_size_without_colour() -> None:
    """Where there are no colours a sign stands before every shade."""
    window = np.array([[-1.0, 0.0, 1.0, np.nan]])
    has = np.ones((1, 4), bool)

    (line,) = shade_lines(window, has, Scale(1.0), palette(is_dark=True), cursor=None)

    assert "".join(s.text for s in line) == "−█· +█ N"


def test_ascii_shades_are_no_signs_and_grow_darker() -> None:
    """In ASCII the sizes have characters of their own, seven of them."""
    sizes = (np.array([0.0, 1.5, 3.5, 5.5, 7.5, 9.5, 11.5, 14.5]) / 15) ** 2
    window = np.array([sizes, -sizes])
    scale = Scale(1.0, shades=PLAIN_SHADES)

    lines = shade_lines(
        window, np.ones(window.shape, bool), scale, palette(is_dark=True), cursor=None
    )

    texts = ["".join(s.text for s in line) for line in lines]
    assert texts == ["· +.+:+=+*+%+#+@", "· −.−:−=−*−%−#−@"]
    assert not set("+-−") & set(PLAIN_SHADES)
