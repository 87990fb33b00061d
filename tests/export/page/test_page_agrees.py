"""The page and the terminal show the same rule, sum and card at the same step."""

from __future__ import annotations

from typing import Any

import pytest

from graphstep.export.chain import cards_of, node_facts, path_of
from graphstep.export.page import page_from_recording
from graphstep.stepping import FORWARD, SEED
from graphstep.tui.card_page import cards_page
from graphstep.tui.chain_page import page_of
from graphstep.tui.palette import palette
from tests.export.page.conftest import recorded
from tests.export.page.test_page import payload

# Nothing is wrapped or cut.
WIDTH = 400
PALETTE = palette(is_dark=True)


def texts(found: Any) -> list[str]:
    """Return every string in a branch of what a page carries."""
    if isinstance(found, str):
        return [found]
    values = found.values() if isinstance(found, dict) else found
    inner = [v for v in values if isinstance(v, str | list | dict)]
    return [text for value in inner for text in texts(value)]


@pytest.mark.parametrize("name", ["broken", "fan_out", "scanned"])
def test_rule_sum_and_card_are_those_of_the_terminal(name: str) -> None:
    recording = recorded(name)
    facts, _ = payload(page_from_recording(recording))
    n_rules = n_cards = 0
    for number, step in enumerate(facts["chain"]):
        cursor = recording.cursor().seek(number)
        if cursor.pass_ == SEED:
            continue
        node = cursor.step.node
        terminal = page_of(
            node_facts(recording, cursor, node, 0, None),
            PALETTE,
            WIDTH,
            seed_is_default=True,
        ).plain
        for text in texts(step):
            # What stands in columns has blanks between its parts.
            assert all(part in terminal for part in text.split("  ")), text
        rule = facts["rule"][recording.graph.position(node)]
        if cursor.pass_ != FORWARD and "sent" in step and rule >= 0:
            for text, _ in facts["rules"][rule].get("vjp", ()):
                n_rules += 1
                assert text in terminal
            assert facts["rules"][rule]["reason"] in terminal
        if facts["card"][number] >= 0:
            n_cards += 1
            card = facts["cards"][facts["card"][number]]
            shown = cards_page(
                cards_of(recording, cursor, node),
                path_of(recording, cursor, node),
                PALETTE,
                WIDTH,
            ).plain
            pictures = {text for each in card["of"] for text in each.get("spy", ())}
            for text in texts(card):
                assert text in pictures or text in shown, text
    assert n_rules
    assert n_cards


def test_pictures_of_a_card_have_a_mark_where_the_terminal_has_one() -> None:
    recording = recorded("fan_out")
    facts, _ = payload(page_from_recording(recording))
    for number, which in enumerate(facts["card"]):
        cursor = recording.cursor().seek(number)
        if which < 0 or cursor.pass_ == SEED:
            continue
        own = cards_of(recording, cursor, cursor.step.node)
        for card, sent in zip(own, facts["cards"][which]["of"], strict=True):
            marks = [[share > 0 for share in line] for line in card.spy]
            assert marks == [[c != "0" for c in line] for line in sent["spy"]]
