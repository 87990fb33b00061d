"""Test that source text is believed only where it fits the code."""

# A name that is returned at once is just what most of these functions are about.

from __future__ import annotations

import linecache
import pathlib
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import pytest

from graphstep.tracing._statements import index_source
from tests.tracing.naming import (
    loaded,
    names,
)


def test_exec_code_has_no_names() -> None:
    """Code whose text is nowhere is traced without names."""
    namespace: dict[str, Any] = {"jnp": jnp}
    text = "def f(x):\n    h = jnp.sin(x)\n    return h\n"
    exec(text, namespace)  # noqa: S102

    assert names(namespace["f"]) == []


@pytest.fixture
def cell() -> Iterator[str]:
    """Name a notebook's cell whose text `linecache` knows."""
    name = "<ipython-input-1-abcdef>"
    text = "def f(x):\n    h = jnp.sin(x)\n    return h\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    yield name
    linecache.cache.pop(name, None)


def test_notebook_cells_have_names(cell: str) -> None:
    namespace: dict[str, Any] = {"jnp": jnp}
    exec(compile("".join(linecache.getlines(cell)), cell, "exec"), namespace)  # noqa: S102

    assert names(namespace["f"]) == ["h"]


def test_text_that_is_not_ascii_does_not_shift_positions(
    tmp_path: pathlib.Path,
) -> None:
    text = (
        "import jax.numpy as jnp\n"
        "def f(x):\n"
        "    'é'; größe = {'ключ': jnp.sin(x)}; y = jnp.cos(größe['ключ'])\n"
        "    return y\n"
    )

    module = loaded(text, tmp_path / "text.py")

    assert names(module.f) == ["größe['ключ']", "y"]


SOURCE = "import jax.numpy as jnp\ndef f(x):\n    h = jnp.sin(x)\n    return h\n"


@pytest.mark.parametrize(
    "edited",
    [
        "",
        "this is not Python\n",
        "import jax.numpy as jnp\n\n\ndef f(x):\n    h = jnp.sin(x)\n    return h\n",
        "import jax.numpy as jnp\ndef f(x):\n    k = jnp.sin(x)\n    return k\n",
        "import jax.numpy as jnp\ndef g(x):\n    h = jnp.sin(x)\n    return h\n",
        "import jax.numpy as jnp\ndef f(x):\n    hh = jnp.sin(x)\n    return hh\n",
        "\0",
        "(" * 5000,
    ],
)
def test_file_that_changed_gives_no_wrong_names(
    tmp_path: pathlib.Path, edited: str
) -> None:
    """Text that the code cannot come from is not believed."""
    path = tmp_path / "module.py"
    module = loaded(SOURCE, path)

    path.write_text(edited)

    assert names(module.f) == []


def test_missing_file_gives_no_names(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "module.py"
    module = loaded(SOURCE, path)

    path.unlink()

    assert names(module.f) == []


def test_file_that_is_written_again_is_read_again(tmp_path: pathlib.Path) -> None:
    """A module that is reloaded from a new text has the new names."""
    path = tmp_path / "module.py"
    old = loaded(SOURCE, path)
    before = names(old.f)

    new = loaded(
        SOURCE.replace("h = ", "hidden = ").replace("return h", "return hidden"), path
    )

    assert before == ["h"]
    assert names(new.f) == ["hidden"]


def test_long_targets_are_no_names(tmp_path: pathlib.Path) -> None:
    target = f"p['{'k' * 100}']"
    text = f"import jax.numpy as jnp\ndef f(x):\n    p = {{}}\n    {target} = jnp.sin(x)\n    return p\n"

    module = loaded(text, tmp_path / "module.py")

    assert names(module.f) == []


def test_index_of_text_that_is_not_python_is_nothing() -> None:
    assert index_source("def") is None
    assert index_source("\0") is None


def test_text_that_python_warns_about_is_read(tmp_path: pathlib.Path) -> None:
    """A doubtful escape was warned about at import; that is not done twice."""
    module = loaded(SOURCE, tmp_path / "module.py")

    doubtful = SOURCE.replace("return h", "return h  # '\\d'\n'\\d'")
    (tmp_path / "module.py").write_text(doubtful)

    assert names(module.f) == ["h"]
