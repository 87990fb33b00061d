"""Pages: a recording as one HTML file that anybody can walk through in a browser."""

from __future__ import annotations

from graphstep.export.page._page import page_from_recording

__all__ = ["page_from_recording"]
