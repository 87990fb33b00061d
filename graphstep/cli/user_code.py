"""Run code of the user's and say in one line what it raised."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Generator
from pathlib import Path

from graphstep.errors import GraphstepError, TargetError


@contextlib.contextmanager
def running(what: str, folder: str = "", cure: str = "") -> Generator[None]:
    """Turn whatever the block raises into a `TargetError` that begins with `what`.

    Args:
        what: What is being done, as a sentence without its end: "`m.py` could not be
            imported".
        folder: The user's own folder; the innermost line in it is named.
        cure: What to do about a call of `sys.exit`.

    Raises:
        TargetError: If the block raises or calls `sys.exit`.
    """
    try:
        yield
    except GraphstepError:
        raise
    except SystemExit as error:
        msg = f"{what}: it called sys.exit({error.code!r}). {cure}"
        raise TargetError(msg.rstrip()) from error
    # The edge to the user's code, which may raise anything.
    except Exception as error:
        raise TargetError(f"{what}: {described(error, folder)}") from error


@contextlib.contextmanager
def output_on_stderr() -> Generator[None]:
    """Keep stdout for what the command prints; the program's own prints go to stderr."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def described(error: BaseException, folder: str = "") -> str:
    """Return where `error` was raised, its type, what it says, and a cure if known."""
    place = _place(error, folder)
    text = _message(error)
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    cure = ""
    if isinstance(error, ModuleNotFoundError):
        cure = f" Install it for the Python that runs graphstep, {sys.executable}."
    end = "" if said.endswith((".", "!", "?")) else "."
    return f"{place}{said}{end}{cure}"


def _message(error: BaseException) -> str:
    from graphstep.tracing._one_line import text_of

    if isinstance(error, SyntaxError):
        return error.msg
    return text_of(error)


def _place(error: BaseException, folder: str) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        line = f":{error.lineno}" if error.lineno else ""
        return f"{Path(error.filename).name}{line}: "
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if folder and f.filename.startswith(folder + os.sep)]
    if not own:
        return ""
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}: "
