"""Examples of every rule."""

from __future__ import annotations

import jax.numpy as jnp

from graphstep.rules._examples import Example, real
from graphstep.rules._examples_of_elements import EXAMPLES_OF_ELEMENTS

EXAMPLES: dict[str, tuple[Example, ...]] = {
    name: (example,) for name, example in EXAMPLES_OF_ELEMENTS.items()
} | {"reduce_sum": (Example(lambda x: jnp.sum(x, 0), (real(3, 4),)),)}
