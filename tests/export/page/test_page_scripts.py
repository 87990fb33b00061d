"""The page's scripts follow rules, pass their own tests and fit together."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from graphstep.export.page import _document
from tests.export.page.conftest import node

HERE = Path(__file__).parent
STATIC = Path(_document.__file__).parent / "static"


def test_scripts_follow_the_rules() -> None:
    """No script evaluates text, sets HTML, asks the network or leaves notes behind."""
    banned = re.compile(
        r"\beval\(|\bFunction\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write"
        r"|\bfetch\(|XMLHttpRequest|WebSocket|console\.|debugger|\bvar\s|[^=!]==[^=]"
        r"|\t| \n"
    )

    for path in sorted(STATIC.glob("*.mjs")):
        text = path.read_text("utf-8")
        assert not banned.search(text), path.name
        assert text.startswith("// "), path.name
        assert max(map(len, text.splitlines())) <= 140, path.name
    assert {path.name for path in STATIC.glob("*.mjs")} == set(_document.SCRIPTS)


def test_scripts_pass_their_unit_tests() -> None:
    """The modules do what they should, one by one, in Node.js."""
    files = sorted(map(str, HERE.glob("*.test.mjs")))

    done = subprocess.run(
        [node(), "--test", *files], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_the_modules_fit_together(tmp_path: Path) -> None:
    """As one script they have no name twice, and no line of what they import is left."""
    path = tmp_path / "page.mjs"
    text = _document.script_text()
    path.write_text(text, "utf-8")

    done = subprocess.run(
        [node(), "--check", str(path)], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert not re.search(r"^(import|export) ", text, re.MULTILINE)


def test_no_script_ends_the_element_that_it_is_in() -> None:
    """A closing tag in a script or a style would end it too early."""
    for path in STATIC.glob("*"):
        if path.suffix != ".html":
            assert "</" not in path.read_text("utf-8")
