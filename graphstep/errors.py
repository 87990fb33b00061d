"""Every exception that graphstep raises on purpose.

GraphstepError
├── TraceError
│   ├── ArgumentError
│   ├── ControlFlowError
│   ├── FunctionError
│   ├── LeakedTracerError
│   └── ResultError
├── GraphError
│   ├── NodeNotFoundError
│   ├── PatternError
│   └── RegionNotFoundError
├── RecordingError
│   ├── ShapeMismatchError
│   ├── SeedMismatchError
│   ├── NotCapturedError
│   ├── IterationError
│   ├── NoReverseError
│   ├── CancelledError
│   └── FileFormatError
├── ModesError
├── SteppingError
├── EditError
├── AnswerError
├── LessonError
├── InterfaceError
├── LayoutError
│   └── LayoutCancelledError
├── ExportError
│   ├── FormatError
│   ├── OutputError
│   └── RenderError
│       └── TimeLimitError
└── TargetError
"""

from __future__ import annotations

import os


class GraphstepError(Exception):
    """A problem that graphstep can name, with what to do about it."""


class TraceError(GraphstepError):
    """A function could not be traced to a jaxpr."""


class ArgumentError(TraceError):
    """An argument is not something that JAX can trace."""


class ControlFlowError(TraceError):
    """Python control flow or a Python conversion met a traced value."""


class FunctionError(TraceError):
    """The function raised an exception of its own while it was traced."""


class LeakedTracerError(TraceError):
    """A function uses a traced value that another traced function stored."""


class ResultError(TraceError):
    """The function returns something that is not an array."""


class GraphError(GraphstepError):
    """A question about the graph has no answer."""


class NodeNotFoundError(GraphError):
    """No node has the id that was asked for."""


class PatternError(GraphError):
    """A regular expression is malformed, or could take for ever."""


class RegionNotFoundError(GraphError):
    """No region has the id that was asked for."""


class RecordingError(GraphstepError):
    """A recording could not be made, read or asked that question."""


class ShapeMismatchError(RecordingError):
    """The arguments do not have the shapes, dtypes or structure of the trace."""


class SeedMismatchError(RecordingError):
    """A seed cotangent or an input tangent does not fit what it seeds."""


class NotCapturedError(RecordingError):
    """A recording was asked for something that it was not made to hold."""


class IterationError(RecordingError):
    """An iteration index does not fit the loops around a node."""


class NoReverseError(RecordingError):
    """A derivative was demanded that JAX itself cannot form."""


class CancelledError(RecordingError):
    """The caller asked a recording to stop between two of its stages."""


class FileFormatError(RecordingError):
    """A saved recording is truncated, altered or not a recording."""


class ModesError(GraphstepError):
    """A function has no derivative for which a mode could be chosen."""


class SteppingError(GraphstepError):
    """A cursor was asked to go where the walk does not lead."""


class EditError(GraphstepError):
    """A change of the inputs, the seed or argnums cannot be made."""


class AnswerError(GraphstepError):
    """What was typed in answer to a question cannot be read."""


class LessonError(GraphstepError):
    """A lesson is written wrongly, or says what is not so; one line for each."""


class InterfaceError(GraphstepError):
    """The terminal interface cannot be opened here, or has failed."""


class LayoutError(GraphstepError):
    """A view of a program could not be laid out."""


class LayoutCancelledError(LayoutError):
    """The caller asked a layout to stop before it was finished."""


class ExportError(GraphstepError):
    """A picture or page could not be made or written."""


class FormatError(ExportError):
    """A picture was asked for in a format that graphstep does not make."""


class OutputError(ExportError):
    """A file cannot be written where it was asked for.

    Attributes:
        path: The file.
    """

    def __init__(self, path: str | os.PathLike[str], reason: str, cure: str) -> None:
        self.path = path
        super().__init__(f"`{os.fspath(path)}` cannot be written: {reason}. {cure}")


class RenderError(ExportError):
    """Graphviz is missing, failed, or did not finish in time.

    Attributes:
        dot: The text that could not be drawn, if it is worth keeping.
    """

    def __init__(self, message: str, *, dot: str | None = None) -> None:
        self.dot = dot
        super().__init__(message)


class TimeLimitError(RenderError):
    """Graphviz did not finish in the time that it was given, and was stopped."""


class TargetError(GraphstepError):
    """A command's target or its arguments do not name something to run."""
