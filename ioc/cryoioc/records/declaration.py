"""What a record is, said once: name, kind, unit, limits, states.  Wrong declarations fail here, not at a client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryoioc.records.alarms import SEVERITIES

FLOATS = ("ai", "ao")
INTEGERS = ("longin", "longout")
NUMBERS = FLOATS + INTEGERS
TWO_STATES = ("bi", "bo")
ENUMS = (*TWO_STATES, "mbbi", "mbbo")
STRINGS = ("stringin", "stringout")
LONG_STRINGS = ("charin", "charout")
KINDS = (*NUMBERS, *ENUMS, *STRINGS, *LONG_STRINGS, "waveform")

NAME = re.compile(r"[A-Z0-9_:-]+")
MAX_NAME = 59  # what a channel name may hold in all, prefix included
MAX_DOC = 39
MAX_UNIT = 7  # DBR units hold eight bytes with the terminator
MAX_STRING = 39  # DBR_STRING holds forty bytes with the terminator
MAX_STATE = 25
MAX_STATES = 16
MAX_GROUP = 28  # ASG holds 29 bytes with the terminator (dbCommon.dbd)
INT32 = (-(2**31), 2**31 - 1)


@dataclass(frozen=True, kw_only=True)
class Record:
    """Declaration of one process variable with the meaning EPICS gives to its fields."""

    name: str  # without the station prefix
    kind: str  # one of KINDS; charin and charout are char waveforms that hold a long string
    doc: str  # DESC
    unit: str = ""  # EGU
    precision: int = 3  # PREC, digits after the point
    states: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict, hash=False)  # state -> severity
    low: float | None = None  # DRVL
    high: float | None = None  # DRVH
    refuses: bool = True  # False: as EPICS, a put beyond low or high is clipped, any state number is taken
    display: tuple[float, float] | None = None  # LOPR, HOPR
    lolo: float | None = None  # MAJOR
    low_alarm: float | None = None  # MINOR
    high_alarm: float | None = None  # MINOR
    hihi: float | None = None  # MAJOR
    hyst: float = 0.0
    mdel: float = 0.0  # change that must be exceeded to be sent to VALUE subscribers, < 0: always
    adel: float = 0.0  # the same for LOG subscribers
    length: int = 1  # elements of a waveform, bytes of a char waveform
    writable: bool = False
    asg: str = ""  # ASG, access group of the .acf file; "" is DEFAULT
    stays_open: bool = False  # it switches something off: nobody closes it to others by DISP or ASG at run time
    command: bool = False  # bo: put 1 runs the handler, then it reads 0 again
    initial: object = None  # None: UDF/INVALID until the first post

    def __post_init__(self) -> None:
        for wrong in _mistakes(self):
            raise ValueError(f"record {self.name}: {wrong}")

    @property
    def accepts_puts(self) -> bool:
        """Say whether clients may put."""
        return self.writable or self.command

    @property
    def display_range(self) -> tuple[float, float]:
        """Return LOPR and HOPR: as declared, else the limits, else (0, 0), which means none."""
        if self.display is None and self.low is not None and self.high is not None:
            return (self.low, self.high)
        return self.display or (0.0, 0.0)


def _mistakes(record: Record) -> list[str]:
    """Return one sentence per mistake in the declaration."""
    alarms = (record.lolo, record.low_alarm, record.high_alarm, record.hihi)
    drive = (record.low, record.high)
    checks = {
        f"unknown kind {record.kind!r}": record.kind not in KINDS,
        "name must be upper-case letters, digits, _ - :": not NAME.fullmatch(record.name),
        f"name longer than {MAX_NAME}": len(record.name) > MAX_NAME,
        f"doc must be 1 to {MAX_DOC} ASCII characters": not _ascii(record.doc, 1, MAX_DOC),
        f"unit must be at most {MAX_UNIT} ASCII characters": not _ascii(record.unit, 0, MAX_UNIT),
        f"asg must be at most {MAX_GROUP} ASCII characters": not _ascii(record.asg, 0, MAX_GROUP),
        "precision must be 0 to 15": not 0 <= record.precision <= 15,
        "length must be at least 1": record.length < 1,
        "a command must be a bo": record.command and record.kind != "bo",
        "low must be below high": None not in drive and not _rising(*drive),
        "display must be (low, high)": record.display is not None and not _rising(*record.display),
        "lolo, low_alarm, high_alarm, hihi must rise": not _rising(*alarms),
        f"{record.kind} has no alarm limits": _any(alarms) and record.kind not in NUMBERS,
        f"{record.kind} has no limits": _any(drive) and record.kind not in (*NUMBERS, "waveform"),
    }
    return [sentence for sentence, failed in checks.items() if failed] + _state_mistakes(record)


def _state_mistakes(record: Record) -> list[str]:
    states = record.states
    wrong = []
    if record.kind in TWO_STATES and len(states) != 2:
        wrong.append("needs exactly two states")
    if record.kind in ENUMS and not 1 <= len(states) <= MAX_STATES:
        wrong.append(f"needs 1 to {MAX_STATES} states")
    if record.kind not in ENUMS and states:
        wrong.append(f"{record.kind} has no states")
    if any(not _ascii(state, 1, MAX_STATE) for state in states) or len(set(states)) != len(states):
        wrong.append(f"states must be different texts of 1 to {MAX_STATE} ASCII characters")
    for state, severity in record.severities.items():
        if state not in states or severity not in SEVERITIES:
            wrong.append(f"severity {severity!r} of state {state!r} is unknown")
    return wrong


def _ascii(text: str, least: int, most: int) -> bool:
    return text.isascii() and least <= len(text) <= most


def _any(values: tuple[float | None, ...]) -> bool:
    return any(value is not None for value in values)


def _rising(*values: float | None) -> bool:
    given = [value for value in values if value is not None]
    return all(a < b for a, b in zip(given, given[1:], strict=False))
