"""Keys as a config file names them, as Textual names them, and as people read them."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Mapping

from textual.binding import Binding
from textual.keys import Keys

from graphstep.tracing import one_line
from graphstep.tui.action import Action

# Textual's own, and what closes and cancels everywhere.
_RESERVED = {"ctrl+p", "escape"}
# However keys are arranged, this must end the program.
_ALWAYS = {"leave": ("ctrl+c",)}
_KNOWN = {key.value for key in Keys} | {f"f{n}" for n in range(1, 25)}
_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "escape": "Esc",
}


def plain_key(key: str) -> str | None:
    """Return a key as Textual calls it: `?` is `question_mark`; `None` if unknown."""
    key = key.strip() or key
    if key == ",":
        return "comma"
    if key == "+":
        return "plus"
    *modifiers, last = key.split("+")
    if not last:
        last, modifiers = "plus", modifiers[:-1]
    if any(
        m not in ("ctrl", "shift", "alt", "super", "meta", "hyper") for m in modifiers
    ):
        return None
    (binding,) = Binding.make_bindings([Binding(last, "")])
    name = binding.key
    if name not in _KNOWN and len(last) != 1 and not _is_character(name):
        return None
    return "+".join([*modifiers, name])


def _is_character(name: str) -> bool:
    names = (name, name.replace("_", " "), name.replace("_", "-"))
    return name in ("plus", "minus") or any(_has_character(each) for each in names)


def _has_character(name: str) -> bool:
    try:
        unicodedata.lookup(name.upper())
    except KeyError:
        return False
    return True


def shown_key(key: str) -> str:
    """Return a key as a person reads it: `ctrl+b` is Ctrl-B, `question_mark` is ?."""
    *modifiers, last = key.split("+")
    words = [modifier.capitalize() for modifier in modifiers]
    text = _SHOWN.get(last) or _character(last) or last
    if words or len(text) > 1:
        text = text[:1].upper() + text[1:]
    return "-".join([*words, text])


def _character(name: str) -> str:
    special = {"plus": "+", "minus": "-", "slash": "/", "underscore": "_"}
    if name in special:
        return special[name]
    for each in (name.replace("_", " "), name.replace("_", "-")):
        try:
            return unicodedata.lookup(each.upper())
        except KeyError:
            continue
    return ""


def with_keys(
    actions: Iterable[Action], wanted: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    """Give actions other keys.

    Args:
        actions: The table.
        wanted: Per name of an action, its keys; none takes its keys away.

    Returns:
        The table, and one line for everything that could not be done.
    """
    table = {action.name: action for action in actions}
    problems: list[str] = []
    changed: dict[str, tuple[str, ...]] = {}
    for name, keys in wanted.items():
        plain = name.strip().replace("-", "_")
        if plain not in table:
            problems.append(f"there is no action `{one_line(name, 40)}`")
            continue
        found = [(key, plain_key(key)) for key in keys]
        wrong = [key for key, known in found if known is None or known in _RESERVED]
        if wrong:
            problems.append(
                f"`{plain}`: `{one_line(wrong[0], 20)}` is no key to be had"
            )
            continue
        kept = tuple(dict.fromkeys(key for _, key in found if key is not None))
        always = tuple(k for k in _ALWAYS.get(plain, ()) if k not in kept)
        changed[plain] = kept + always
    while clash := _clash(table, changed):
        key, first, second = clash
        problems.append(f"`{shown_key(key)}` is for both `{first}` and `{second}`")
        changed = {n: k for n, k in changed.items() if n not in (first, second)}
    return tuple(_with_keys(action, changed) for action in table.values()), tuple(
        problems
    )


def _with_keys(action: Action, changed: Mapping[str, tuple[str, ...]]) -> Action:
    keys = changed.get(action.name)
    if keys is None:
        return action
    shown = shown_key(keys[0]) if keys else "–"  # noqa: RUF001 -- a dash: no key.
    return dataclasses.replace(action, keys=keys, shown=shown)


def _clash(
    table: Mapping[str, Action], changed: Mapping[str, tuple[str, ...]]
) -> tuple[str, str, str] | None:
    """Return a key that two actions would have, one of them by what was changed."""
    owner: dict[str, str] = {}
    for name, action in table.items():
        for key in changed.get(name, action.keys):
            other = owner.setdefault(key, name)
            if other != name and (name in changed or other in changed):
                return key, other, name
    return None
