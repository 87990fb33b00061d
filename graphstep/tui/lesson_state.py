"""Where somebody is in a lesson: the page, and what was answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from graphstep.lessons import Done, Exercise, Lesson, LessonRun, Page, Progress, Verdict


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """What has become of one exercise.

    Attributes:
        typed: The last answer.
        verdict: How good that was.
        message: What is said of it.
        n_hints: How many hints are shown.
        is_settled: Whether it was answered right, or the answer was shown.
        is_shown: Whether the answer was shown.
    """

    typed: str = ""
    verdict: Verdict | None = None
    message: str = ""
    n_hints: int = 0
    is_settled: bool = False
    is_shown: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class LessonState:
    """Where somebody is in a lesson.

    Attributes:
        run: The lesson, and its recording.
        page: Number of the page, from 0.
        marks: What has become of each exercise, by its number in the lesson.
        progress: What is kept of this and of other lessons.
    """

    run: LessonRun
    page: int = 0
    marks: Mapping[int, Mark] = dataclasses.field(default_factory=dict)
    progress: Progress = dataclasses.field(default_factory=Progress)

    @classmethod
    def begun(cls, run: LessonRun, progress: Progress) -> LessonState:
        """Go on where somebody stopped; after the end, begin anew."""
        done = progress.of(run.lesson.name)
        if done.is_over(run.lesson):
            done = Done()
        page = min(done.page, len(run.lesson.pages) - 1)
        marks = {number: Mark(is_settled=True) for number in done.right}
        marks |= {n: Mark(is_settled=True, is_shown=True) for n in done.shown}
        kept = progress.with_(run.lesson.name, done)
        return cls(run, 0, marks, kept).at_page(page)

    @property
    def lesson(self) -> Lesson:
        """What was read."""
        return self.run.lesson

    @property
    def here(self) -> Page:
        """The page."""
        return self.lesson.pages[self.page]

    @property
    def is_last(self) -> bool:
        """Whether no page comes after this one."""
        return self.page == len(self.lesson.pages) - 1

    @property
    def numbered(self) -> tuple[tuple[int, Exercise], ...]:
        """The exercises of this page, with their numbers in the lesson."""
        before = sum(len(page.exercises) for page in self.lesson.pages[: self.page])
        return tuple(enumerate(self.here.exercises, before))

    @property
    def question(self) -> tuple[int, Exercise] | None:
        """The exercise that waits for an answer."""
        open_ = (each for each in self.numbered if not self.mark(each[0]).is_settled)
        return next(open_, None)

    def mark(self, number: int) -> Mark:
        """Return what has become of an exercise."""
        return self.marks.get(number, Mark())

    def at_page(self, page: int) -> LessonState:
        """Turn to a page."""
        name = self.lesson.name
        done = self.progress.of(name).at_page(page)
        return dataclasses.replace(
            self, page=page, progress=self.progress.with_(name, done)
        )

    def marked(self, number: int, mark: Mark) -> LessonState:
        """Note what has become of an exercise."""
        state = dataclasses.replace(self, marks={**self.marks, number: mark})
        if not mark.is_settled:
            return state
        name = self.lesson.name
        done = self.progress.of(name).answered(number, is_shown=mark.is_shown)
        return dataclasses.replace(state, progress=self.progress.with_(name, done))

    def score(self) -> str:
        """Return how many exercises were answered."""
        done = self.progress.of(self.lesson.name)
        n_exercises = sum(len(page.exercises) for page in self.lesson.pages)
        shown = f", {len(done.shown)} shown" if done.shown else ""
        return f"{len(done.right)} of {n_exercises} exercises answered right{shown}"
