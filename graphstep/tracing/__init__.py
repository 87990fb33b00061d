"""From a function and example arguments to a closed jaxpr, its names and its lines."""

from __future__ import annotations

from graphstep.tracing._assignment import assigned_names
from graphstep.tracing._source import Frame, SourceLocation, source_location
from graphstep.tracing._trace import CallSpec, Trace, function_name, trace_function

__all__ = [
    "CallSpec",
    "Frame",
    "SourceLocation",
    "Trace",
    "assigned_names",
    "function_name",
    "source_location",
    "trace_function",
]
