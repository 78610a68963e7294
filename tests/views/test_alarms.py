"""The alarm tree: Phoebus can import it, every alarm is in it, and each says what to do and where."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

import pytest

from .alarm_tree import mistakes

GOOD = """<config name="LAB"><component name="A"><pv name="A:T"><description>*Temperature</description>
<enabled>true</enabled><latching>true</latching><annunciating>false</annunciating><delay>5</delay>
<filter>'A:CONNECTED' == 1</filter>
<guidance><title>What to do</title><details>Put the range Off and look at the flow of helium.</details></guidance>
<display><title>Panel</title><details>a.bob?P=A:&amp;G=A</details></display></pv></component></config>"""
NAMES = ("A:T", "A:CONNECTED")
PV = GOOD[GOOD.index("<pv") : GOOD.index("</component>")]
OTHER_PV = PV.replace('name="A:T"', 'name="A:CONNECTED"')


@pytest.fixture(scope="module")
def names(desk, place):
    """Every name the station serves."""
    return {place.prefix + name for name in (*desk.entries, *desk.aliases)}


@pytest.fixture
def tree(describe):
    """The alarm tree of the station."""
    return Xml.fromstring(describe("alarms"))


def test_validator_accepts_a_good_tree():
    assert mistakes(GOOD, NAMES) == []


@pytest.mark.parametrize(
    "old,new,complaint",
    [
        ("</config>", "", "not XML"),
        ('<config name="LAB">', '<config name="A:B">', "expected <config>"),
        (PV, PV + PV, "twice in one component"),
        ("</config>", f'<component name="B">{PV}</component></config>', "is already at"),
        ("</config>", f'<component name="A">{OTHER_PV}</component></config>', "component without a name or twice"),
        (PV, "", "empty"),
        ('name="A:T"', 'name="A:X"', "no such PV"),
        ("<delay>5</delay>", "<delay>2.5</delay>", "not whole seconds"),
        ("<delay>5</delay>", "<delay>soon</delay>", "not whole seconds"),
        ("<latching>true</latching>", "", "latching must say"),
        ("<enabled>true", "<enabled>2030-01-01T00:00", "enabled must say"),
        ("'A:CONNECTED' == 1", "'B:CONNECTED' == 1", "does not exist"),
        ("'A:CONNECTED' == 1", "A:CONNECTED == 1", "no PV in single quotes"),
        ("*Temperature", "*", "says nothing"),
        ("*Temperature", "!*Temperature", "! before *"),
        ("<details>Put", "<detail>Put", "not XML"),
        ("a.bob?P=A:&amp;G=A", "a.opi", "no panel"),
        ("<display>", "<display><title/></display><display>", "display needs title"),
        ("Put the range Off and look at the flow of helium.", "Call somebody.", "no sentence"),
        ("<filter>", "<color>red</color><filter>", "unknown tag"),
    ],
)
def test_validator_sees(old, new, complaint):
    assert GOOD.count(old) == 1
    found = mistakes(GOOD.replace(old, new), NAMES)
    assert found and all(complaint in line for line in found), found


def test_tree_can_be_imported(describe, names):
    assert mistakes(describe("alarms"), names) == []


def test_every_pv_that_can_alarm_by_itself_is_in_the_tree(desk, tree, place):
    """Limits or state severities make an alarm PV; wishes, commands and counters never are."""
    listed = {pv.get("name") for pv in tree.iter("pv")}
    for name, entry in desk.entries.items():
        record = entry.record
        limits = (record.lolo, record.low_alarm, record.high_alarm, record.hihi)
        if record.accepts_puts or record.kind == "longin":
            assert place.prefix + name not in listed
        elif record.severities or any(limit is not None for limit in limits):
            assert place.prefix + name in listed


def test_only_connected_speaks_while_an_instrument_is_away(desk, tree, place):
    spoken = 0
    for pv in tree.iter("pv"):
        entry = desk.entries[pv.get("name").removeprefix(place.prefix)]
        filter_ = pv.findtext("filter")
        if entry.record.name.endswith(":CONNECTED"):
            assert filter_ is None
            assert (pv.findtext("delay"), pv.findtext("annunciating")) == ("5", "true")
            spoken += 1
        elif not entry.needs:
            assert filter_ is None
            assert entry.group in groups_without_instrument(desk)
        else:
            assert filter_ == f"'{place.prefix}{entry.needs}:CONNECTED' == 1"
        if entry.instrument:
            assert entry.needs == entry.instrument
    assert spoken == sum(name.endswith(":CONNECTED") for name in desk.entries)


def groups_without_instrument(desk):
    """Return the groups that no instrument feeds: none of their PVs is read from one."""
    fed = {entry.group for entry in desk.entries.values() if entry.instrument}
    return {entry.group for entry in desk.entries.values()} - fed


def test_guidance_names_only_pvs_that_exist(desk, tree, place):
    """A name in a text is a PV of the station, or of the group the alarm is about."""
    word = re.compile(r"\b[A-Z][A-Z0-9_]+(?::[A-Z0-9_]+)+\b")
    seen = 0
    for pv in tree.iter("pv"):
        group = desk.entries[pv.get("name").removeprefix(place.prefix)].group
        for name in word.findall(pv.findtext("guidance/details")):
            seen += 1
            assert name in desk.entries or f"{group}:{name}" in desk.entries, (pv.get("name"), name)
    assert seen


def test_components_are_station_and_groups(desk, tree, place):
    (station,) = tree
    assert (station.tag, station.get("name")) == ("component", place.prefix[:-1])
    for component in station.findall("component"):
        for pv in component.findall("pv"):
            assert desk.entries[pv.get("name").removeprefix(place.prefix)].group == component.get("name")
