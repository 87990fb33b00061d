"""Import the user's module as Python would, and leave no trace of it."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from graphstep.cli.user_code import running
from graphstep.errors import TargetError

_GUARD = 'Put what only a script should do under `if __name__ == "__main__":`.'


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a file without writing bytecode beside it, as for a script."""

    def set_data(self, path: Any, data: Any, *, _mode: int = 0o666) -> None:
        """Keep nothing."""


def import_file(path: Path, place: str) -> ModuleType:
    """Run the file `path` as a module and return it.

    Its folder comes first on `sys.path`, as for a script. A file inside a package is
    imported as a part of it, so that its relative imports work.

    Raises:
        TargetError: If it cannot be imported; with the user's own line.
    """
    file = path.resolve()
    root, name = _root_and_name(file)
    _put_first(str(root))
    what = f"`{place}` could not be imported"
    if "." in name:
        with running(what, str(root), _GUARD):
            module = importlib.import_module(name)
        _check_same(module, file, place)
        return module
    loaded = sys.modules.get(name)
    if loaded is not None and _is_same(loaded, file):
        return loaded
    # A file called `json.py` must not stand in for the module of that name.
    name = name if loaded is None else f"{name}__target"
    loader = _Loader(name, str(file))
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pytrees look their own module up while it is being run.
    sys.modules[name] = module
    try:
        with running(what, str(file.parent), _GUARD):
            loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def import_named(name: str) -> ModuleType:
    """Import the module with the dotted name `name`, also from the current folder.

    Raises:
        TargetError: If there is none, or it cannot be imported.
    """
    if not all(part.isidentifier() for part in name.split(".")):
        msg = (
            f"`{name}` is neither a file that ends in .py nor the dotted name of a "
            "module. A target is FILE.py:FUNCTION or package.module:FUNCTION."
        )
        raise TargetError(msg)
    here = str(Path.cwd())
    _put_first(here)
    with running(f"Module `{name}` could not be imported", here, _GUARD):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            msg = (
                f"There is no module `{error.name}` in the current folder or beside "
                f"graphstep ({sys.executable}). A file is named by its path, with .py."
            )
            raise TargetError(msg) from error


def _root_and_name(file: Path) -> tuple[Path, str]:
    root, parts = file.parent, [file.stem]
    while (root / "__init__.py").is_file() and root.name.isidentifier():
        parts.insert(0, root.name)
        root = root.parent
    if len(parts) == 1 or not file.stem.isidentifier():
        return file.parent, file.stem.replace(".", "_")
    return root, ".".join(parts[:-1] if file.stem == "__init__" else parts)


def _put_first(folder: str) -> None:
    if sys.path[:1] != [folder]:
        sys.path.insert(0, folder)


def _is_same(module: ModuleType, file: Path) -> bool:
    other = getattr(module, "__file__", None)
    return other is not None and Path(other).resolve() == file


def _check_same(module: ModuleType, file: Path, place: str) -> None:
    if not _is_same(module, file):
        msg = (
            f"`{place}` is the module `{module.__name__}` of its package, but another "
            f"package of that name is installed: {getattr(module, '__file__', '?')}. "
            "Rename one of them, or give the target as package.module:FUNCTION."
        )
        raise TargetError(msg)
