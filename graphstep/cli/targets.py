"""Find the function that a command's target names."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import inspect
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from graphstep.cli.importing import import_file, import_named
from graphstep.cli.user_code import running
from graphstep.errors import TargetError

_FORM = "A target is FILE.py:FUNCTION or package.module:FUNCTION"
_LISTED = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A function that was found.

    Attributes:
        fn: The function.
        name: Its name inside the module, such as `Model.loss`.
        module: The module that it was found in.
        place: What the user called that module: its path or dotted name.
    """

    fn: Callable[..., Any]
    name: str
    module: ModuleType
    place: str

    @property
    def folder(self) -> str:
        """The folder of the module's file, empty if it has none."""
        file = getattr(self.module, "__file__", None)
        return str(Path(file).resolve().parent) if file else ""


def find_target(text: str) -> Target:
    """Import the module that `text` names and return the function in it.

    Raises:
        TargetError: If the text, the module or the function is not what it should be.
    """
    place, name = _split(text)
    if _is_path(place):
        module = import_file(_existing_file(place, name), place)
    else:
        module = import_named(place)
    return Target(_function(module, place, name), name, module, place)


def _split(text: str) -> tuple[str, str]:
    place, colon, name = text.rpartition(":")
    if colon and place and name:
        return place, name
    place = place if colon else name
    if not place:
        raise TargetError(f"`{text}` names no file or module. {_FORM}.")
    found = _listed(_functions_in_source(Path(place)))
    cure = f" It has: {found}." if found else ""
    if place.endswith(".gstep"):
        cure = (
            f" `{place}` is a recording that was kept: `graphstep open` walks through it "
            "and `graphstep export` draws it."
        )
    example = f"`{place}:{found.partition(',')[0]}`" if found else "`model.py:loss`"
    msg = f"`{text}` names no function. {_FORM}, for instance {example}.{cure}"
    raise TargetError(msg)


def _is_path(place: str) -> bool:
    separators = {os.sep, os.altsep or os.sep}
    return (
        place.endswith(".py")
        or any(s in place for s in separators)
        or (Path(place).is_dir() and not (Path(place) / "__init__.py").exists())
    )


def _existing_file(place: str, name: str) -> Path:
    path = Path(place)
    try:
        if path.is_dir():
            inside = _listed(sorted(p.name for p in path.glob("*.py")))
            cure = f"Name a file in it: {inside}." if inside else "It has no .py files."
            raise TargetError(f"`{place}` is a folder, not a file. {cure}")
        if path.is_file() and path.suffix == ".py":
            return path
        is_file = path.is_file()
    except (OSError, ValueError) as error:
        raise TargetError(f"`{place}` cannot be read: {error}.") from error
    if is_file:
        msg = f"`{place}` is not a Python file: its name does not end in .py. {_FORM}."
        raise TargetError(msg)
    if path.with_name(f"{path.name}.py").is_file():
        msg = f"There is no file `{place}`. Did you mean `{place}.py:{name}`?"
        raise TargetError(msg)
    raise TargetError(f"There is no file `{place}`.{_guess_file(path)}")


def _guess_file(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f" There is no folder `{folder}` either."
    files = sorted(p.name for p in folder.glob("*.py"))
    near = difflib.get_close_matches(path.name, files, n=1)
    if near:
        return f" Did you mean `{folder / near[0]}`?"
    where = "the current folder" if str(folder) == "." else f"`{folder}`"
    return f" Python files in {where}: {_listed(files) or 'none'}."


def _function(module: ModuleType, place: str, name: str) -> Callable[..., Any]:
    found: Any = module
    for part in name.split("."):
        with running(f"`{name}` of `{place}` could not be looked up"):
            missing = not hasattr(found, part)
            found = None if missing else getattr(found, part)
        if missing:
            raise TargetError(_no_function(module, place, name))
    return _checked(found, module, place, name)


def _no_function(module: ModuleType, place: str, name: str) -> str:
    functions = _functions(module)
    near = difflib.get_close_matches(name, functions, n=1)
    guess = f" Did you mean `{near[0]}`?" if near else ""
    known = _listed(functions)
    has = f" It has: {known}." if known else " It defines no functions."
    return f"`{place}` has no function `{name}`.{guess}{has}"


def _checked(
    found: Any, module: ModuleType, place: str, name: str
) -> Callable[..., Any]:
    known = _listed(_functions(module))
    has = f" Functions in it: {known}." if known else ""
    if not callable(found):
        kind = type(found).__name__
        msg = f"`{name}` in `{place}` is not a function but of type {kind}.{has}"
        raise TargetError(msg)
    if inspect.isclass(found):
        methods = [n for n, m in vars(found).items() if _is_public_function(n, m)]
        cure = (
            f"Name a method, `{place}:{name}.{methods[0]}`, or a function that makes "
            "an object and calls it."
            if methods
            else "Name a function that makes an object and calls it."
        )
        raise TargetError(f"`{name}` in `{place}` is a class. {cure}")
    for test, kind in (
        (inspect.isasyncgenfunction, "an async generator"),
        (inspect.isgeneratorfunction, "a generator"),
        (inspect.iscoroutinefunction, "an async function"),
    ):
        if test(found):
            msg = (
                f"`{name}` in `{place}` is {kind}, which JAX cannot trace. Name a "
                f"function that returns arrays.{has}"
            )
            raise TargetError(msg)
    return found


def _is_public_function(name: str, value: Any) -> bool:
    return not name.startswith("_") and inspect.isroutine(value)


def _functions(module: ModuleType) -> list[str]:
    """Return the names of the callables that `module` defines, in its order."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and callable(value)
        and not inspect.isclass(value)
        and getattr(value, "__module__", None) == module.__name__
    ]


def _functions_in_source(path: Path) -> list[str]:
    """Return the functions in a file without running it, or nothing."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    rest = [f"and {len(every) - _LISTED} more"] if len(every) > _LISTED else []
    return ", ".join([*every[:_LISTED], *rest])
