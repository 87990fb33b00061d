"""The recording while it is made: its stages, and how long each took."""

from __future__ import annotations

import dataclasses
import time

from rich.text import Text

from graphstep.recording import STAGES
from graphstep.tui.numbers import seconds
from graphstep.tui.palette import Palette
from graphstep.tui.text_bar import TextBar

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far something that takes several stages has come.

    Attributes:
        began: When it began, by `time.perf_counter`.
        stages: `(stage, seconds since then)` of those begun; one may come again.
        is_cancelling: Whether it is to stop at the end of this stage.
        words: What is going on.
        known: All of its stages, in order.
    """

    began: float
    stages: tuple[tuple[str, float], ...] = ()
    is_cancelling: bool = False
    words: str = "recording"
    known: tuple[str, ...] = STAGES

    def then(self, stage: str, at: float) -> Progress:
        """Return the progress when another stage has begun."""
        return dataclasses.replace(self, stages=(*self.stages, (stage, at)))

    def cancelling(self) -> Progress:
        """Return the same, about to stop."""
        return dataclasses.replace(self, is_cancelling=True)

    def text(self, palette: Palette, width: int, now: float) -> Text:
        """Return a bar and the stages; what is done has a tick."""
        elapsed = now - self.began
        known = self.known
        current = self.stages[-1][0] if self.stages else known[0]
        reached = known.index(current)
        line = Text(no_wrap=True)
        bar = max(4, min(24, width - 40))
        filled = (2 * reached + 1) * bar // (2 * len(known))
        line.append("━" * filled, palette.forward)
        line.append("─" * (bar - filled), palette.faint)
        words = "cancelling after this stage" if self.is_cancelling else self.words
        line.append(f"  {words} · {current} · {seconds(elapsed)}", palette.text)
        if not self.is_cancelling:
            line.append("   Esc cancels", palette.dim)
        line.append("\n")
        spent = self._spent(elapsed)
        for number, stage in enumerate(known):
            took = f" {seconds(spent[stage])}" if stage in spent else ""
            if stage == current:
                frame = _SPINNER[int(elapsed * 10) % len(_SPINNER)]
                line.append(f"{frame} {stage}{took}  ", palette.bright)
            elif number < reached:
                line.append(f"✓ {stage}{took}  ", palette.dim)
            else:
                line.append(f"· {stage}  ", palette.faint)
        line.truncate(2 * width)
        return line

    def _spent(self, elapsed: float) -> dict[str, float]:
        # Before its first stage a recording copies the inputs that were changed.
        ends = [*(at for _, at in self.stages), elapsed][1:]
        spent: dict[str, float] = {}
        for (stage, at), end in zip(self.stages, ends, strict=True):
            spent[stage] = spent.get(stage, 0.0) + end - at
        return spent


class ProgressBar(TextBar):
    """Two lines that keep time while there is something to wait for."""

    progress: Progress | None = None
    palette: Palette | None = None

    def on_mount(self) -> None:
        """Keep the clock going."""
        self.set_interval(0.1, self.tick)

    def tick(self) -> None:
        """Show the time."""
        if self.progress is not None and self.palette is not None:
            # Its own width is not known before the first frame.
            width = max(20, self.app.size.width - 2)
            text = self.progress.text(self.palette, width, time.perf_counter())
            self.write(text)
