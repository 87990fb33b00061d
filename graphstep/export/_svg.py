"""Tidy what Graphviz writes as SVG: titles that say something, links, nothing else."""

from __future__ import annotations

from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_HREF, _TIP = f"{{{_XLINK}}}href", f"{{{_XLINK}}}title"
_GROUP, _TITLE, _ANCHOR, _TEXT = (
    f"{{{_SVG}}}{tag}" for tag in ("g", "title", "a", "text")
)


def tidy_svg(svg: bytes, caption: str) -> bytes:
    """Return an SVG whose boxes and lines carry their tooltips as titles.

    Graphviz puts the tooltip into an anchor that leads nowhere, and the name in the DOT
    text, which says nothing to anybody, into the title. Ids and classes stay as they
    are; text stays text.

    Args:
        svg: What Graphviz wrote.
        caption: What the picture is called, for those who cannot see it.
    """
    # `_graphviz_child` or `dot` wrote it, so there are no entities to be afraid of.
    root = ET.fromstring(svg)  # noqa: S314
    for group in list(root.iter(_GROUP)):
        _tidy_group(group)
    for element in root.iter():
        # Graphviz 2 says so; not every reader knows it as a colour.
        if element.get("stroke") == "transparent":
            element.set("stroke", "none")
        # Each run of words has a place of its own, counted with the spaces around it.
        if element.tag == _TEXT:
            element.set(_SPACE, "preserve")
    top = root.find(_GROUP)
    if top is not None:
        _retitle(top, caption)
    root.set("role", "img")
    root.set("aria-label", caption)
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _tidy_group(group: ET.Element) -> None:
    """Take the anchors out of a group: its own, and those of rows in its box."""
    for wrapper in list(group):
        if not _is_wrapper(wrapper):
            continue
        anchor = wrapper[0]
        tip, href = anchor.get(_TIP), anchor.get(_HREF)
        rows = [child for child in anchor if _is_wrapper(child)]
        index = list(group).index(wrapper)
        group.remove(wrapper)
        if tip:
            _retitle(group, tip)
        # A row may be a link of its own, and links do not nest.
        inside = [child for child in anchor if href is None or child not in rows]
        if href is not None:
            inside = [_link(href, inside), *rows]
        for child in reversed(inside):
            group.insert(index, _row(child) if child in rows else child)


def _is_wrapper(element: ET.Element) -> bool:
    is_group = element.tag == _GROUP and (element.get("id") or "").startswith("a_")
    return is_group and len(element) == 1 and element[0].tag == _ANCHOR


def _link(href: str, children: list[ET.Element]) -> ET.Element:
    link = ET.Element(_ANCHOR, {"href": href})
    link.extend(children)
    return link


def _row(wrapper: ET.Element) -> ET.Element:
    """Return a row that stands for a line: a group with a title, and perhaps a link."""
    anchor, own = wrapper[0], (wrapper.get("id") or "").removeprefix("a_")
    row = ET.Element(_GROUP, {"class": "edge stub"})
    # One row may stand for several lines: each has an element with its id.
    first, *others = own.split() if own.startswith(("edge-", "uses-")) else [""]
    if first:
        row.set("id", first)
    href = anchor.get(_HREF)
    row.extend(anchor if href is None else [_link(href, list(anchor))])
    attributes = [{"class": "edge stub", "id": other} for other in others]
    row.extend([ET.Element(_GROUP, each) for each in attributes])
    _retitle(row, anchor.get(_TIP) or "")
    return row


def _retitle(group: ET.Element, words: str) -> None:
    title = group.find(_TITLE)
    if title is None:
        title = ET.Element(_TITLE)
        group.insert(0, title)
    title.text = words
