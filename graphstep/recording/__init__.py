"""Every value of one run: primals, cotangents, contributions and tangents."""

from __future__ import annotations

from graphstep.recording._absence import Absence
from graphstep.recording._arguments import check_seed
from graphstep.recording._budget import default_budget
from graphstep.recording._recorder import Recorder
from graphstep.recording._recording import Iteration, Recording
from graphstep.recording._save import load_recording
from graphstep.recording._saved import SavedGraph
from graphstep.recording._stages import STAGES, Progress
from graphstep.recording._stats import Stats, stats_from_array
from graphstep.recording._verify import Comparison, Verification

__all__ = [
    "STAGES",
    "Absence",
    "Comparison",
    "Iteration",
    "Progress",
    "Recorder",
    "Recording",
    "SavedGraph",
    "Stats",
    "Verification",
    "check_seed",
    "default_budget",
    "load_recording",
    "stats_from_array",
]
