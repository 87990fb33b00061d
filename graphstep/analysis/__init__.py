"""Judgements about recorded values: what is healthy and what is not."""

from __future__ import annotations

from graphstep.analysis._accumulated import (
    LIMIT,
    Accumulated,
    Coordinate,
    accumulated,
    basis_seed,
    basis_tangents,
    input_leaves,
    jacobian,
    output_leaves,
    seed_from_leaves,
    tangents_from_leaves,
)
from graphstep.analysis._diverging import diverging_collectives
from graphstep.analysis._health import STATISTICS, WORDS, Condition
from graphstep.analysis._linearized import NotLinearizedError, linearized
from graphstep.analysis._local_jacobian import (
    LocalJacobian,
    local_jacobian,
    spy,
    structure_of,
)
from graphstep.analysis._modes import MODES, Estimate, Mode, Modes, modes
from graphstep.analysis._modes_advice import TIE, Choice, advice, measured, predicted
from graphstep.analysis._modes_experiment import (
    SHAPES,
    SWEEP,
    Trial,
    crossover,
    network,
    trial,
)
from graphstep.analysis._modes_jaxprs import (
    DerivedProgram,
    JaxprLine,
    derived_programs,
    is_linked,
)
from graphstep.analysis._modes_measured import ROUNDS, Timing, measure
from graphstep.analysis._modes_transforms import Size, sizes
from graphstep.analysis._norms import (
    INF,
    NAN,
    OK,
    UNKEPT,
    UNWALKED,
    norm_of,
    norms_of_rows,
)
from graphstep.analysis._residuals import Residual, Want
from graphstep.analysis._residuals_memory import Alive
from graphstep.analysis._zeros import Why, why
from graphstep.analysis._zeros_cuts import Cut

__all__ = [
    "INF",
    "LIMIT",
    "MODES",
    "NAN",
    "OK",
    "ROUNDS",
    "SHAPES",
    "STATISTICS",
    "SWEEP",
    "TIE",
    "UNKEPT",
    "UNWALKED",
    "WORDS",
    "Accumulated",
    "Alive",
    "Choice",
    "Condition",
    "Coordinate",
    "Cut",
    "DerivedProgram",
    "Estimate",
    "JaxprLine",
    "LocalJacobian",
    "Mode",
    "Modes",
    "NotLinearizedError",
    "Residual",
    "Size",
    "Timing",
    "Trial",
    "Want",
    "Why",
    "accumulated",
    "advice",
    "basis_seed",
    "basis_tangents",
    "crossover",
    "derived_programs",
    "diverging_collectives",
    "input_leaves",
    "is_linked",
    "jacobian",
    "linearized",
    "local_jacobian",
    "measure",
    "measured",
    "modes",
    "network",
    "norm_of",
    "norms_of_rows",
    "output_leaves",
    "predicted",
    "seed_from_leaves",
    "sizes",
    "spy",
    "structure_of",
    "tangents_from_leaves",
    "trial",
    "why",
]
