"""The structure of a pytree as JSON."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping
from typing import Any

import jax

from graphstep.recording._serial_json import Malformed, items, one, text, whole


def json_from_tree(tree: Any, number_of: Mapping[int, int]) -> Any:
    """Return the structure of a pytree.

    Args:
        tree: Any pytree; dicts, lists, tuples and `None` are kept as they are, and of
            every other node (a namedtuple, a dataclass, a module) the names and
            values of its fields.
        number_of: Number of each leaf, by `id`; any other leaf becomes `None`.
    """
    if id(tree) in number_of:
        return number_of[id(tree)]
    if tree is None:
        return None
    if type(tree) in (list, tuple):
        inner = [json_from_tree(child, number_of) for child in tree]
        return {type(tree).__name__: inner}
    if type(tree) is dict and all(type(key) in (str, int) for key in tree):
        pairs = [[key, json_from_tree(tree[key], number_of)] for key in sorted(tree)]
        return {"dict": pairs}
    children = list(_children(tree))
    if len(children) == 1 and children[0][1] is tree:
        return None
    return {"node": [[key, json_from_tree(x, number_of)] for key, x in children]}


def _children(tree: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield the name and the value of each child of a node; of a leaf, itself."""
    entries, _ = jax.tree_util.tree_flatten_with_path(
        tree, is_leaf=lambda inner: inner is not tree
    )
    for path, child in entries:
        if not path:
            yield "", child
            continue
        key: Any = path[0]
        for name in ("name", "key", "idx"):
            if hasattr(key, name):
                key = getattr(key, name)
                break
        yield key if type(key) in (str, int) else str(key), child


def tree_from_json(value: Any, n_leaves: int) -> Any:
    """Return a pytree whose leaves are their numbers.

    What was no dict, list or tuple comes as an `OrderedDict` of its fields.
    """
    if value is None:
        return None
    if type(value) is int:
        return whole(value, high=n_leaves)
    kind, inner = one(value)
    if kind in ("list", "tuple"):
        children = [tree_from_json(child, n_leaves) for child in items(inner)]
        return children if kind == "list" else tuple(children)
    if kind not in ("dict", "node"):
        raise Malformed(f"`{kind[:40]}` is no kind of pytree")
    pairs = [items(pair, 2) for pair in items(inner)]
    keys = [key if type(key) is int else text(key) for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise Malformed("a key occurs twice in a pytree")
    if kind == "dict" and keys and len({type(key) for key in keys}) != 1:
        raise Malformed("the keys of a dict cannot be sorted")
    found = zip(keys, (tree_from_json(x, n_leaves) for _, x in pairs), strict=True)
    return dict(found) if kind == "dict" else collections.OrderedDict(found)
