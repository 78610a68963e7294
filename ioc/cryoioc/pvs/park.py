"""What becomes of heaters and biases when the IOC is told to end: what the station file says, by default nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cryoioc.clock import Clock
from cryoioc.errors import CryoError
from cryoioc.pvs.amplifier import AmplifierGroup
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.power_output import PowerGroup
from cryoioc.station import RANGE_OFF

PATIENCE = 5.0  # s for all loops together


async def park(loops: Sequence[LoopGroup], clock: Clock) -> list[str]:
    """Put off what the station file wants off; return one line per loop on how it is left.

    All at once: who ends the IOC waits for the slowest of them, and not for each in turn.
    """
    return list(await asyncio.gather(*(_park(loop, clock) for loop in loops)))


def left_alone(powers: Sequence[PowerGroup], amplifiers: Sequence[AmplifierGroup]) -> list[str]:
    """Return one line per power output and amplifier on how it is left: nothing in a station file parks those."""
    shown = [*((power.name, power.state) for power in powers), *((one.name, one.bias) for one in amplifiers)]
    return [f"{name} is left as it is: {pv.value if pv.valid else 'not known'}" for name, pv in shown]


async def _park(loop: LoopGroup, clock: Clock) -> str:
    output = loop.output
    now = f"range {output.range or 'unknown'}"
    if loop.spec.park != RANGE_OFF:
        return f"{loop.name} is left as it is: {now}"

    async def off() -> None:
        await loop.device.write(output.range_slot, {"range": "Off"}, loop.clock.now)

    try:
        async with clock.timeout(PATIENCE):
            await output.range_setting.pair.carry_out(off)
    except (CryoError, TimeoutError) as error:
        return f"{loop.name} COULD NOT BE PARKED, {now}: {str(error) or 'no answer'}"
    return f"{loop.name} is parked: range Off (was {now.removeprefix('range ')})"
