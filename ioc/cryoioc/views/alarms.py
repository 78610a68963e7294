"""Alarm tree for the Phoebus alarm server, by the rules of its ``XmlModelReader`` (epics-side.md 5.1).

Station, then one component per instrument or group.  While an instrument is away its PVs are filtered out by its
``CONNECTED``, which alone speaks then.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from cryoioc.pvs.about import Alert
from cryoioc.pvs.desk import Desk, Entry

PANEL_SUFFIX = ".bob"
COMMENT = " Generated from the declarations of the PVs: cryoioc describe, format alarms "  # a comment holds no --


def as_alarms(desk: Desk, prefix: str) -> str:
    """Return the alarm tree as XML text."""
    # The name becomes a Kafka topic: letters, digits, . _ and - only.
    station = re.sub(r"[^A-Za-z0-9._-]+", "_", prefix.rstrip(":"))
    config = Xml.Element("config", name=station)
    top = Xml.SubElement(config, "component", name=station)
    components = {"": top}
    for entry in desk.entries.values():
        alert = entry.about.alert
        if alert is not None:
            if entry.group not in components:
                components[entry.group] = Xml.Element("component", name=entry.group)
            components[entry.group].append(_pv(entry, alert, prefix))
    top.extend(component for group, component in components.items() if group)
    Xml.indent(config)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!--{COMMENT}-->\n{Xml.tostring(config, encoding="unicode")}'


def _pv(entry: Entry, alert: Alert, prefix: str) -> Xml.Element:
    def words(text: str) -> str:
        return text.format(group=entry.group, pv=entry.record.name, instrument=entry.needs)

    pv = Xml.Element("pv", name=prefix + entry.record.name)
    connected = f"{entry.needs}:CONNECTED"
    for tag, text in (
        ("description", words(alert.says)),
        ("enabled", "true"),
        ("latching", _bool(alert.latching)),
        ("annunciating", _bool(alert.annunciating)),
        ("delay", str(alert.delay)),
    ):
        Xml.SubElement(pv, tag).text = text
    if entry.needs and entry.record.name != connected:
        Xml.SubElement(pv, "filter").text = f"'{prefix}{connected}' == 1"
    _titled(pv, "guidance", "What to do", words(alert.guidance))
    _titled(pv, "display", alert.panel.capitalize(), _panel(entry, alert, prefix))
    return pv


def _panel(entry: Entry, alert: Alert, prefix: str) -> str:
    """Return the panel with its macros: P the prefix of the station, G the group."""
    group = f"&G={entry.group}" if entry.group else ""
    return f"{alert.panel}{PANEL_SUFFIX}?P={prefix}{group}"


def _titled(parent: Xml.Element, tag: str, title: str, details: str) -> None:
    element = Xml.SubElement(parent, tag)
    Xml.SubElement(element, "title").text = title
    Xml.SubElement(element, "details").text = details


def _bool(value: bool) -> str:
    return "true" if value else "false"
