"""The table of everything a drill lets go wrong, and what of it takes the IOC or its controller away.

Plant: physics.md 3.11.  Instruments and links: every kind of ``cryosim.faults`` that an instrument of the STVP has;
``stuck_output`` and ``front_panel`` belong to supplies, which it has not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class InPlant:
    """A fault of ``cryosim.plant.stvp_faults``."""

    fault: str
    value: tuple[float, float] | None = None  # drawn between them, unit of its parameter
    near: str = ""  # temperature of the stand near which half of them are drawn instead: it stays where it is


@dataclass(frozen=True)
class ByHand:
    """A hand moves something of the plant."""

    hand: str
    to: float


@dataclass(frozen=True)
class AtInstrument:
    """A fault of ``cryosim.faults``; the parameters as in a script."""

    instrument: str
    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AtPanel:
    """Keys pressed at the controller, in the words of its own grammar."""

    message: str


@dataclass(frozen=True)
class ByPut:
    """Somebody puts to PVs of the IOC; what is refused is refused."""

    puts: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Killed:
    """The IOC ends without a word to any instrument, and is started again when the hazard is over."""


Act = InPlant | ByHand | AtInstrument | AtPanel | ByPut | Killed


@dataclass(frozen=True)
class Hazard:
    """One thing that goes wrong."""

    name: str
    act: Act
    outage: bool = False  # while it lasts the IOC is away, or an off cannot be had confirmed from the instrument
    lasting: bool = False  # it stays; else it is over after its duration


def _controller(kind: str, **parameters: Any) -> Hazard:
    return Hazard(f"TC1 {kind}", AtInstrument("TC1", kind, parameters), outage=True)


def _line(instrument: str, kind: str) -> Hazard:
    """Return a fault of what only measures."""
    parameters = {"seconds": 0.4} if kind == "delay" else {}
    return Hazard(f"{instrument} {kind}", AtInstrument(instrument, kind, parameters))


def _lead(kind: str, **parameters: Any) -> Hazard:
    where = next(iter(parameters.values()))
    return Hazard(f"{kind} {where}", AtInstrument("TC1", kind, parameters), lasting=True)


PLANT = (
    Hazard("ice_plug", InPlant("ice_plug", (0.9, 1.0)), lasting=True),
    Hazard("dewar_empty", InPlant("dewar_empty"), lasting=True),
    Hazard("jacket_helium", InPlant("jacket_helium", (0.1, 10.0)), lasting=True),
    Hazard("jacket_air", InPlant("jacket_air", (0.1, 10.0)), lasting=True),
    Hazard("jacket_leak", InPlant("jacket_leak", (1e-4, 1.0)), lasting=True),
    Hazard("line_air", InPlant("line_air", (1.0, 100.0)), lasting=True),
    Hazard("pump_stops", InPlant("pump_stops"), lasting=True),
    Hazard("vaporizer_stuck", InPlant("vaporizer_stuck", (4.0, 295.0), "vaporizer"), lasting=True),
    Hazard("sample_stuck", InPlant("sample_stuck", (4.0, 295.0), "sample"), lasting=True),
)
LEADS = (
    _lead("sensor_open", input="A"),
    _lead("sensor_open", input="B"),
    _lead("sensor_short", input="A"),
    _lead("sensor_short", input="B"),
    _lead("heater_open", output=1),
    _lead("heater_open", output=2),
    _lead("heater_short", output=1),
    _lead("heater_short", output=2),
)
MEASURING = ("FM1", "LM1", "AI1")  # flow meter, level meter, pressures
LINES = ("silence", "no_reply", "delay", "garbage", "half_line", "extra_line", "wrong_id", "disconnect", "power_cycle")
LINKS = (
    _controller("silence"),
    _controller("no_reply"),
    _controller("delay", seconds=0.4),
    _controller("garbage"),
    _controller("half_line"),
    _controller("extra_line"),
    _controller("wrong_id"),
    _controller("disconnect"),
    _controller("power_cycle"),
    _controller("spacing", mode="drop"),
    Hazard("TC1 unanswered", AtInstrument("TC1", "unanswered", {"query": "KRDG? A"}), lasting=True),
    *(_line(instrument, kind) for instrument in MEASURING for kind in LINES),
)
OPERATOR = (
    Hazard("needle valve shut", ByHand("valve", 0.0), lasting=True),
    Hazard("dewar vented", ByHand("dewar_vent", 1.0), lasting=True),
    Hazard("regulator at its end", ByHand("dewar_pressure", 31000.0), lasting=True),
    Hazard("TLIMIT cleared", AtPanel("TLIMIT A,0;TLIMIT B,0"), lasting=True),
    Hazard("loop 1 on the sample's sensor", AtPanel("OUTMODE 1,1,2,0;RANGE 1,3"), lasting=True),
    Hazard("loop 2 on the vaporizer's sensor", AtPanel("OUTMODE 2,1,1,0;RANGE 2,3"), lasting=True),
    Hazard("another curve", AtPanel("INCRV A,2;RANGE 1,3"), lasting=True),
    Hazard("output left in manual", AtPanel("OUTMODE 1,3,1,0;MOUT 1,100;RANGE 1,3"), lasting=True),
    Hazard("sample output left in manual", AtPanel("OUTMODE 2,3,2,0;MOUT 2,100;RANGE 2,3"), lasting=True),
    Hazard("setpoint beyond the limit", AtPanel("SETP 1,400;SETP 2,400"), lasting=True),
    Hazard("gains a hundred times too large", AtPanel("PID 1,1000,1000,200"), lasting=True),
    Hazard("maximum current raised", AtPanel("HTRSET 1,0,1,4,1.732,1"), lasting=True),
    Hazard("on again at the panel", AtPanel("RANGE 1,3;RANGE 2,3"), lasting=True),
    Hazard("reset and on again", ByPut((("INTLK:RESET", 1), ("LOOP1:RANGE:SP", "High"))), lasting=True),
    Hazard("NOFLOW bypassed", ByPut((("INTLK:NOFLOW:BYPASS:SP", 60.0),)), lasting=True),
)
PROCESS = (Hazard("IOC killed", Killed(), outage=True),)

HAZARDS: Mapping[str, Hazard] = {one.name: one for one in (*PLANT, *LEADS, *LINKS, *OPERATOR, *PROCESS)}
