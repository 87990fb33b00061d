"""From a function and example arguments to a closed jaxpr, its names and its lines."""

from __future__ import annotations

from graphstep.tracing._failing_line import failure_location
from graphstep.tracing._one_line import one_line, without_traceback
from graphstep.tracing._ownership import UserCode, user_code
from graphstep.tracing._program_names import program_names
from graphstep.tracing._source import (
    Frame,
    SourceLocation,
    source_line,
    source_location,
)
from graphstep.tracing._texts import SourceText, source_text
from graphstep.tracing._trace import CallSpec, Trace, function_name, trace_function
from graphstep.tracing._transforms import TRANSFORMS, transformed

__all__ = [
    "TRANSFORMS",
    "CallSpec",
    "Frame",
    "SourceLocation",
    "SourceText",
    "Trace",
    "UserCode",
    "failure_location",
    "function_name",
    "one_line",
    "program_names",
    "source_line",
    "source_location",
    "source_text",
    "trace_function",
    "transformed",
    "user_code",
    "without_traceback",
]
