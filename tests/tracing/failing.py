"""Trace functions that cannot be traced."""

from __future__ import annotations

import inspect
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from graphstep.errors import (
    TraceError,
)
from graphstep.tracing import CallSpec, trace_function

X = np.ones(3, np.float32)


def failure(fn: Any, *args: Any, **kwargs: Any) -> TraceError:
    """Return the error that tracing `fn` raises."""
    with pytest.raises(TraceError) as caught:
        trace_function(fn, args, kwargs, CallSpec())
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 600
    return caught.value


def line_of(fn: Callable[..., Any], text: str) -> str:
    """Return `file:line` of the first line of `fn` that has `text` in it."""
    lines, first = inspect.getsourcelines(fn)
    offset = next(i for i, line in enumerate(lines) if text in line)
    file = inspect.getsourcefile(fn) or ""
    return f"{file.removeprefix(f'{pathlib.Path.cwd()}{os.sep}')}:{first + offset}"


def branch(x: Any) -> Any:
    if x > 0:
        return x
    return -x
