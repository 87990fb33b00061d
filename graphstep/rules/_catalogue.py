"""Examples of every rule."""

from __future__ import annotations

from graphstep.rules._examples import Example
from graphstep.rules._examples_of_arrays import EXAMPLES_OF_ARRAYS
from graphstep.rules._examples_of_elements import EXAMPLES_OF_ELEMENTS
from graphstep.rules._examples_of_library import EXAMPLES_OF_LIBRARY
from graphstep.rules._examples_of_matrices import EXAMPLES_OF_MATRICES

EXAMPLES: dict[str, tuple[Example, ...]] = {
    **{name: (example,) for name, example in EXAMPLES_OF_ELEMENTS.items()},
    **EXAMPLES_OF_ARRAYS,
    **EXAMPLES_OF_MATRICES,
    **EXAMPLES_OF_LIBRARY,
}
