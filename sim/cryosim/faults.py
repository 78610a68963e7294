"""What can go wrong with an instrument, by name, and scripts of it.

A script is TOML: one ``[[fault]]`` table per fault with ``at`` (seconds after the start),
``instrument``, ``kind``, optionally ``duration`` (seconds; without it the fault stays, a
``disconnect`` or ``power_cycle`` is over at once), and the parameters of the kind beside them::

    [[fault]]
    at = 60
    instrument = "TC1"
    kind = "sensor_open"
    input = "A"
    duration = 30
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from cryoioc.errors import CryoError
from cryosim.emulators.line import Spacing
from cryosim.supply_faults import loosen, press, stick, wrong_supply
from cryosim.wiring import Wiring

if TYPE_CHECKING:
    from cryosim.world import Installed


class FaultFileError(CryoError):
    """The script is wrong.  ``lines`` holds one sentence per mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    at: float  # s after the start of the world
    instrument: str
    kind: str
    duration: float | None = None  # s; None: it stays, or is over at once if it is an event
    parameters: Mapping[str, Any] = field(default_factory=dict)


# What stands before the number of a model: of a Lake Shore or AMI, a Cryomagnetics, a TPG, an ADAM box.
NUMBERED = re.compile(rb"(,MODEL ?|LM-|^TPG |^![0-9A-F]{2})\d+")
ADDRESSED = re.compile(rb"(@?)[0-9]{3}(ACK|NAK)")  # of an MKS
SERIAL = re.compile(rb"^(:[0-9A-F]{4}02716300)[0-9A-F]{2}")  # of a Bronkhorst, in a frame
Action = Callable[["Installed", Mapping[str, Any]], None]


@dataclass(frozen=True)
class Kind:
    """How a kind of fault begins and ends, and the parameters it takes (name -> type)."""

    begin: Action
    end: Action
    required: Mapping[str, type] = field(default_factory=dict)
    optional: Mapping[str, type] = field(default_factory=dict)
    event: bool = False  # over at once when no duration is given; else it then stays


def begin(fault: Fault, unit: Installed) -> None:
    """Let a fault begin on the instrument it is about."""
    kind = KINDS[fault.kind]
    kind.begin(unit, fault.parameters)
    if kind.event and fault.duration is None:
        kind.end(unit, fault.parameters)


def end(fault: Fault, unit: Installed) -> None:
    """Let a fault be over."""
    KINDS[fault.kind].end(unit, fault.parameters)


def _switch(name: str, on: Any, off: Any) -> Kind:
    """Return a kind that sets one switch of the line."""
    return Kind(
        lambda unit, _: setattr(unit.line.faults, name, on),
        lambda unit, _: setattr(unit.line.faults, name, off),
    )


def _delay(unit: Installed, parameters: Mapping[str, Any]) -> None:
    unit.line.faults.delay = float(parameters["seconds"])


def _no_delay(unit: Installed, _: Mapping[str, Any]) -> None:
    unit.line.faults.delay = 0.0


def _extra_line(unit: Installed, parameters: Mapping[str, Any]) -> None:
    text: str = parameters.get("text", "+000.000")
    unit.line.faults.extra_line = text.encode("ascii", "replace") + b"\r\n"


def _no_extra_line(unit: Installed, _: Mapping[str, Any]) -> None:
    unit.line.faults.extra_line = b""


def other_identity(reply: bytes) -> bytes:
    """Return a reply as another instrument would give it: model, address where replies have one, or serial number."""
    if NUMBERED.search(reply):
        return NUMBERED.sub(rb"\g<1>999", reply)
    if reply.startswith((b"Keysight", b"Agilent", b"ROHDE")):
        return re.sub(rb",[^,]+", b",OTHER", reply, count=1)
    if ADDRESSED.match(reply):
        return ADDRESSED.sub(rb"\g<1>201\g<2>", reply)
    if SERIAL.match(reply):
        return SERIAL.sub(rb"\g<1>58", reply)
    if reply.startswith(b"#"):
        return re.sub(rb" (\S+)\n$", rb" x\1\n", reply)
    return re.sub(rb"(?m)^([A-Z])(?= )", lambda m: b"B" if m[1] == b"A" else b"A", reply)


def _unplug(unit: Installed, _: Mapping[str, Any]) -> None:
    unit.line.accepting.clear()
    unit.line.disconnect()


def _plug(unit: Installed, _: Mapping[str, Any]) -> None:
    unit.line.accepting.set()


def _mains_off(unit: Installed, parameters: Mapping[str, Any]) -> None:
    """The state is lost at once; the instrument comes back when the fault ends."""
    unit.instrument.power_cycle()
    unit.line.faults.silence = True
    if not parameters.get("line_stays", False):
        _unplug(unit, parameters)


def _mains_on(unit: Installed, parameters: Mapping[str, Any]) -> None:
    unit.instrument.power_cycle()
    unit.line.faults.silence = False
    _plug(unit, parameters)


def _spacing(unit: Installed, parameters: Mapping[str, Any]) -> None:
    unit.line.spacing = Spacing(parameters["mode"])


def _own_spacing(unit: Installed, _: Mapping[str, Any]) -> None:
    unit.line.spacing = unit.line.settings.spacing


@runtime_checkable
class Forgetful(Protocol):
    """An instrument that can be made not to know some of its queries."""

    mute: set[str]


def _forget(unit: Installed, parameters: Mapping[str, Any]) -> None:
    if isinstance(unit.instrument, Forgetful):
        unit.instrument.mute.add(parameters["query"])


def _remember(unit: Installed, parameters: Mapping[str, Any]) -> None:
    if isinstance(unit.instrument, Forgetful):
        unit.instrument.mute.discard(parameters["query"])


def _sensor(state: Wiring) -> Action:
    def act(unit: Installed, parameters: Mapping[str, Any]) -> None:
        unit.sensors[parameters["input"]].wiring = state

    return act


def _heater(state: Wiring) -> Action:
    def act(unit: Installed, parameters: Mapping[str, Any]) -> None:
        unit.heaters[parameters["output"]].wiring = state

    return act


KINDS: dict[str, Kind] = {
    "silence": _switch("silence", True, False),
    "no_reply": _switch("no_reply", True, False),
    "delay": Kind(_delay, _no_delay, required={"seconds": float}),
    "garbage": _switch("garbage", True, False),
    "half_line": _switch("half_line", True, False),
    "extra_line": Kind(_extra_line, _no_extra_line, optional={"text": str}),
    "wrong_id": _switch("wrong_id", other_identity, None),
    "disconnect": Kind(_unplug, _plug, event=True),
    "power_cycle": Kind(_mains_off, _mains_on, optional={"line_stays": bool}, event=True),
    "unanswered": Kind(_forget, _remember, required={"query": str}),
    "spacing": Kind(_spacing, _own_spacing, required={"mode": str}),
    "sensor_open": Kind(_sensor(Wiring.OPEN), _sensor(Wiring.OK), required={"input": str}),
    "sensor_short": Kind(_sensor(Wiring.SHORT), _sensor(Wiring.OK), required={"input": str}),
    "heater_open": Kind(_heater(Wiring.OPEN), _heater(Wiring.OK), required={"output": int}),
    "heater_short": Kind(_heater(Wiring.SHORT), _heater(Wiring.OK), required={"output": int}),
    "stuck_output": Kind(stick, loosen, required={"channel": int}),
    "front_panel": Kind(press, lambda unit, parameters: None, required={"change": str}, event=True),
}


def load(path: str | Path, installed: Mapping[str, Installed]) -> list[Fault]:
    """Read a script for the instruments it will meet.

    Raises
    ------
    FaultFileError
        With one sentence per mistake.
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise FaultFileError([f"{path}: cannot be read: {error.strerror}"]) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultFileError([f"{path}: not TOML: {error}"]) from error
    tables = raw.pop("fault", [])
    lines = [f"{path}: {key}: unknown key; known: [[fault]]" for key in raw]
    faults: list[Fault] = []
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FaultFileError([*lines, f"{path}: fault: expected tables [[fault]]"])
    for number, table in enumerate(tables, 1):
        mistakes = _mistakes(table, installed)
        lines += [f"{path}: fault {number}: {mistake}" for mistake in mistakes]
        if not mistakes:
            own = {k: v for k, v in table.items() if k not in ("at", "instrument", "kind", "duration")}
            duration = table.get("duration")
            faults.append(Fault(float(table["at"]), table["instrument"], table["kind"], duration, own))
    if lines:
        raise FaultFileError(lines)
    return faults


def _mistakes(table: Mapping[str, Any], installed: Mapping[str, Installed]) -> list[str]:
    """Say what is wrong with one table."""
    lines = []
    if not _is_time(table.get("at")):
        lines.append("at: expected seconds, a number of 0 or more")
    if "duration" in table and not (_is_time(table["duration"]) and table["duration"]):
        lines.append("duration: expected seconds, a number above 0")
    if table.get("instrument") not in installed:
        lines.append(f"instrument: expected one of {', '.join(installed)}, found {table.get('instrument')!r}")
    if table.get("kind") not in KINDS:
        close = difflib.get_close_matches(str(table.get("kind")), KINDS, 1)
        hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(KINDS)}"
        lines.append(f"kind: {table.get('kind')!r} is unknown; {hint}")
    return lines or wrong_parameters(table, KINDS[table["kind"]], installed[table["instrument"]])


def wrong_parameters(table: Mapping[str, Any], kind: Kind, unit: Installed) -> list[str]:
    """Say what is wrong with the parameters in a table for this instrument."""
    known = {**kind.required, **kind.optional}
    lines = [
        f"{key}: unknown key of {table['kind']}; known keys: {', '.join(known) or 'none'}"
        for key in table
        if key not in ("at", "instrument", "kind", "duration", *known)
    ]
    lines += [f"{key}: missing; {table['kind']} needs it" for key in kind.required if key not in table]
    for key, wanted in known.items():
        accepted = (int, float) if wanted is float else wanted
        value = table.get(key)
        if key in table and (not isinstance(value, accepted) or isinstance(value, bool) is not (wanted is bool)):
            lines.append(f"{key}: expected {wanted.__name__}, found {value!r}")
    return lines or _wrong_wiring(table, unit)


def _wrong_wiring(table: Mapping[str, Any], unit: Installed) -> list[str]:
    if "input" in table and table["input"] not in unit.sensors:
        return [f"input: no sensor is wired to {table['input']!r}; wired: {', '.join(unit.sensors) or 'none'}"]
    if "output" in table and table["output"] not in unit.heaters:
        return [f"output: no heater is wired to {table['output']}; wired: {sorted(unit.heaters)}"]
    if "query" in table and not isinstance(unit.instrument, Forgetful):
        return [f"kind: {unit.model} cannot be made to leave a query unanswered"]
    if "mode" in table and table["mode"] not in {mode.value for mode in Spacing}:
        return [f"mode: expected off, count or drop, found {table['mode']!r}"]
    return wrong_supply(table, unit)


def _is_time(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and value >= 0
