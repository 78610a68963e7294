"""Everything that goes wrong while an amplifier is biased, each drawn with its figures from a generator of its own."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.errors import CryoError
from cryoioc.rehearsal.stage import Stage
from cryosim import faults
from cryosim.faults import Fault
from cryosim.plant.amplifier_stage import Stage as Transistor
from cryosim.wiring import Wiring

DRAINS = {"LCP": "PS2", "RCP": "PS4"}
GATES = {"LCP": "PS3", "RCP": "PS5"}
SECOND_STAGE = {"input": "2"}  # of the cooler: the temperature of both amplifiers


@dataclass
class Scene:
    """What a hazard can get hold of."""

    stage: Stage
    amplifier: str
    chance: random.Random
    fault: Fault | None = None  # drawn when it begins

    @property
    def transistor(self) -> Transistor:
        """One of the three, always the same one of a draw."""
        stages = self.stage.world.plant.amplifiers[self.amplifier].stages  # type: ignore[attr-defined]
        found: Transistor = stages[random.Random(repr(self.chance.getstate())).randrange(3)]
        return found


Act = Callable[[Scene], Awaitable[None]]
Parameters = Callable[[random.Random], dict[str, Any]]


@dataclass(frozen=True)
class Hazard:
    """One thing that goes wrong, and how it ends if it does."""

    name: str
    begin: Act
    end: Act | None = None
    own: bool = True  # it is no matter of the other amplifier
    opens: bool = False  # it raises what a supply keeps by itself
    slow: bool = False  # it shows after a while
    lingers: bool = False  # the cryostat takes hours to be as it was


def _nothing(chance: random.Random) -> dict[str, Any]:
    return {}


def _at(name: str, where: Mapping[str, str] | str, kind: str, draw: Parameters = _nothing, **flags: bool) -> Hazard:
    """Return a fault of ``cryosim.faults`` at an instrument, its parameters drawn when it begins."""

    async def begin(scene: Scene) -> None:
        instrument = where if isinstance(where, str) else where[scene.amplifier]
        scene.fault = Fault(0.0, instrument, kind, 1.0, draw(scene.chance))
        faults.begin(scene.fault, scene.stage.world.installed[instrument])

    async def end(scene: Scene) -> None:
        assert scene.fault is not None
        faults.end(scene.fault, scene.stage.world.installed[scene.fault.instrument])

    return Hazard(name, begin, end, **flags)


def _hand(name: str, where: Mapping[str, str], setting: str, low: float, high: float, *, opens: bool = False) -> Hazard:
    """Return a hand that changes one setting of one output."""
    return _at(name, where, "front_panel",
               lambda chance: {"change": f"{chance.randint(1, 3)} {setting} {chance.uniform(low, high):.4f}"},
               opens=opens)  # fmt: skip


def _wire(name: str, act: Callable[[Transistor], None], mend: Callable[[Transistor], None], *,
          slow: bool = False) -> Hazard:  # fmt: skip
    """Return what happens to a wire of a stage, or to its gate."""

    async def begin(scene: Scene) -> None:
        act(scene.transistor)

    async def end(scene: Scene) -> None:
        mend(scene.transistor)

    return Hazard(name, begin, end, slow=slow)


def _wired(wire: str, state: Wiring) -> Hazard:
    return _wire(f"{wire} wire {state.value}", lambda one: setattr(getattr(one, wire), "wiring", state),
                 lambda one: setattr(getattr(one, wire), "wiring", Wiring.OK),
                 slow=(wire, state) == ("drain", Wiring.OPEN))  # fmt: skip


def _put(name: str, suffix: str, value: Any) -> Hazard:
    """Return a person's put; what is refused is refused, and what takes long is not waited for."""

    async def put(scene: Scene) -> None:
        try:
            await scene.stage.put(f"{scene.amplifier}:{suffix}", value)
        except CryoError:
            return  # told in MSG

    return Hazard(name, put)


def _turned(name: str, hand: str, to: str, back: str) -> Hazard:
    """Return a hand at the cryostat."""

    async def begin(scene: Scene) -> None:
        await scene.stage.put(f"TWIN:{hand}:SP", to)

    async def end(scene: Scene) -> None:
        await scene.stage.put(f"TWIN:{hand}:SP", back)

    return Hazard(name, begin, end, own=False, lingers=True)


async def _opened_and_raised(scene: Scene) -> None:
    """Open both limits of an output, look at what happens, and turn its voltage up."""
    unit = scene.stage.world.installed[DRAINS[scene.amplifier]]
    number = scene.chance.randint(1, 3)
    for change in (f"{number} limit 1.0", f"{number} ovp 6.0"):
        faults.begin(Fault(0.0, DRAINS[scene.amplifier], "front_panel", None, {"change": change}), unit)
    await scene.stage.clock.sleep(scene.chance.uniform(0.6, 3.0))
    change = f"{number} volts {scene.chance.uniform(2.0, 5.0):.3f}"
    faults.begin(Fault(0.0, DRAINS[scene.amplifier], "front_panel", None, {"change": change}), unit)


async def _all_at_once(scene: Scene) -> None:
    unit = scene.stage.world.installed[DRAINS[scene.amplifier]]
    for change in ("1 limit 1.0", "1 ovp 6.0", "1 volts 3.0"):
        faults.begin(Fault(0.0, DRAINS[scene.amplifier], "front_panel", None, {"change": change}), unit)


async def _killed(scene: Scene) -> None:
    await scene.stage.end_ioc()


async def _started(scene: Scene) -> None:
    scene.stage.begin_ioc()


def _channel(chance: random.Random) -> dict[str, Any]:
    return {"channel": chance.randint(1, 3)}


LINES = ("silence", "no_reply", "garbage", "half_line", "extra_line", "wrong_id", "disconnect")
SUPPLIES = {"drain supply": DRAINS, "gate supply": GATES}
TABLE = (
    *(_at(f"{who}: {kind}", where, kind) for who, where in SUPPLIES.items() for kind in LINES),
    *(_at(f"{who}: delay", where, "delay", lambda chance: {"seconds": chance.uniform(0.05, 0.6)})
      for who, where in SUPPLIES.items()),
    *(_at(f"{who}: mains", where, "power_cycle", lambda chance: {"line_stays": chance.random() < 0.5})
      for who, where in SUPPLIES.items()),
    *(_at(f"{who}: stuck output", where, "stuck_output", _channel) for who, where in SUPPLIES.items()),
    _hand("hand: drain voltage", DRAINS, "volts", 0.0, 1.99),
    _hand("hand: drain over its protection", DRAINS, "volts", 2.01, 5.0),
    _hand("hand: drain limit lowered", DRAINS, "limit", 1e-3, 13e-3),
    _hand("hand: drain limit raised", DRAINS, "limit", 14.2e-3, 1.0, opens=True),
    _hand("hand: drain protection lowered", DRAINS, "ovp", 0.1, 1.9),
    _hand("hand: drain protection raised", DRAINS, "ovp", 2.1, 6.0, opens=True),
    _hand("hand: drain off", DRAINS, "on", 0.0, 0.0),
    _hand("hand: gate voltage", GATES, "volts", -6.0, 2.0),
    _hand("hand: gate limit raised", GATES, "limit", 2e-3, 0.1, opens=True),
    _hand("hand: gate off", GATES, "on", 0.0, 0.0),
    Hazard("hand: limits opened, then voltage", _opened_and_raised, opens=True),
    *(_wired(wire, state) for wire in ("drain", "gate") for state in (Wiring.OPEN, Wiring.SHORT)),
    _wire("gate leaks", lambda one: setattr(one, "leak", 100.0), lambda one: setattr(one, "leak", 1.0)),
    _turned("compressor stops", "COMPRESSOR", "Off", "On"),
    _turned("vessel vented", "VENT", "Open", "Closed"),
    _at("thermometer: silence", "TM1", "silence", own=False),
    _at("thermometer: sensor open", "TM1", "sensor_open", lambda _: SECOND_STAGE, own=False),
    _at("gauge: disconnect", "VG1", "disconnect", own=False),
    _at("contacts: disconnect", "AI1", "disconnect", own=False),
    Hazard("IOC killed", _killed, _started, own=False),
    _put("put: Off", "BIAS:SP", "Off"),
    _put("put: OFF", "OFF", 1),
    _put("put: Warm", "BIAS:SP", "Warm"),
    _put("put: Cold", "BIAS:SP", "Cold"),
    _put("put: servo off", "S1:SERVO:SP", "Off"),
    _put("put: drain", "S2:VD:SP", 0.8),
    _put("put: current", "S3:ID:SP", 2.0),
)  # fmt: skip
# What no IOC can prevent, and a campaign must see: everything at once, faster than any poll.
CONTROL = Hazard("control: limits and voltage at once", _all_at_once)
HAZARDS: Mapping[str, Hazard] = {hazard.name: hazard for hazard in (*TABLE, CONTROL)}


@dataclass(frozen=True)
class Draw:
    """One hazard at one moment of a biasing."""

    seed: int
    number: int
    bias: str  # Cold or Warm
    amplifier: str
    hazard: str
    at: float  # s after the bias was put
    duration: float | None  # s; None: it stays

    @property
    def chance(self) -> random.Random:
        """Where the figures of the hazard come from."""
        return random.Random(f"figures {self.seed} {self.number}")


def draw(seed: int, number: int, length: float) -> Draw:
    """Return one draw of a seed: the table in turn, all else by chance, within ``length`` seconds of a biasing."""
    chance = random.Random(f"bias campaign {seed} {number}")
    names = [hazard.name for hazard in TABLE]
    random.Random(f"bias campaign {seed} round {number // len(names)}").shuffle(names)
    hazard = names[number % len(names)]
    stays = chance.random() < 0.3
    return Draw(seed, number, chance.choice(("Cold", "Cold", "Warm")), chance.choice(("LCP", "RCP")), hazard,
                chance.uniform(0.0, length), None if stays else chance.uniform(0.2, 4.0))  # fmt: skip
