"""``[interlock.NAME]`` of the station file: what is watched, when it trips, what it switches off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.station_rig import ELSEWHERE, PV
from cryoioc.toml_tables import Reader, key

ACTIONS = ("off", "all off")
TIMES = ("heating", "always")
# Names that would collide with PVs of all interlocks together.
RESERVED = ("MSG", "FIRST", "RESET", "ACTION", "DEFIED", "DISABLED", "PROTECTED", "UNPROTECTED")
NUMBERS_OF_A_THERMOMETER = ("TEMP", "RATE", "SENSOR")
NUMBERS_OF_A_LOOP = ("HEATER", "POWER", "UNANSWERED")
STATES_OF_A_THERMOMETER = ("STATUS",)
STATES_OF_A_LOOP = ("HEATER:STATUS", "SENSOR")
NUMBERS_OF_AN_OUTPUT = ("VOLT", "CURR", "POWER")
STATES_OF_AN_OUTPUT = ("STATE", "LIMITS", "THERMOSTAT")
NUMBERS_OF_AN_AMPLIFIER = ("POWER",)
STATES_OF_AN_AMPLIFIER = ("BIAS", "BIAS:COLD", "STATE", "TRIP", "WINDOW")
STAGE = re.compile(r"S\d:(VD|ID|VG|IG|POWER)")  # numbers of a stage of an amplifier
UNIT = re.compile(r"[ -~]{0,7}")  # as Channel Access carries it
# Groups that a station may lack: then the interlock is reported as not protected.
OPTIONAL = ("FLOW", "DEWAR", "TUBE", "VAC", "COMP")
LOOPBACK = re.compile(r"(socket|rfc2217)://(127(\.\d{1,3}){3}|localhost):\d+(\?\S*)?")


@dataclass(frozen=True, kw_only=True)
class Interlock:
    """One interlock: it switches off what it guards when its input says so, or says nothing."""

    name: str
    input: str = key('what it watches: a PV of this station, such as "FLOW" or "VAP:TEMP", or "ca:PV" of another IOC')
    unit: str = key("unit that its input must have; empty: any", "")
    above: float | None = key("trips above, unit of the input", None, low=-1e6, high=1e6)
    below: float | None = key("trips below, unit of the input", None, low=-1e6, high=1e6)
    healthy: tuple[str, ...] = key('states that do not trip; of an input "LOOP:SENSOR": thermometers', ())
    hysteresis: float = key("how far it must be back until it is over, unit of the input", 0.0, low=0.0, high=1e6)
    floor: float | None = key("for a RATE: judged only above this temperature, K", None, low=0.0, high=2000.0)
    for_: float = key("seconds that it must last", 0.0, low=0.0, high=3600.0)
    stale: float = key("seconds without a good reading that trip", 2.0, low=0.5, high=86400.0)
    while_: str = key("when it is judged: always, or while something it guards is on", "heating", choices=TIMES)
    guards: tuple[str, ...] = key(
        'loops, power outputs, amplifiers that it switches off, "LCP:COLD" only a cold bias; empty: all heaters', ())
    action: str = key("off: what it guards; all off: every heater beside", "off", choices=ACTIONS)
    bypass: float = key("longest bypass, min; 0: none", 60.0, low=0.0, high=1440.0)
    enabled: bool = key("false: not carried out; only where every port is on loopback", True)
    protects: str = key("what it is there for", "")

    @property
    def elsewhere(self) -> str:
        """The PV of another IOC that it watches; empty: it is one of this station."""
        return self.input.removeprefix(ELSEWHERE) if self.input.startswith(ELSEWHERE) else ""

    @property
    def suffix(self) -> str:
        """What it watches of a group of this station; empty: the group's own PV, or none of this station."""
        return "" if self.elsewhere else self.input.partition(":")[2]

    @property
    def is_state(self) -> bool:
        """Whether the input has states, not a number."""
        return self.suffix in (*STATES_OF_A_THERMOMETER, "HEATER:STATUS", "TRIP", "LIMITS") or bool(self.healthy)

    @property
    def limit(self) -> float | None:
        """The limit, unit of the input; None if there is none."""
        return self.above if self.above is not None else self.below


def read_interlocks(reader: Reader, raw: Any) -> Any:
    """Return the tables without the key that switches all of them off: it is handed down to each."""
    tables = dict(reader.table(raw, "interlock"))
    enabled = tables.pop("enabled", True)
    if not isinstance(enabled, bool):
        reader.complain("interlock.enabled", f"expected true or false, found {enabled!r}")
    elif not enabled:
        tables = {name: {**body, "enabled": False} for name, body in tables.items() if isinstance(body, dict)}
    return tables


def check_interlocks(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check every interlock against the tables it refers to."""
    for name, interlock in parts["interlocks"].items():
        where = f"interlock.{name}"
        if name in RESERVED:
            reader.complain(where, "the name is taken by the interlocks together")
        if interlock is None:
            continue
        if interlock.input.startswith(ELSEWHERE):
            _check_elsewhere(reader, where, interlock)
        else:
            _check_input(reader, where, interlock, parts)
        _check_limits(reader, where, interlock)
        _check_guards(reader, where, interlock, parts)
    off = [name for name, one in parts["interlocks"].items() if one is not None and not one.enabled]
    ports = [i for i in parts["instruments"].values() if i is not None and not LOOPBACK.fullmatch(i.port)]
    if off and ports:
        reader.complain(
            f"interlock.{off[0]}.enabled",
            f"an interlock may be disabled only where every port is on loopback; {ports[0].name} is at {ports[0].port}",
        )


def _check_guards(reader: Reader, where: str, interlock: Interlock, parts: Mapping[str, Any]) -> None:
    heats = parts["loops"] or parts["powers"]
    if not interlock.guards and not heats and interlock.while_ == "heating":  # it would never be judged
        wanted = 'expected what it switches off, or while = "always"'
        reader.complain(f"{where}.guards", f"nothing in this file heats: {wanted}")
    for name in interlock.guards:
        known = name in (*parts["loops"], *parts["powers"], *parts["amplifiers"])
        if not known and name.removesuffix(":COLD") not in parts["amplifiers"]:
            reader.complain(f"{where}.guards", f"no [loop.{name}], [power.{name}] or [amplifier.{name}] in this file")


def _check_elsewhere(reader: Reader, where: str, interlock: Interlock) -> None:
    if not PV.fullmatch(interlock.elsewhere):
        reader.complain(f"{where}.input", f"expected the name of a PV behind ca:, found {interlock.input!r}")
    if interlock.healthy and interlock.unit:
        reader.complain(f"{where}.unit", f"{interlock.elsewhere} has states: expected none, found {interlock.unit!r}")
    elif not UNIT.fullmatch(interlock.unit):
        reader.complain(f"{where}.unit", f"expected at most 7 ASCII characters, found {interlock.unit!r}")


def _check_input(reader: Reader, where: str, interlock: Interlock, parts: Mapping[str, Any]) -> None:
    name, suffix = interlock.input.partition(":")[0], interlock.suffix
    numbers: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    if name in parts["thermometers"]:
        numbers, states = NUMBERS_OF_A_THERMOMETER, STATES_OF_A_THERMOMETER
    elif name in parts["loops"]:
        numbers, states = NUMBERS_OF_A_LOOP, STATES_OF_A_LOOP
    elif name in parts["powers"]:
        numbers, states = NUMBERS_OF_AN_OUTPUT, STATES_OF_AN_OUTPUT
    elif name in parts["amplifiers"]:
        numbers = (suffix,) if STAGE.fullmatch(suffix) else NUMBERS_OF_AN_AMPLIFIER
        states = STATES_OF_AN_AMPLIFIER
    elif name not in OPTIONAL:
        wanted = ("a thermometer, loop, power output or amplifier of this file with its PV, "
                  f"{', '.join(OPTIONAL)}, or {ELSEWHERE}PV of another IOC")
        reader.complain(f"{where}.input", f"expected {wanted}, found {interlock.input!r}")
    if numbers and suffix not in numbers + states:
        reader.complain(f"{where}.input", f"{name} has {', '.join(numbers + states)}, found {suffix!r}")
    if suffix in numbers and interlock.healthy:
        reader.complain(f"{where}.healthy", f"{interlock.input} is a number: expected above, below or neither")
    if suffix in states and suffix != "SENSOR" and not interlock.is_state:
        reader.complain(f"{where}.healthy", f"{interlock.input} has states: expected those that do not trip")
    if suffix == "SENSOR" and name in parts["loops"]:
        for thermometer in interlock.healthy:
            if thermometer not in parts["thermometers"]:
                reader.complain(f"{where}.healthy", f"no [thermometer.{thermometer}] in this file")
        if not interlock.healthy:
            reader.complain(f"{where}.healthy", "expected the thermometers that may control this loop")


def _check_limits(reader: Reader, where: str, interlock: Interlock) -> None:
    if interlock.above is not None and interlock.below is not None:
        reader.complain(where, "expected above or below, found both")
    if interlock.limit is not None and interlock.is_state:
        reader.complain(where, f"{interlock.input} has states: expected healthy, found a limit")
    if interlock.floor is not None and interlock.suffix != "RATE":
        reader.complain(f"{where}.floor", "only for an input of a RATE")
