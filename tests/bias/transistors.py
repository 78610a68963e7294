"""Six transistors and their supplies, typed from bias-flow-vacuum.md 2.2 to 2.5 and not from the twin."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from cryoioc.bias import (
    Action,
    Amplifier,
    Bias,
    ClearProtection,
    Limits,
    Output,
    OutputReading,
    Port,
    ProgramLimits,
    Reading,
    SetVoltage,
    Stage,
    Surroundings,
    Switch,
    Target,
    Terminal,
    Window,
)

# serial, kelvin -> drain V, drain mA, gate V of each stage (2.2)
ROWS = {
    ("YCA-2024", 297): ((1.0, 10, -3.20), (1.5, 10, -0.01), (1.5, 10, 0.01)),
    ("YCA-2024", 15): ((0.6, 4, -1.19), (0.5, 3, 0.69), (1.2, 4, 0.21)),
    ("YCA-2031", 297): ((1.0, 10, -2.77), (1.5, 10, 0.15), (1.5, 10, 0.16)),
    ("YCA-2031", 15): ((0.6, 4, -1.20), (0.5, 4, 0.68), (1.1, 4, 0.38)),
}
# pinch-off at 15 K and at 297 K (2.3)
PINCH = {
    "YCA-2024": ((-1.267, -3.990), (0.721, -0.769), (0.184, -0.749)),
    "YCA-2031": ((-1.277, -3.560), (0.575, -0.609), (0.350, -0.599)),
}
DRAIN_OHM, RETURN_OHM = 15.5, 7.75  # ohm: one wire each, two for the return
LIMITS = Limits(current=14e-3, over_voltage=2.0)
GATE_LIMITS = Limits(current=1e-3)
DRAINS_END = 2.0  # V, and
CURRENTS_END = 15e-3  # A: what no transistor stands (2.1)


def interpolated(cold: float, warm: float, kelvin: float) -> float:
    """Return a quantity between its values at 15 K and at 297 K (2.3)."""
    low, high = math.hypot(15.0, 60.0), math.hypot(297.0, 60.0)
    return cold + (warm - cold) * (math.hypot(kelvin, 60.0) - low) / (high - low)


def conducted(cold: float, warm: float, kelvin: float, drain: float, gate: float) -> float:
    """Return the drain current of a transistor with these pinch-offs, [A] (2.3)."""
    if drain <= 0.0:
        return 0.0
    x = (gate - interpolated(cold, warm, kelvin)) / 0.5
    soft = x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))
    milli = 60.0 * math.tanh(interpolated(6.0, 4.0, kelvin) * soft**1.5 / 60.0)
    return 1e-3 * milli * math.tanh(drain / 0.35) * (1.0 + 0.08 * drain)


def amplifier(serial: str, resolution: float = 10e-6, gate_step: float = 1e-3) -> Amplifier:
    """Return one of the two as the biasing is told of it."""
    drain = Output(limits=LIMITS, lead_ohm=DRAIN_OHM, step=1e-3, highest=1.95)
    gate = Output(limits=GATE_LIMITS, step=gate_step, agrees=max(5e-3, gate_step), highest=5.0)
    stages = tuple(Stage(drain=drain, gate=gate, current_resolution=resolution, pinch_off=volts)
                   for volts in (-5.0, -2.1, -2.1))  # fmt: skip
    targets = {bias: tuple(Target(drain=volts, current=milli * 1e-3) for volts, milli, _ in ROWS[serial, kelvin])
               for bias, kelvin in ((Bias.COLD, 15), (Bias.WARM, 297))}  # fmt: skip
    windows = {Bias.COLD: Window(drain=1.3, current=6e-3, below=40.0),
               Bias.WARM: Window(drain=1.6, current=12e-3, above=250.0)}  # fmt: skip
    return Amplifier(stages=stages, windows=windows, targets=targets, return_ohm=RETURN_OHM)


@dataclass
class Supply:
    """One output as its front panel shows it; as after mains on, its limits are wide open."""

    volts: float = 0.0
    on: bool = False
    limits: Limits = field(default_factory=lambda: Limits(current=1.0, over_voltage=25.0))
    acted: bool = False  # its over-voltage protection
    held: tuple[float, bool] | None = None  # V and on: what it gives, stuck, whatever it is told
    read: bool = True  # its line is up

    def press(self, action: Action) -> bool:
        """Take a command; say whether it arrived."""
        if not self.read:
            return False
        match action:
            case SetVoltage(_, volts):
                self.volts = volts
            case Switch(_, on):
                self.on = on
            case ProgramLimits(_, limits):
                self.limits = replace(self.limits, current=limits.current,
                                      over_voltage=limits.over_voltage or self.limits.over_voltage)  # fmt: skip
            case ClearProtection():
                self.acted = False
        if self.volts > (self.limits.over_voltage or math.inf):
            self.acted, self.on = True, False
        return True

    @property
    def given(self) -> tuple[float, bool]:
        """Voltage and switch of what is really there."""
        return (self.volts, self.on) if self.held is None else self.held

    @property
    def stuck(self) -> bool:
        """Whether relay and regulator do not obey."""
        return self.held is not None

    def stick(self, stuck: bool) -> None:
        """Let them obey no more, or again."""
        self.held = self.given if stuck else None

    def mains_off_and_on(self) -> None:
        """Lose everything."""
        self.volts, self.on, self.acted, self.held = 0.0, False, False, None
        self.limits = Limits(current=1.0, over_voltage=25.0)


class Table:
    """An amplifier with its six outputs.

    Parameters
    ----------
    serial : str
    kelvin : float
        Temperature of the amplifier, [K].
    resolution : float
        To which drain currents are read, [A].
    """

    def __init__(self, serial: str, kelvin: float, resolution: float = 10e-6) -> None:
        self.serial, self.kelvin, self.resolution = serial, kelvin, resolution
        self.supplies = {Terminal(number, port): Supply() for number in (1, 2, 3) for port in Port}
        self.currents = [0.0, 0.0, 0.0]  # A
        self.leak = 1.0
        self.broken: set[int] = set()  # stages whose drain wire is open
        self.around = Surroundings(kelvin=kelvin)

    def gate(self, number: int) -> float:
        """Return the gate of a stage against the ground of the amplifier, [V]; nobody drives it: 0."""
        volts, on = self.supplies[Terminal(number, Port.GATE)].given
        return volts - sum(self.currents) * RETURN_OHM if on else 0.0

    def drain(self, number: int) -> float:
        """Return the drain of a stage against the ground of the amplifier, [V]."""
        supply, current = self.supplies[Terminal(number, Port.DRAIN)], self.currents[number - 1]
        volts, on = supply.given
        if not on:
            return 0.0
        offered = volts - current * DRAIN_OHM - sum(self.currents) * RETURN_OHM
        return offered if current < supply.limits.current else min(offered, 0.3)

    def settle(self) -> None:
        """Find the currents: each lifts the ground of all."""
        for _ in range(400):
            before = list(self.currents)
            for number in (1, 2, 3):
                supply = self.supplies[Terminal(number, Port.DRAIN)]
                wanted = 0.0
                volts, on = supply.given
                if on and number not in self.broken:
                    ground = sum(self.currents) * RETURN_OHM
                    at_drain = volts - self.currents[number - 1] * DRAIN_OHM - ground
                    cold_warm = PINCH[self.serial][number - 1]
                    wanted = min(conducted(*cold_warm, self.kelvin, at_drain, self.gate(number)), supply.limits.current)
                self.currents[number - 1] += 0.4 * (wanted - self.currents[number - 1])
            if max(abs(a - b) for a, b in zip(before, self.currents, strict=True)) < 1e-8:
                return

    def read(self, now: float) -> Reading:
        """Return what the supplies tell."""
        self.settle()
        outputs: dict[Terminal, OutputReading | None] = {}
        for terminal, supply in self.supplies.items():
            if not supply.read:
                outputs[terminal] = None
                continue
            amperes = self.currents[terminal.stage - 1]
            volts, on = supply.given
            if terminal.port is Port.GATE:
                amperes = volts * 1e-6 * self.leak if on else 0.0
            else:
                amperes = round(amperes / self.resolution) * self.resolution
            outputs[terminal] = OutputReading(
                when=now, on=supply.on, volts=volts if on else 0.0, amperes=amperes,
                setting=supply.volts, current_limit=supply.limits.current, over_voltage=supply.limits.over_voltage,
                tripped=("over-voltage",) if supply.acted else ())  # fmt: skip
        return Reading(outputs=outputs, around=replace(self.around))
