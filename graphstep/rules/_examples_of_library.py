"""Examples of functions of JAX's library."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy import special

from graphstep.rules._examples import Example, Operand, real

_X = real(3, 4)
_MATRIX = Operand((4, 4), made=lambda x: x + 3 * np.eye(4))

EXAMPLES_OF_LIBRARY: dict[str, tuple[Example, ...]] = {
    "det": (Example(jnp.linalg.det, (_MATRIX,)),),
    "inv": (Example(jnp.linalg.inv, (_MATRIX,)),),
    "log_sigmoid": (Example(jax.nn.log_sigmoid, (_X,)),),
    "log_softmax": (
        Example(jax.nn.log_softmax, (_X,)),
        Example(lambda x: jax.nn.log_softmax(x, 0), (_X,)),
    ),
    "logaddexp": (Example(jnp.logaddexp, (_X, _X)),),
    "logit": (Example(special.logit, (real(3, 4, low=0.1, high=0.9),)),),
    "relu": (Example(jax.nn.relu, (Operand((3, 4), made=np.round),)),),
    "silu": (Example(jax.nn.silu, (_X,)),),
    "slogdet": (Example(jnp.linalg.slogdet, (_MATRIX,)),),
    "softplus": (Example(jax.nn.softplus, (_X,)),),
    "solve": (
        Example(jnp.linalg.solve, (_MATRIX, real(4))),
        Example(jnp.linalg.solve, (_MATRIX, real(4, 2))),
    ),
    "xlog1py": (Example(special.xlog1py, (_X, real(3, 4, low=-0.8))),),
    "xlogy": (Example(special.xlogy, (_X, real(3, 4, low=0.2))),),
}
