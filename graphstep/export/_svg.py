"""Tidy what Graphviz writes as SVG: titles that say something, links, nothing else."""

from __future__ import annotations

from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_HREF, _TIP = f"{{{_XLINK}}}href", f"{{{_XLINK}}}title"
_GROUP, _TITLE, _ANCHOR = (f"{{{_SVG}}}{tag}" for tag in ("g", "title", "a"))


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
    top = root.find(_GROUP)
    if top is not None:
        _retitle(top, caption)
    # Words are followed by others at places of their own, spaces between included.
    root.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    root.set("role", "img")
    root.set("aria-label", caption)
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _tidy_group(group: ET.Element) -> None:
    for wrapper in list(group):
        anchor = wrapper.find(_ANCHOR) if wrapper.tag == _GROUP else None
        if anchor is None:
            continue
        tip, href = anchor.attrib.pop(_TIP, None), anchor.attrib.pop(_HREF, None)
        if tip:
            _retitle(group, tip)
        index = list(group).index(wrapper)
        group.remove(wrapper)
        if href is None:
            for child in reversed(list(anchor)):
                group.insert(index, child)
            continue
        anchor.attrib.clear()
        anchor.set("href", href)
        anchor.tail = wrapper.tail
        group.insert(index, anchor)


def _retitle(group: ET.Element, words: str) -> None:
    title = group.find(_TITLE)
    if title is None:
        title = ET.Element(_TITLE)
        group.insert(0, title)
    title.text = words
