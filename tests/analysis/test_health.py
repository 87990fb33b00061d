"""Conditions on the health of a value."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphstep.analysis import STATISTICS, WORDS, Condition
from graphstep.recording import stats_from_array

conditions = st.sampled_from(list(WORDS)) | st.builds(
    "{} {} {}".format,
    st.sampled_from(list(STATISTICS)),
    st.sampled_from([">", ">=", "<", "<=", "==", "!="]),
    st.sampled_from([-1, 0, 1, 2]),
)


@given(
    condition=conditions,
    rows=st.lists(
        st.lists(st.floats(width=32), min_size=3, max_size=3), min_size=1, max_size=5
    ),
    dtype=st.sampled_from(
        ["float32", "float64", "float16", "complex64", "int32", "bool"]
    ),
)
def test_conditions_on_rows_are_those_on_statistics(
    condition: str, rows: list[list[float]], dtype: str
) -> None:
    """Searching a stack of values agrees with the statistics of each."""
    with np.errstate(all="ignore"):
        matrix = np.array(rows).astype(dtype)
    wanted = Condition.parse(condition)

    flags = wanted.flags(matrix)

    assert flags.tolist() == [wanted.holds(stats_from_array(row)) for row in matrix]


@given(value=st.floats(allow_nan=False), statistic=st.sampled_from(["norm", "min"]))
def test_conditions_survive_being_written(value: float, statistic: str) -> None:
    """Reading what was written gives the same condition."""
    wanted = Condition("", statistic, ">=", value)

    assert Condition.parse(str(wanted)) == wanted
