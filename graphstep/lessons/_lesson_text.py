"""Read the text of a lesson: Markdown, as markdown-it takes it apart."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from graphstep.lessons._lesson import Block, Expression, Prose, Span, SpanStyle

_COMMENT = re.compile(r"<!--\s*(?P<expression>.*?)\s*-->", re.DOTALL)
_STYLES: dict[str, SpanStyle] = {"strong_open": "strong", "em_open": "emphasis"}
_CLAIMING = ("strong", "code")
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
# A number of its own: not part of a name (`f32`) nor of a compound (`64-bit`).
_NUMBER = re.compile(r"(?<![\w.−-])[−-]?\d[\d.,]*(?![\w-])")


def tokens_of(text: str) -> list[Token]:
    """Return the text as markdown-it takes it apart."""
    return MarkdownIt("commonmark").parse(text)


def prose_from_text(text: str, line: int) -> Prose:
    """Return a piece of Markdown whose first line is that of the file."""
    return prose_from_tokens(tokens_of(text), line)


def prose_from_tokens(tokens: Sequence[Token], first_line: int) -> Prose:
    """Return blocks of text; `first_line` is that of the line numbered zero."""
    blocks: list[Block] = []
    markers: list[str] = []
    for token in tokens:
        if token.type == "list_item_open":
            markers.append(f"{token.info}{token.markup}" if token.info else "•")
        elif token.type in ("fence", "code_block"):
            line = _line(token) + first_line
            spans = (Span(token.content.rstrip("\n"), "code", None, line),)
            blocks.append(Block("code", spans))
        elif token.type == "inline":
            spans = tuple(_spans(token.children or (), _line(token) + first_line))
            marker = markers.pop() if markers else ""
            blocks.append(Block("item" if marker else "paragraph", spans, marker))
    return Prose(tuple(blocks), first_line)


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _spans(children: Sequence[Token], line: int) -> list[Span]:
    """Return the pieces of a paragraph; a comment says what the one before claims."""
    style: SpanStyle = ""
    found: list[Span] = []
    for child in children:
        if child.type.endswith("_open"):
            style = _STYLES.get(child.type, "")
        elif child.type.endswith("_close"):
            style = ""
        elif child.type == "html_inline" and found and found[-1].style in _CLAIMING:
            comment = _COMMENT.fullmatch(child.content)
            claim = Expression(comment["expression"], line) if comment else None
            found[-1] = dataclasses.replace(found[-1], claim=claim)
            line += child.content.count("\n")
        else:
            line += child.type.endswith("break")
            text = _BREAKS.get(child.type, child.content)
            span_style = "code" if child.type == "code_inline" else style
            found += [Span(text, span_style, None, line)] if text else []
    return found


def unclaimed_numbers(prose: Prose) -> Iterator[tuple[int, str]]:
    """Yield the numbers, with their lines, that nothing vouches for."""
    for block in prose.blocks:
        if block.kind == "code":
            continue
        for span in block.spans:
            if span.claim is None and span.style != "code":
                for match in _NUMBER.finditer(span.text):
                    yield span.line, match[0].rstrip(".,")
