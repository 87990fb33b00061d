"""Whether everything that was recorded is finite."""

from __future__ import annotations

import dataclasses

from graphstep._api import Recording
from graphstep.cli.summaries import Of, trouble_of
from graphstep.cli.tree import source_text
from graphstep.graph import ProgramGraph
from graphstep.recording import Stats

_OF: tuple[Of, Of] = ("primal", "cotangent")


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """What a look at every value found.

    Attributes:
        finite: How many values and cotangents are finite throughout.
        troubled: How many hold NaN or Inf.
        constants: How many of these are constants: a program holds NaN ready, as
            `jnp.var` does, without anything being wrong.
        unseen: How many exist but were not captured.
        first: Which of the others is the first with NaN or Inf, in words; or none.
    """

    finite: int
    troubled: int
    constants: int
    unseen: int
    first: str

    @property
    def text(self) -> str:
        """The finding as a sentence or two; only what was looked at counts as finite."""
        seen = self.finite + self.troubled
        text = f"All {seen} values and cotangents are finite."
        if self.troubled:
            text = f"{self.troubled} of {seen} values and cotangents hold NaN or Inf"
            if self.constants:
                text += f", {self.constants} of them as constants"
            text += f"; the first {self._other}is {self.first}." if self.first else "."
        if self.unseen:
            text += f" {self.unseen} were not captured, so nothing is known of them."
        return text

    @property
    def has_trouble(self) -> bool:
        """Whether anything but a constant holds NaN or Inf."""
        return self.troubled > self.constants

    @property
    def _other(self) -> str:
        return "other " if self.constants else ""


def health(graph: ProgramGraph, rec: Recording) -> Health:
    """Look at every value, in program order, and then at every cotangent, in reverse."""
    finite = troubled = constants = unseen = 0
    first = ""
    values = [
        (node_id, out)
        for node_id, avals in zip(graph.order, graph.columns.avals, strict=True)
        for out in range(len(avals))
    ]
    for of in _OF:
        for node_id, out in values if of == "primal" else reversed(values):
            stats = rec.stats(node_id, out, of)
            if not isinstance(stats, Stats):
                unseen += stats.kind in ("not_captured", "effects")
            elif stats.is_finite:
                finite += 1
            else:
                troubled += 1
                if (graph.position(node_id), out) in graph.activity.constant:
                    constants += 1
                elif not first:
                    first = _described(graph, node_id, out, of, stats)
    return Health(finite, troubled, constants, unseen, first)


def _described(
    graph: ProgramGraph, node_id: str, out: int, of: Of, stats: Stats
) -> str:
    what = "the cotangent of " if of == "cotangent" else ""
    source = source_text(graph, node_id)
    place = f" at {source}" if source else ""
    primitive = graph.node(node_id).primitive
    label = graph.label(node_id, out)
    return f"{what}`{label}` ({primitive}{place}), {trouble_of(stats)}"
