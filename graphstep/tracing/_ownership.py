"""Tell the user's own source files from those of libraries."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
import pathlib
import re
import sysconfig
from collections.abc import Callable
from types import CodeType
from typing import Any, Literal

import jax
import jaxlib

Owner = Literal["user", "library", "jax", "graphstep"]


def _folder(path: pathlib.Path) -> str:
    return f"{path}{os.sep}"


_GRAPHSTEP_FOLDER = _folder(pathlib.Path(__file__).absolute().parent.parent)
_JAX_FOLDERS = tuple(
    _folder(pathlib.Path(module.__file__ or "").parent) for module in (jax, jaxlib)
)
# Code of the standard library may be known by its real path or through a link.
_STDLIB = [pathlib.Path(sysconfig.get_path(key)) for key in ("stdlib", "platstdlib")]
_STDLIB_FOLDERS = tuple(
    _folder(path) for path in [*_STDLIB, *(path.resolve() for path in _STDLIB)]
)
_INSTALLED = re.compile(r"[\\/](?:site|dist)-packages[\\/]")
# Code without a file that a person typed. Everything else in angle brackets was
# generated, or frozen into the interpreter.
_TYPED_IN = re.compile(
    r"<(?:stdin|input|string|console|unknown|doctest|cell|ipython-input|python-input"
    r"|lesson )"
)
# Frameworks whose methods people trace directly (`model.apply`): tracing one does
# not make the framework the user's own code.
_FRAMEWORKS = frozenset(
    {
        "blackjax", "brax", "chex", "diffrax", "distrax", "e3nn_jax", "equinox", "flax",
        "haiku", "jax", "jax_md", "jaxlib", "jaxopt", "jaxtyping", "lineax", "numpy",
        "numpyro", "objax", "optax", "optimistix", "oryx", "penzai", "quax", "rlax",
        "scipy", "treescope",
    }
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class UserCode:
    """Which files are the user's own; the others are skipped in source locations.

    Attributes:
        roots: Folders (ending in a separator) and files that are the user's although
            they are installed among the libraries.
    """

    roots: tuple[str, ...] = ()

    def owner(self, file: str) -> Owner:
        """Return whose code `file` is."""
        return _owner(file, self.roots)


@functools.lru_cache(maxsize=16_384)
def _owner(file: str, roots: tuple[str, ...]) -> Owner:
    if file.startswith(_GRAPHSTEP_FOLDER):
        return "graphstep"
    if file.startswith(_JAX_FOLDERS):
        return "jax"
    if any(file == root or _is_inside(file, root) for root in roots):
        return "user"
    if file.startswith("<"):
        return "user" if _TYPED_IN.match(file) else "library"
    if _INSTALLED.search(file) or file.startswith(_STDLIB_FOLDERS):
        return "library"
    return "user"


def _is_inside(file: str, root: str) -> bool:
    return root.endswith(os.sep) and file.startswith(root)


def user_code(fn: Callable[..., Any]) -> UserCode:
    """Return what counts as the user's code when `fn` is traced.

    A function from an installed package is that of a user who works in it, so all of
    the package counts as theirs, unless it is JAX or a framework built on it.
    """
    file = _defining_file(fn)
    installed = _INSTALLED.search(file) if file else None
    if file is None or installed is None:
        return UserCode()
    package = re.split(r"[\\/]", file[installed.end() :], maxsplit=1)
    if package[0].removesuffix(".py") in _FRAMEWORKS:
        return UserCode()
    root = file[: installed.end()] + package[0]
    return UserCode((root + os.sep if len(package) > 1 else root,))


def _defining_file(fn: Any) -> str | None:
    seen: set[int] = set()
    while id(fn) not in seen:
        seen.add(id(fn))
        fn = fn.func if isinstance(fn, functools.partial) else fn
        fn = getattr(fn, "__wrapped__", fn)
        # A method of the user's subclass may be inherited from a framework.
        if inspect.ismethod(fn):
            fn = fn.__self__ if inspect.isclass(fn.__self__) else type(fn.__self__)
    code = getattr(fn, "__code__", None)
    if isinstance(code, CodeType):
        return code.co_filename
    try:
        return inspect.getfile(fn if inspect.isclass(fn) else type(fn))
    except (TypeError, OSError):
        return None
