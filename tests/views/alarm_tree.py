"""What is wrong with an alarm tree: the rules of Phoebus' ``XmlModelReader`` (epics-side.md 5.1), and some of ours."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from xml.etree import ElementTree as Xml

LEVEL_TAGS = {"pv", "component", "guidance", "display", "command", "automated_action"}
PV_TAGS = {"description", "enabled", "latching", "annunciating", "delay", "count", "filter"} | (LEVEL_TAGS - {"pv"})
BOOLEAN = ("enabled", "latching", "annunciating")
TOPIC = re.compile(r"[A-Za-z0-9._-]+")  # the name of a configuration becomes a Kafka topic
SENTENCE = re.compile(r"[A-Z].*[a-z].*\.$", re.DOTALL)


def mistakes(text: str, names: Container[str]) -> list[str]:
    """Return one line per mistake; ``names`` are the PVs that exist."""
    try:
        root = Xml.fromstring(text)
    except Xml.ParseError as error:
        return [f"not XML: {error}"]
    if root.tag != "config" or not TOPIC.fullmatch(root.get("name", "")):
        return ["expected <config> with a name of letters, digits, . _ -"]
    return [*_level(root, "", names, {})]


def _level(node: Xml.Element, path: str, names: Container[str], known: dict[str, str]) -> Iterator[str]:
    """Check a component as the reader walks it: its PVs first, then what is below."""
    path = f"{path}/{node.get('name')}"
    here: set[str | None] = set()
    yield from (f"{path}: unknown tag {child.tag}" for child in node if child.tag not in LEVEL_TAGS)
    for pv in node.findall("pv"):
        name = pv.get("name")
        if name is None or name in here:
            yield f"{path}: PV without a name or twice in one component, the import ends: {name}"
        elif name in known:
            yield f"{path}: {name} is already at {known[name]} and is ignored here"
        here.add(name)
        known.setdefault(str(name), path)
        yield from _pv(pv, f"{path}/{name}", names)
    for component in node.findall("component"):
        name = component.get("name")
        if name is None or name in here:
            yield f"{path}: component without a name or twice, the import ends: {name}"
        here.add(name)
        yield from _level(component, path, names, known)
    if node.tag == "component" and not here:
        yield f"{path}: empty"


def _pv(pv: Xml.Element, path: str, names: Container[str]) -> Iterator[str]:
    if pv.get("name") not in names:
        yield f"{path}: no such PV"
    for child in pv:
        if child.tag not in PV_TAGS:
            yield f"{path}: unknown tag {child.tag}"
    for tag in BOOLEAN:
        if pv.findtext(tag) not in ("true", "false"):
            yield f"{path}: {tag} must say true or false"  # what a missing one means has changed between versions
    delay = pv.findtext("delay", "0")
    if not delay.isascii() or not delay.isdecimal():
        yield f"{path}: delay {delay!r} is not whole seconds"
    for name in re.findall(r"'([^']*)'", pv.findtext("filter", "")):
        if name not in names:
            yield f"{path}: filter asks for {name}, which does not exist"
    if "filter" in {child.tag for child in pv} and not re.search(r"'[^']+'", pv.findtext("filter", "")):
        yield f"{path}: filter has no PV in single quotes"
    yield from _texts(pv, path)


def _texts(pv: Xml.Element, path: str) -> Iterator[str]:
    description = pv.findtext("description", "")
    if not description.lstrip("*!").strip() or description.startswith("!*"):
        yield f"{path}: description {description!r} says nothing, or has ! before *"
    for tag in ("guidance", "display"):
        if not pv.findall(tag):
            yield f"{path}: no {tag}"
        for element in pv.findall(tag):
            if not element.findtext("title") or not element.findtext("details"):
                yield f"{path}: {tag} needs title and details"
    guidance = pv.findtext("guidance/details", "")
    if guidance and (not SENTENCE.match(guidance) or len(guidance.split()) < 8 or "{" in guidance):
        yield f"{path}: guidance is no sentence to act on: {guidance!r}"
    panel = pv.findtext("display/details", "")
    if panel and not re.fullmatch(r"[a-z_]+\.bob\?P=[^&]+:(&G=[A-Z0-9_]+)?", panel):
        yield f"{path}: display {panel!r} is no panel with its macros"
