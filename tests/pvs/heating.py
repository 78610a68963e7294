"""Heaters on a station in the laboratory, and the trip that puts them off."""

from __future__ import annotations

from .laboratory import Laboratory

ON = 2.42e-5  # kg/s of helium, 8.8 SLPM


async def heat(lab: Laboratory, kelvin: float = 20.0, loops: tuple[str, ...] = ("LOOP1", "LOOP2")) -> None:
    """Heat with all loops to a temperature, and be there."""
    for loop in loops:
        await lab.put(f"{loop}:TEMP:SP", kelvin)
        await lab.put(f"{loop}:RANGE:SP", "Low")
    await lab.run(3.0)
    assert lab["INTLK"] == "OK"


async def trips(lab: Laboratory, name: str, why: str, within: float = 2.0) -> None:
    """Wait for a trip; check what it says, and that the heaters it guards are off at the instrument."""
    await lab.becomes(f"INTLK:{name}", "Tripped", within=within)
    assert why in lab[f"INTLK:{name}:WHY:LONG"] and lab[f"INTLK:{name}:WHY:LONG"][:2] == "20"
    assert lab[f"INTLK:{name}:WHY"] == lab[f"INTLK:{name}:WHY:LONG"].split(": ", 1)[1].split("; before")[0][:39]
    assert lab.alarm(f"INTLK:{name}") == ("STATE", "MAJOR")
    await lab.run(2.0)
    rule = lab.ioc.interlocks.engine.rules[name]
    for loop in lab.ioc.loops:
        if loop.name in rule.guards:
            assert lab.front_panel(f"RANGE? {loop.spec.output}") == "0"
            assert lab[f"{loop.name}:RANGE"] == lab[f"{loop.name}:RANGE:SP"] == "Off"
            assert lab[f"{loop.name}:STATE"] == "Tripped"
            assert name in await lab.refused(f"{loop.name}:RANGE:SP", "Low") or lab["INTLK:FIRST"] != name
    assert lab["INTLK"] == "Tripped" and lab["OK"] == "No"
