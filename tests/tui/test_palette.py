"""Colours that can be told apart, whoever looks at them."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rich.color import Color

from graphstep.tui.canvas import Canvas
from graphstep.tui.palette import COLOURS, FAMILIES, KINDS, SIXTEEN, Colours
from tests.tui.pilots import app_of, canvas_of, press, settle, walk

# G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: A physiologically-based model for
# simulation of color vision deficiency (2009), severity 1; on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# Sixteen fixed colours leave no choice; there every state has its mark.
CHOSEN = [colours for colours in COLOURS if colours.name != SIXTEEN.name]
# Just noticeable is about 0.02 in OKLab, side by side.
_APART, _FAR_APART = 0.045, 0.09


def linear(colour: str) -> np.ndarray:
    """Return linear RGB from 0 to 1."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Return B. Ottosson's OKLab (2020), in which distances are differences seen."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    axes = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return axes @ np.cbrt(cones @ np.clip(rgb, 0, 1))


def distance(first: str, second: str, vision: str) -> float:
    seen = [oklab(VISIONS[vision] @ linear(colour)) for colour in (first, second)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(colour: str, ground: str) -> float:
    """Return the ratio of luminances, as WCAG 2.2 defines it."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    light, dark = sorted(
        (float(weights @ linear(each)) + 0.05 for each in (colour, ground)),
        reverse=True,
    )
    return light / dark


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("colours", CHOSEN, ids=lambda c: c.name)
def test_families_of_kinds_look_different(colours: Colours, vision: str) -> None:
    """No two families of operations have hues that look alike."""
    pairs = itertools.combinations(zip(FAMILIES, colours.hues, strict=True), 2)
    alike = [
        (a, b, d)
        for (a, first), (b, second) in pairs
        if (d := distance(first, second, vision)) < _APART
    ]

    assert alike == []


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("colours", CHOSEN, ids=lambda c: c.name)
def test_forward_and_backward_look_very_different(
    colours: Colours, vision: str
) -> None:
    """The accents of the two passes are far apart."""
    assert distance(colours.forward, colours.backward, vision) > _FAR_APART


@pytest.mark.parametrize("colours", CHOSEN, ids=lambda c: c.name)
def test_every_text_stands_out(colours: Colours) -> None:
    """Texts have the contrast of WCAG's AA, and AAA in the themes of high contrast."""
    least = 7.0 if "contrast" in colours.name else 4.5
    texts = (colours.text, colours.bright, colours.dim, colours.forward)
    texts += (colours.backward, colours.trouble, colours.good, *colours.hues)

    weak = {c: contrast(c, colours.ground) for c in texts}
    assert {c: ratio for c, ratio in weak.items() if ratio < least} == {}
    assert contrast(colours.faint, colours.ground) > 3
    assert contrast(colours.bright, colours.cursor) > 4.5
    assert contrast(colours.text, colours.selected) > 4.5


def test_every_kind_has_a_hue() -> None:
    """All kinds of operations that pictures know have a family here."""
    from graphstep.export import kind_of_node

    names = ("add", "dot_general", "reshape", "gather", "reduce_sum", "random_bits")
    kinds = {kind_of_node("eqn", name) for name in names}

    assert kinds - {"other"} <= set(KINDS)


async def test_a_theme_of_textuals_own_can_be_set() -> None:
    """A program that opens the walk may choose any theme that is registered."""
    async with walk(jnp.sin, 1.0, size=(80, 24)) as pilot:
        app = app_of(pilot)
        app.theme = "nord"
        await press(pilot, "n")

        border = app.pane("graph").styles.border_top
        assert app.state.cursor.index == 1
        assert border[1].hex == app.current_theme.primary


async def test_another_theme_reaches_every_cell_of_the_graph() -> None:
    """The small picture in the corner too, under a state that is the same."""

    def chain(x: jax.Array) -> jax.Array:
        for _ in range(40):
            x = jnp.sin(x)
        return x

    async with walk(chain, jnp.ones(3), size=(120, 40)) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        assert canvas.minimap is not None
        dark = grounds(canvas)

        app.theme = "graphstep-light"
        await settle(pilot)

        assert not dark & grounds(canvas)


def grounds(canvas: Canvas) -> set[Color]:
    """Return every background in the panel."""
    strips = canvas.render_lines(canvas.size.region)
    styles = [style for strip in strips for _, style, _ in strip if style is not None]
    return {style.bgcolor for style in styles if style.bgcolor is not None}
