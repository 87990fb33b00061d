"""The terminal application; `graphstep.tui.app.run` opens it."""

from __future__ import annotations
