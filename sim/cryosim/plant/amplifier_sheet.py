"""What the maker measured on each amplifier, and what it does at another bias: noise temperature and gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryosim.physics.amplifier_noise import mismatch, noise_temperature, stage_gain_change
from cryosim.physics.fet import gate_voltage, transconductance, warmth
from cryosim.plant.amplifier import Amplifier
from cryosim.plant.amplifier_stage import Stage


@dataclass(frozen=True)
class Row:
    """Best bias of one stage at one temperature; seed 001, section 2.6.1."""

    drain: float  # V
    current: float  # A


@dataclass(frozen=True)
class Sheet:
    """Data sheet of one amplifier, with the constants that follow from it (bias-flow-vacuum.md 2.4)."""

    cold: tuple[Row, Row, Row]  # at 15 K
    warm: tuple[Row, Row, Row]  # at 297 K
    scale: float  # of the noise temperature
    exponent: float  # of the noise temperature
    gain_cold: float  # dB
    gain_warm: float  # dB


_WARM = (Row(1.0, 10e-3), Row(1.5, 10e-3), Row(1.5, 10e-3))
SHEETS: Mapping[str, Sheet] = {
    "YCA-2024 1103": Sheet(
        (Row(0.6, 4e-3), Row(0.5, 3e-3), Row(1.2, 4e-3)), _WARM, 0.23839, 0.99518, gain_cold=36.3, gain_warm=34.8
    ),
    "YCA-2031 0204": Sheet(
        (Row(0.6, 4e-3), Row(0.5, 4e-3), Row(1.1, 4e-3)), _WARM, 0.25327, 0.98276, gain_cold=36.4, gain_warm=34.4
    ),
}


def best_bias(sheet: Sheet, stage: int, kelvin: float) -> Row:
    """Return the best bias of a stage, 0 to 2, between the two temperatures of the sheet."""
    h, cold, warm = warmth(kelvin), sheet.cold[stage], sheet.warm[stage]
    return Row(cold.drain + (warm.drain - cold.drain) * h, cold.current + (warm.current - cold.current) * h)


def noise(amplifier: Amplifier, kelvin: float) -> float:
    """Return the noise temperature of an amplifier as it is biased, [K]."""
    sheet = SHEETS[amplifier.serial]
    amplifier.settle()
    return noise_temperature(
        kelvin,
        sheet.scale,
        sheet.exponent,
        [_mismatch(stage, best_bias(sheet, n, kelvin)) for n, stage in enumerate(amplifier.stages)],
    )


def _mismatch(stage: Stage, best: Row) -> float:
    return mismatch(stage.point.current, stage.point.drain, best.current, best.drain)


def gain(amplifier: Amplifier, kelvin: float) -> float:
    """Return the gain of an amplifier as it is biased, [dB]."""
    sheet = SHEETS[amplifier.serial]
    amplifier.settle()
    at_best = sheet.gain_cold + (sheet.gain_warm - sheet.gain_cold) * warmth(kelvin)
    return at_best + sum(
        _gain_change(stage, best_bias(sheet, n, kelvin), kelvin) for n, stage in enumerate(amplifier.stages)
    )


def _gain_change(stage: Stage, best: Row, kelvin: float) -> float:
    gate = gate_voltage(best.drain, best.current, stage.pinch, kelvin)
    at_best = transconductance(best.drain, gate, stage.pinch, kelvin)
    now = transconductance(stage.point.drain, stage.point.gate, stage.pinch, kelvin)
    return stage_gain_change(0.0 if stage.burnt else now, at_best)
