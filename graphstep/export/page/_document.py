"""Put a page together: one file of HTML that loads nothing and runs only its own script."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import struct
import zlib
from importlib.resources import files
from typing import Any

# In the order in which each needs only those before it.
SCRIPTS = (
    "numbers.mjs",
    "payload.mjs",
    "arrays.mjs",
    "slicing.mjs",
    "formats.mjs",
    "pasting.mjs",
    "routes.mjs",
    "composing.mjs",
    "views.mjs",
    "walk.mjs",
    "search.mjs",
    "following.mjs",
    "elements.mjs",
    "drawing.mjs",
    "model.mjs",
    "panning.mjs",
    "theme.mjs",
    "stage.mjs",
    "formulas.mjs",
    "panels.mjs",
    "cards.mjs",
    "look.mjs",
    "sheet.mjs",
    "inspector.mjs",
    "nodes.mjs",
    "side.mjs",
    "keys.mjs",
    "help.mjs",
    "finder.mjs",
    "status.mjs",
    "player.mjs",
    "commands.mjs",
    "algebra.mjs",
    "formula.mjs",
    "grading.mjs",
    "lesson.mjs",
    "app.mjs",
)
# What stands later prevails.
STYLES = (
    "theme.css",
    "page.css",
    "drawing.css",
    "panels.css",
    "walk.css",
    "lesson.css",
    "narrow.css",
    "print.css",
)
_IMPORT = re.compile(r"^import\s[^;]*?from\s+\"[^\"]+\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=const|let|function|class|async)", re.MULTILINE)


def static_text(name: str) -> str:
    """Return one of the files that pages are made of."""
    return files("graphstep.export.page").joinpath("static", name).read_text("utf-8")


def script_text(names: tuple[str, ...] = SCRIPTS) -> str:
    """Return the modules as one, without what they say of each other."""
    parts = [_EXPORT.sub("", _IMPORT.sub("", static_text(name))) for name in names]
    return "\n".join(parts)


def packed(facts: dict[str, Any], blob: bytes) -> str:
    """Return facts and arrays, compressed, as text: length and JSON, then the arrays."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    head = text.encode("utf-8", "replace")
    head += b" " * (-(len(head) + 4) % 8)
    data = struct.pack("<I", len(head)) + head + blob
    return base64.b64encode(zlib.compress(data, 6)).decode("ascii")


def unpacked(text: str) -> tuple[dict[str, Any], bytes]:
    """Return what `packed` was given."""
    data = zlib.decompress(base64.b64decode(text))
    (size,) = struct.unpack_from("<I", data)
    return json.loads(data[4 : 4 + size]), data[4 + size :]


def document(title: str, summary: str, data: str) -> str:
    """Return the page.

    Args:
        title: What the browser's tab says.
        summary: What is read where no script runs.
        data: What `packed` gave.
    """
    style = "\n".join(map(static_text, STYLES))
    script = script_text()
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    block = json.dumps({"format": 1, "data": data}).replace("<", "\\u003c")
    parts = {
        "policy": html.escape(policy, quote=False).replace('"', "&quot;"),
        "title": html.escape(title),
        "summary": html.escape(summary),
        "style": style,
        "data": block,
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda m: parts[m[1]], static_text("page.html"))


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
