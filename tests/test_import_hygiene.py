"""What importing graphstep does, and above all what it does not do."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import graphstep

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(graphstep.__path__, "graphstep.")
    # Importing it runs the command line, as `python -m graphstep` should.
    if module.name != "graphstep.__main__"
)

# A package may resolve its names late, so one that is only imported proves little.
IMPORT_ALL = "import sys; from graphstep import Recording, Trace, load, record, step"


def run_python(code: str, *options: str, **env: str) -> tuple[int, str]:
    """Run `code` in a new interpreter, and return its exit status and output."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        env=os.environ | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("module", MODULES)
def test_every_module_imports(module: str) -> None:
    """Every module of the package can be imported."""
    assert importlib.import_module(module).__name__ == module


def test_import_leaves_the_interface_and_the_exporters_out() -> None:
    """`import graphstep` loads what every use needs, and no more."""
    absent = {"click", "graphviz", "pygraphviz", "rich", "textual"}

    done = run_python(f"{IMPORT_ALL}; print(sorted({absent} & sys.modules.keys()))")

    assert done == (0, "[]\n")


def test_command_line_starts_without_jax_and_textual() -> None:
    """`graphstep --help` must be quick, and these take most of a second to load."""
    absent = {"jax", "networkx", "numpy", "textual"}

    done = run_python(
        f"import sys, graphstep.cli.main; print(sorted({absent} & sys.modules.keys()))"
    )

    assert done == (0, "[]\n")


def test_import_starts_no_backend() -> None:
    """A platform that does not exist is no trouble until something is computed."""
    assert run_python(IMPORT_ALL, JAX_PLATFORMS="no_such_platform") == (0, "")


def test_import_warns_of_nothing() -> None:
    """Nothing is printed, and no warning is given, not even by what is imported."""
    assert run_python(IMPORT_ALL, "-W", "error") == (0, "")


def test_import_makes_no_file(tmp_path: Path) -> None:
    """Neither the working directory nor the home directory gains a file."""
    home = tmp_path / "home"
    work = tmp_path / "work"
    home.mkdir()
    work.mkdir()

    done = run_python(
        f"import os; os.chdir({str(work)!r}); {IMPORT_ALL}",
        "-B",
        HOME=str(home),
        XDG_CACHE_HOME=str(home / "cache"),
        XDG_CONFIG_HOME=str(home / "config"),
    )

    assert done == (0, "")
    assert [*home.rglob("*"), *work.rglob("*")] == []


def test_package_is_typed() -> None:
    """Type checkers read the annotations of an installed graphstep."""
    assert (Path(graphstep.__path__[0]) / "py.typed").is_file()
