"""The records both sides serve: one of every kind for every field, so that no trial disturbs another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from epicscorelibs import path

from cryoioc.records import Record

PROTOTYPES = {
    "ai": Record(name="X", kind="ai", doc="reading", unit="K", precision=2, display=(0.0, 320.0), lolo=1.0,
                 low_alarm=2.0, high_alarm=300.0, hihi=310.0, hyst=1.0, mdel=0.5, adel=2.0),
    "ao": Record(name="X", kind="ao", doc="setpoint", unit="K", low=1.0, high=325.0, hihi=310.0, initial=4.0),
    "longin": Record(name="X", kind="longin", doc="number", unit="s", high_alarm=100, low_alarm=0),
    "longout": Record(name="X", kind="longout", doc="count", low=0, high=10, hihi=8, initial=3),
    "bi": Record(name="X", kind="bi", doc="link", states=("Down", "Up"), severities={"Down": "MAJOR"}),
    "bo": Record(name="X", kind="bo", doc="switch", states=("Off", "On"), severities={"On": "MINOR"}, initial="Off"),
    "mbbi": Record(name="X", kind="mbbi", doc="state", states=("Off", "On", "Trip"), severities={"Trip": "MAJOR"}),
    "mbbo": Record(name="X", kind="mbbo", doc="range", states=("Off", "Low", "High"), severities={"High": "MINOR"},
                   initial="Off"),
    "stringin": Record(name="X", kind="stringin", doc="text"),
    "stringout": Record(name="X", kind="stringout", doc="text", initial="hello"),
    "charin": Record(name="X", kind="charin", doc="long text", length=100),
    "waveform": Record(name="X", kind="waveform", doc="zones", unit="K", precision=2, display=(0.0, 9.0), length=5),
}  # fmt: skip
BEHAVIOUR = [
    replace(record, writable=True, refuses=False)
    for record in (
        Record(name="T:ONE", kind="ai", doc="alarmed", hihi=300.0),
        Record(name="T:OTHER", kind="ai", doc="not alarmed", hihi=300.0),
        Record(name="T:LOWER", kind="ai", doc="lower side only", lolo=-5.0),
        Record(name="T:FRESH", kind="ai", doc="not asked before", unit="mK", precision=1, high_alarm=9.0, hihi=10.0),
        Record(name="T:LIMITS", kind="ai", doc="four limits", lolo=1.0, low_alarm=2.0, high_alarm=300.0, hihi=310.0),
        Record(name="T:HYST", kind="ai", doc="hysteresis", high_alarm=300.0, hihi=310.0, hyst=2.0),
        Record(name="T:DEADBAND", kind="ai", doc="deadbands", mdel=1.0, adel=2.0),
        Record(name="T:NAN", kind="ai", doc="no number"),
        Record(name="T:CLIP", kind="ao", doc="clips", low=1.0, high=325.0, initial=4.0),
        Record(name="T:OPEN", kind="ao", doc="without limits", initial=0.0),
        Record(name="T:STATE", kind="mbbo", doc="state", states=("Off", "Low", "High"), severities={"High": "MAJOR"},
               initial="Off"),
        Record(name="T:LINK", kind="bi", doc="link", states=("Down", "Up"), severities={"Down": "MAJOR"}, initial=1),
        Record(name="T:MANY", kind="mbbi", doc="all states", states=tuple(f"{i:x}".ljust(25, "x") for i in range(16)),
               initial=15),
        Record(name="T:PULSE", kind="bo", doc="pulse", states=("Off", "On"), initial="Off"),
        Record(name="T:TEXT", kind="stringout", doc="text", initial="hello"),
        Record(name="T:LONG", kind="charout", doc="long text", length=100),
        Record(name="T:SCAN", kind="ai", doc="scanned", mdel=-1.0),
        Record(name="T:SMOOTH", kind="ai", doc="filtered alarm", high_alarm=10.0),
        Record(name="T:COUNT", kind="longout", doc="count", low=0, high=10, initial=3),
        Record(name="T:PY", kind="ao", doc="for pyepics", unit="K", low=1.0, high=325.0, initial=4.0),
        Record(name="T:PYSTATE", kind="mbbo", doc="for pyepics", states=("Off", "Low", "High"), initial="Off"),
    )
]  # fmt: skip
REFUSING = (
    Record(name="T:REFUSES", kind="ao", doc="refuses", low=1.0, high=325.0, writable=True, initial=4.0),
    Record(name="T:READING", kind="ai", doc="a reading"),
)
FORCED = Record(name="FORCED", kind="ai", doc="written by the IOC")
SLOW = Record(name="SLOW", kind="ao", doc="takes its time", precision=0, writable=True, initial=1.0)
FIELD = re.compile(r"field\((\w+),\s*DBF_(\w+)\)\s*\{(.*?)\n\s*\}", re.S)


@dataclass(frozen=True)
class BaseField:
    """A field as the .dbd of EPICS base declares it."""

    name: str
    type: str  # STRING, DOUBLE, MENU ...
    settable: bool


def base_fields(kind: str) -> list[BaseField]:
    """Return the fields of a record type that clients of EPICS base can reach."""
    record_type = "waveform" if kind == "charin" else kind
    folder = Path(path.base_path) / "dbd"
    found = {}
    for file in ("dbCommon.dbd", f"{record_type}Record.dbd"):
        text = re.sub(r"^\s*#.*$", "", (folder / file).read_text(), flags=re.M)
        for name, type_, body in FIELD.findall(text):
            if type_ != "NOACCESS" or name == "VAL":
                found[name] = BaseField(name, type_, "SPC_NOMOD" not in body)
    return list(found.values())


def trial_name(kind: str, field: str) -> str:
    """Return the name of the record on which a field is tried."""
    return f"{kind.upper()}:{field}"


def records() -> Iterator[Record]:
    """Yield all records, and a counter that tells when everything before it has arrived."""
    yield from BEHAVIOUR
    yield from REFUSING
    yield Record(name="FENCE", kind="longout", doc="counts", writable=True, refuses=False, initial=0)
    for kind, prototype in PROTOTYPES.items():
        for field in base_fields(kind):
            yield replace(prototype, name=trial_name(kind, field.name), writable=True, refuses=False)
