"""Read a lesson: front matter, Python, pages with their stops and exercises."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from markdown_it.token import Token

from graphstep.errors import LessonError, TargetError
from graphstep.lessons._directives import (
    DirectiveError,
    Entries,
    entries_of,
    read_claims,
    read_exercise,
    read_stop,
    read_table,
)
from graphstep.lessons._lesson import Lesson, Page, Part, Prose, Stop
from graphstep.lessons._lesson_problems import Problem, refuse
from graphstep.lessons._lesson_text import (
    prose_from_tokens,
    tokens_of,
    unclaimed_numbers,
)

_FRONT = {
    "title": False, "summary": False, "minutes": False, "needs": False, "walk": False,
    "seed": False, "argnums": False, "tangents": False,
}  # fmt: skip
_OPTIONS = ("seed", "argnums", "tangents")
_READERS: dict[str, Callable[[str, int], Part]] = {
    "exercise": lambda text, line: read_exercise(text, line, is_change=False),
    "change": lambda text, line: read_exercise(text, line, is_change=True),
    "claim": read_claims,
    "table": read_table,
}
_FENCES = ("python", "stop", *_READERS, "text")
_LONGEST = 1 << 20


def read_lesson(path: Path, name: str = "") -> Lesson:
    """Read a file.

    Args:
        path: The file.
        name: What it is called; by default as the file.

    Raises:
        TargetError: If there is no such file, or it holds no text.
        LessonError: With a line for everything that is wrong in it.
    """
    try:
        if path.stat().st_size > _LONGEST:
            msg = f"`{path}` is too large to be a lesson: more than {_LONGEST} bytes."
            raise TargetError(msg)
        text = path.read_text("utf-8")
    except FileNotFoundError:
        msg = (
            f"There is no lesson `{path}`. `graphstep learn --list` names those that "
            "are there; a file of your own ends in .md."
        )
        raise TargetError(msg) from None
    except (OSError, ValueError) as error:
        msg = f"`{path}` cannot be read as text: {error}."
        raise TargetError(msg) from error
    return lesson_from_text(text, str(path), name or path.stem)


def lesson_from_text(text: str, file: str, name: str) -> Lesson:
    """Read the text of a lesson.

    Raises:
        LessonError: With a line for everything that is wrong in it.
    """
    return _Reader(text, file, name).lesson()


@dataclasses.dataclass(slots=True)
class _Draft:
    """A page as far as it has been read."""

    heading: str
    line: int
    has_stop: bool = False
    stop: Stop | None = None
    parts: list[Part] = dataclasses.field(default_factory=list)
    tokens: list[Token] = dataclasses.field(default_factory=list)

    def end_prose(self) -> None:
        """Take the text since the last block as one part."""
        if any(
            token.type in ("inline", "fence", "code_block") for token in self.tokens
        ):
            self.parts.append(prose_from_tokens(self.tokens, 1))
        self.tokens = []


class _Reader:
    def __init__(self, text: str, file: str, name: str) -> None:
        self._lines = text.splitlines()
        self._file, self._name = file, name
        self._problems: list[Problem] = []
        self._drafts: list[_Draft] = []
        self._code = [""] * len(self._lines)

    def lesson(self) -> Lesson:
        front, end = self._front()
        body = "\n".join([*[""] * end, *self._lines[end:]])
        self._read_drafts(tokens_of(body))
        pages = tuple(self._page(draft) for draft in self._drafts)
        if not pages:
            self._say(end, "there is no page; expected `## Heading` and a `stop`")
        if not any(self._code):
            self._say(end, "there is no ```python block with the function")
        for line, number in _unclaimed(pages):
            self._say(
                line,
                f"the number `{number}` is computed by nothing; write "
                f"`**{number}**<!-- EXPRESSION -->`, or a word",
            )
        minutes = self._minutes(front)
        if self._problems:
            refuse(self._problems)
        return Lesson(
            self._name,
            self._file,
            front.need("title").value,
            front.need("summary").value,
            minutes,
            front.text("needs", "nothing"),
            front.need("walk").expression,
            tuple(
                (key, entry.expression)
                for key in _OPTIONS
                if (entry := front.get(key)) is not None
            ),
            "\n".join(self._code) + "\n",
            pages,
        )

    def _say(self, line: int, text: str) -> None:
        self._problems.append(Problem(self._file, max(line, 1), text))

    def _front(self) -> tuple[Entries, int]:
        """Return what stands between the first two lines of dashes, and where it ends."""
        lines = self._lines
        if not lines or lines[0].strip() != "---":
            self._say(1, "expected `---`, then `title: …`, `summary: …`, `walk: …`")
            refuse(self._problems)
        ends = [at for at, each in enumerate(lines[1:], 1) if each.strip() == "---"]
        if not ends:
            self._say(1, "the front matter does not end; expected a line `---`")
            refuse(self._problems)
        try:
            entries = entries_of("\n".join(lines[1 : ends[0]]), 2)
            front = Entries("front matter", entries, _FRONT, 1)
            for key in ("title", "summary", "minutes", "walk"):
                front.need(key)
        except DirectiveError as error:
            self._say(error.line, error.text)
            raise LessonError("\n".join(map(str, self._problems))) from error
        return front, ends[0] + 1

    def _minutes(self, front: Entries) -> int:
        entry = front.need("minutes")
        if entry.value.isdecimal() and 0 < int(entry.value) <= 120:
            return int(entry.value)
        said = f"`minutes` is `{entry.value}`; expected a number from 1 to 120"
        self._say(entry.line, said)
        return 0

    def _read_drafts(self, tokens: Sequence[Token]) -> None:
        """Share the text out to pages."""
        heading = ""
        for token in tokens:
            line = (token.map[0] if token.map else 0) + 1
            if token.type == "heading_open":
                heading = token.tag
                self._begin_page(token, line)
            elif token.type == "heading_close":
                heading = ""
            elif heading == "h2" and token.type == "inline":
                self._drafts[-1].heading = token.content
            elif not heading:
                self._take(token, line)
        if self._drafts:
            self._drafts[-1].end_prose()

    def _begin_page(self, token: Token, line: int) -> None:
        if token.tag == "h2":
            if self._drafts:
                self._drafts[-1].end_prose()
            self._drafts.append(_Draft("", line))
        elif token.tag != "h1":
            self._say(line, "only `## Heading` begins a page; use bold text")

    def _take(self, token: Token, line: int) -> None:
        if token.type == "fence":
            self._fence(token, line)
        elif self._drafts:
            self._drafts[-1].tokens.append(token)
        elif token.type == "inline":
            self._say(line, "text before the first `## Heading` is on no page")

    def _fence(self, token: Token, line: int) -> None:
        word = token.info.strip().split(" ")[0]
        if word == "python":
            for at, written in enumerate(token.content.splitlines(), line):
                self._code[at] = written
        if word not in _FENCES:
            near = difflib.get_close_matches(word, _FENCES, 1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            known = ", ".join(_FENCES)
            self._say(line, f"```{word} is no block, but: {known}{meant}")
        elif self._drafts and word in ("python", "text"):
            self._drafts[-1].tokens.append(token)
        elif self._drafts:
            self._directive(self._drafts[-1], word, token.content, line)
        elif word != "python":
            self._say(line, f"`{word}` stands before the first `## Heading`")

    def _directive(self, draft: _Draft, word: str, text: str, line: int) -> None:
        draft.has_stop = draft.has_stop or word == "stop"
        try:
            if word != "stop":
                part = _READERS[word](text, line)
                draft.end_prose()
                draft.parts.append(part)
            elif draft.stop is None:
                draft.stop = read_stop(text, line)
            else:
                self._say(line, "this page has a `stop` already")
        except DirectiveError as error:
            self._say(error.line, error.text)

    def _page(self, draft: _Draft) -> Page:
        if not draft.has_stop:
            said = f"the page `{draft.heading}` has no ```stop block with `at: …`"
            self._say(draft.line, said)
        stop = draft.stop or Stop("start", "forward", line=draft.line)
        return Page(draft.heading, stop, tuple(draft.parts), draft.line)


def all_prose(page: Page) -> Iterator[Prose]:
    """Yield every text of a page, those of its exercises too."""
    for part in page.parts:
        if isinstance(part, Prose):
            yield part
    for exercise in page.exercises:
        yield from (exercise.ask, exercise.why, *exercise.hints)
        yield from (mistake.text for mistake in exercise.mistakes)


def _unclaimed(pages: Sequence[Page]) -> Iterator[tuple[int, str]]:
    for page in pages:
        for prose in all_prose(page):
            yield from unclaimed_numbers(prose)
