"""The receiver's figures: what seed 001 states, what the reference adds, and what the twin gives, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryosim.acceptance import Kind, Row
from cryosim.physics.fet import gate_voltage, pinch_off
from cryosim.plant.amplifier import Amplifier
from cryosim.plant.amplifier_sheet import SHEETS
from cryosim.plant.crx import Crx
from cryosim.plant.crx_parameters import YEBES, Parameters
from cryosim.plant.crx_state import MBAR, PUMPED, STAGE1, STAGE2

HOUR = 3600.0  # s
SUBSTEP = 5.0  # s; half of it changes no row by 1 %
LOOK = 20.0  # s between two looks
LONGEST = 48.0 * HOUR  # for anything that is waited for
CLOSED_BELOW = 0.01  # Pa, at which the vacuum valve is closed
COLD = 20.0  # K of the second stage at the end of the cooldown
WARM = 285.0  # K of both stages: no dew in a room of 22 degC and 50 %
SETTLING, AT_60_HZ = 24.0 * HOUR, 12.0 * HOUR
AMPLIFIER_LIMIT, GATE_LIMIT = 12e-3, 1e-3  # A, of the supplies
DEFAULT_LIMIT, DOCUMENT_VOLTS, REGENERATION_VOLTS = 0.5, 50.0, 15.8  # A, V, V; physics.md 9.5
AMPLE = 1.0  # A, where only the voltage limits
STAGES = 14  # of the play, for whoever shows its progress


@dataclass
class Figures:
    """What the twin gave; temperatures in [K], pressures in [mbar], times in [h]."""

    pumped: float = 0.0
    cooldown: float = 0.0
    first: float = 0.0
    second: float = 0.0
    first_load: float = 0.0  # W
    second_load: float = 0.0  # W
    bias: float = 0.0  # W
    cold_pressure: float = 0.0
    fast: tuple[float, float] = (0.0, 0.0)  # both stages with mains of 60 Hz
    leaking: tuple[float, float, float] = (0.0, 0.0, 0.0)  # pressure and both stages after an hour
    after_leak: float = 0.0
    gas_after_leak: float = 0.0
    alone: float = 0.0  # warm-up without heaters and without a leak
    default: float = 0.0  # warm-up with 0.5 A
    document: float = 0.0  # warm-up with 50 V
    default_volts: float = 0.0  # at the connector
    powers: dict[str, float] = field(default_factory=dict)  # W, in one heater, by how the line is driven
    document_current: float = 0.0  # A


def play(
    parameters: Parameters = YEBES, progress: Callable[[float], None] | None = None, substep: float = SUBSTEP
) -> Figures:
    """Pump, cool, let settle, leak, and warm up in four ways; return what was seen.

    Parameters
    ----------
    parameters : Parameters
        Of the cryostat.
    progress : callable, optional
        Told how many parts of the day are over.
    substep : float
        Of the plant, [s].
    """
    told = progress or (lambda _: None)
    seen, plant = Figures(), Crx(parameters, substep=substep)
    _cool(plant, seen)
    told(4)
    _operate(plant, seen)
    told(9)
    _leak(plant, seen)
    told(11)
    seen.alone = _warm_up(_cold(parameters, substep))
    seen.default = _heated(parameters, substep, 100.0, DEFAULT_LIMIT)
    seen.document = _heated(parameters, substep, DOCUMENT_VOLTS, AMPLE)
    _lines(parameters, seen)
    told(STAGES)
    return seen


def _wait(plant: Crx, over: Callable[[], bool]) -> float:
    """Let time pass until something is so; return how long it took, [h]."""
    began = plant.state.seconds
    while not over() and plant.state.seconds - began < LONGEST:
        plant.advance(LOOK)
    return (plant.state.seconds - began) / HOUR


def _cool(plant: Crx, seen: Figures) -> None:
    plant.turn("pump", True)
    plant.turn("valve", True)
    seen.pumped = _wait(plant, lambda: plant.residual_gas().total < PUMPED)
    plant.turn("compressor", True)
    pumping = _wait(plant, lambda: plant.residual_gas().total < CLOSED_BELOW)
    plant.turn("valve", False)
    seen.cooldown = pumping + _wait(plant, lambda: plant.temperature("STAGE2") < COLD)


def _operate(plant: Crx, seen: Figures) -> None:
    for amplifier in plant.amplifiers.values():
        bias(amplifier, plant.temperature("STAGE2"))
    plant.advance(SETTLING)
    seen.first, seen.second = plant.temperature("STAGE1"), plant.temperature("STAGE2")
    seen.first_load, seen.second_load = plant.state.capacity[STAGE1], plant.state.capacity[STAGE2]
    seen.bias = sum(amplifier.power() for amplifier in plant.amplifiers.values())
    seen.cold_pressure = plant.residual_gas().total / MBAR
    plant.turn("mains", "60 Hz")
    plant.advance(AT_60_HZ)
    seen.fast = (plant.temperature("STAGE1"), plant.temperature("STAGE2"))
    plant.turn("mains", "50 Hz")
    plant.advance(AT_60_HZ)


def bias(amplifier: Amplifier, kelvin: float) -> None:
    """Give an amplifier the cold bias of its data sheet, gates first, drops of the leads added."""
    rows = SHEETS[amplifier.serial].cold
    cabling = amplifier.cabling
    ground = sum(row.current for row in rows) * cabling.ground
    for stage, row in zip(amplifier.stages, rows, strict=True):
        pinch = pinch_off(kelvin, stage.transistor.cold, stage.transistor.warm) + cabling.drift
        stage.gate.apply(gate_voltage(row.drain, row.current, pinch, kelvin) + ground, GATE_LIMIT)
    for stage, row in zip(amplifier.stages, rows, strict=True):
        stage.drain.apply(row.drain + row.current * cabling.drain + ground, AMPLIFIER_LIMIT)


def unbias(amplifier: Amplifier) -> None:
    """Take the bias away, drains first."""
    for stage in amplifier.stages:
        stage.drain.disconnect()
    for stage in amplifier.stages:
        stage.gate.disconnect()


def _leak(plant: Crx, seen: Figures) -> None:
    plant.begin_fault("leak")
    plant.advance(HOUR)
    plant.end_fault("leak")
    pressure = plant.residual_gas().total / MBAR
    seen.leaking = (pressure, plant.temperature("STAGE1"), plant.temperature("STAGE2"))
    for amplifier in plant.amplifiers.values():
        unbias(amplifier)
    seen.after_leak = _warm_up(plant)
    seen.gas_after_leak = plant.residual_gas().total / MBAR


def _cold(parameters: Parameters, substep: float) -> Crx:
    plant = Crx(parameters, substep=substep)
    plant.reset("cold")
    return plant


def _warm_up(plant: Crx) -> float:
    plant.turn("compressor", False)
    return _wait(plant, lambda: min(plant.temperature("STAGE1"), plant.temperature("STAGE2")) > WARM)


def _heated(parameters: Parameters, substep: float, volts: float, limit: float) -> float:
    plant = _cold(parameters, substep)
    plant.lines["HEATERS"].apply(volts, limit)
    return _warm_up(plant)


def _lines(parameters: Parameters, seen: Figures) -> None:
    """Read what supplies see of heaters and zeolite resistors, all thermostats closed."""
    plant = _cold(parameters, SUBSTEP)
    heaters, zeolite = plant.lines["HEATERS"], plant.lines["REGEN"]
    heaters.apply(100.0, DEFAULT_LIMIT)
    seen.default_volts, seen.powers["default"] = heaters.read().volts, heaters.powers()[0]
    heaters.apply(DOCUMENT_VOLTS, AMPLE)
    seen.document_current, seen.powers["document"] = heaters.read().amperes, heaters.powers()[0]
    zeolite.apply(REGENERATION_VOLTS, AMPLE)
    seen.powers["zeolite"] = zeolite.powers()[0]


def _near(value: float, share: float) -> tuple[float, float]:
    return value * (1.0 - share), value * (1.0 + share)


def rows() -> tuple[Row[Figures], ...]:
    """Return the rows; bars of the operating point as physics.md 0, of all times and of what a leak does 10 %."""
    return (*_operating_rows(), *_leak_rows(), *_heater_rows())


def _operating_rows() -> tuple[Row[Figures], ...]:
    fitted, predicted = Kind.FITTED, Kind.PREDICTED
    first, second = "first_conductance", "second_conductance, second_room"
    return (
        Row("pump-down to 1e-2 mbar", "h", "(1.3)", *_near(1.3, 0.1), fitted, "water", lambda f: f.pumped),
        Row("cooldown to 20 K", "h", "(8.5)", *_near(8.5, 0.1), fitted, "masses", lambda f: f.cooldown),
        Row("first stage", "K", "90", 89.9, 90.1, fitted, first, lambda f: f.first),
        Row("first stage: load", "W", "19", 18.98, 19.02, fitted, first, lambda f: f.first_load),
        Row("second stage", "K", "19", 18.9, 19.1, fitted, second, lambda f: f.second),
        Row("second stage: load", "W", "4", 3.98, 4.02, fitted, second, lambda f: f.second_load),
        Row("bias of both amplifiers", "mW", "9 + 9", 17.0, 18.0, predicted, "", lambda f: 1e3 * f.bias),
        Row("pressure cold", "mbar", "1e-6", *_near(1e-6, 0.1), fitted, "wall_outgassing", lambda f: f.cold_pressure),
        Row("60 Hz: first stage", "K", "(78.8)", *_near(78.8, 0.01), predicted, "", lambda f: f.fast[0]),
        Row("60 Hz: second stage", "K", "(17.0)", *_near(17.0, 0.01), predicted, "", lambda f: f.fast[1]),
    )


def _leak_rows() -> tuple[Row[Figures], ...]:
    fitted, predicted = Kind.FITTED, Kind.PREDICTED
    return (
        Row("leak 2e-2 mbar l/s, 1 h: pressure", "mbar", "(1.3e-3)", *_near(1.3e-3, 0.1), predicted, "",
            lambda f: f.leaking[0]),
        Row("leak: first stage", "K", "(100)", *_near(100.0, 0.1), predicted, "", lambda f: f.leaking[1]),
        Row("leak: second stage", "K", "(23)", *_near(23.0, 0.1), fitted, "cold_area", lambda f: f.leaking[2]),
        Row("leak: warm-up, compressor off", "h", "(5.6)", *_near(5.6, 0.1), predicted, "", lambda f: f.after_leak),
    )  # fmt: skip


def _heater_rows() -> tuple[Row[Figures], ...]:
    fitted, predicted = Kind.FITTED, Kind.PREDICTED
    return (
        Row("50 V: current", "A", "0.5 (0.62)", 0.61, 0.63, predicted, "", lambda f: f.document_current),
        Row("50 V: one heater", "W", "25 (9.5)", 9.4, 9.6, predicted, "", lambda f: f.powers["document"]),
        Row("50 V: warm-up", "h", "(5.5)", *_near(5.5, 0.1), fitted, "water_pressure", lambda f: f.document),
        Row("0.5 A: connector", "V", "(40.5)", 40.4, 40.6, predicted, "", lambda f: f.default_volts),
        Row("0.5 A: one heater", "W", "(6.25)", 6.2, 6.3, predicted, "", lambda f: f.powers["default"]),
        Row("15.8 V: one zeolite resistor", "W", "2.5 (0.95)", 0.94, 0.96, predicted, "",
            lambda f: f.powers["zeolite"]),
    )  # fmt: skip


def published(seen: Figures) -> tuple[tuple[str, str], ...]:
    """Return what nobody has stated yet: the figure and its name, for people."""
    return (
        ("warm-up with the default of 0.5 A", f"{seen.default:.1f} h"),
        ("warm-up without heaters, good vacuum", f"{seen.alone:.1f} h"),
        ("gas after the warm-up that follows the leak", f"{seen.gas_after_leak:.1f} mbar"),
    )
