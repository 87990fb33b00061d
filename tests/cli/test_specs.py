"""`--spec` draws arguments of a type, the same in every run."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.cli.specs import Spec
from graphstep.errors import TargetError

WIDE = ("f64", "i64", "u64", "c128")
DTYPES = {
    "bf16": "bfloat16",
    "bool": "bool",
    "c64": "complex64",
    "f16": "float16",
    "f32": "float32",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "float32": "float32",
    "f64": "float64",
    "i64": "int64",
    "u64": "uint64",
    "c128": "complex128",
}


@pytest.mark.parametrize("short", DTYPES)
def test_type_of_what_is_drawn(short: str) -> None:
    """Shape and dtype are those of the spec, with and without values."""
    with jax.enable_x64(short in WIDE):
        spec = Spec.parse(f"{short}[2,3]")

        for made in (spec.draw(0), spec.struct()):
            assert (made.shape, made.dtype.name) == ((2, 3), DTYPES[short])


@pytest.mark.parametrize(
    ("text", "shape"),
    [("f32[]", ()), ("f32", ()), (" f32 [ 2 , 3 ] ", (2, 3)), ("i32[0]", (0,))],
)
def test_shapes(text: str, shape: tuple[int, ...]) -> None:
    """Spaces do not matter, and a scalar may leave the brackets out."""
    assert Spec.parse(text).draw(0).shape == shape


def test_drawn_twice_is_drawn_the_same() -> None:
    """The numbers depend on the position only."""
    spec = Spec.parse("f32[8]")

    np.testing.assert_array_equal(spec.draw(1), spec.draw(1))
    assert not np.array_equal(spec.draw(0), spec.draw(1))


def test_floats_are_standard_normals() -> None:
    """Mean 0, variance 1, and finite."""
    drawn = np.asarray(Spec.parse("f32[10000]").draw(0))

    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.std() - 1) < 0.05


def test_integers_are_small() -> None:
    """They work as labels and as indices."""
    drawn = np.asarray(Spec.parse("u8[1000]").draw(0))

    assert set(drawn.tolist()) == set(range(10))


def test_keys_are_typed() -> None:
    """`key` is `jax.random.key(0)`; with a shape, keys split from it."""
    key, keys = Spec.parse("key").draw(0), Spec.parse("key[4]").draw(0)

    assert jax.random.key_data(key).tolist() == [0, 0]
    assert keys.shape == (4,)
    assert jnp.issubdtype(Spec.parse("key[4]").struct().dtype, jax.dtypes.prng_key)


@pytest.mark.parametrize(
    "text", ["", "32", "f32[", "f32[2", "f32]", "f32[-1]", "f32[2.5]", "f32[,]", "q8[]"]
)
def test_malformed_specs_are_refused(text: str) -> None:
    """The error says how a spec is written."""
    with pytest.raises(TargetError, match="--spec"):
        Spec.parse(text)


def test_wide_types_need_x64() -> None:
    """JAX would quietly make them narrow."""
    with pytest.raises(TargetError, match="--x64"):
        Spec.parse("f64[2]")
