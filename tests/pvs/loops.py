"""What tests of control loops do again and again."""

from __future__ import annotations

from .laboratory import Laboratory


def near(value: float, wanted: float, by: float = 0.05) -> bool:
    """Say whether a reading is where it should be."""
    return abs(value - wanted) <= by


async def heat(lab: Laboratory, target: float = 20.5, reading: float = 20.0) -> None:
    """Let LOOP1 heat in range Low on a held sensor."""
    lab.hold(reading)
    await lab.run(1.0)
    await lab.put("LOOP1:TEMP:SP", target)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.until(lambda: lab["LOOP1:HEATER"] > 0.0)
