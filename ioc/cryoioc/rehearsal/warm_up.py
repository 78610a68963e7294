"""The receiver warmed up by its heaters, through IOC, line and supply, beside its plant that is driven alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cryoioc.clock import run_virtual
from cryoioc.errors import StationError
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station
from cryosim.acceptance_report import Markers
from cryosim.acceptance_yebes import HOUR, LOOK, SUBSTEP, WARM
from cryosim.plant.crx import Crx
from cryosim.plant.crx_parameters import YEBES

PLANT = "crx"
HEATERS = "HEATERS"
STAGES = ("STAGE1", "STAGE2")
LONGEST = 10.0  # h
APART = 0.5  # K, between what the IOC reads of a stage and what it has in the plant alone
LATE = 0.01  # part of the time
PLACE = Markers("<!-- warm-up: begin, written by `cryoioc acceptance --doc` -->", "<!-- warm-up: end -->")


@dataclass(frozen=True)
class WarmUp:
    """What was seen."""

    volts: float  # V, as the supply was told
    amperes: float  # A, as the IOC read it at the end
    hours: float | None  # until both stages read warm; None: they do not yet
    alone: float | None  # h, the same of the plant that is driven alone
    apart: float  # K, farthest
    ended: str  # STATE of the heaters at the end

    @property
    def holds(self) -> bool:
        """Whether IOC and plant agree, as far as they were looked at."""
        if self.ended != "On" or self.apart > APART or (self.hours is None) != (self.alone is None):
            return False
        return self.hours is None or self.alone is None or abs(self.hours - self.alone) <= LATE * self.alone


def insist(station: Station) -> None:
    """Raise ``StationError`` when the station lacks what is warmed, or with what."""
    wanted = {f"power.{HEATERS}": HEATERS in station.powers,
              **{f"thermometer.{name}": name in station.thermometers for name in STAGES}}  # fmt: skip
    if missing := [name for name, there in wanted.items() if not there]:
        raise StationError([f"{station.path}: {name}: missing, expected for the warm-up" for name in missing])


def rehearse(station: Station, progress: Callable[[float], None] | None = None, ends: float = LONGEST) -> WarmUp:
    """Stop the compressor of a cold receiver and switch its heaters on; return what comes of it within some hours.

    Parameters
    ----------
    station : Station
        Of the receiver; what drives the heaters is in its file.
    progress : callable, optional
        Told how many hours are over, [h].
    ends : float
        How long at most, [h].

    Raises
    ------
    CryoError
        When a put is refused.
    """
    return run_virtual(_rehearse(replace(station, state_dir=""), progress or (lambda _: None), ends))


async def _rehearse(station: Station, progress: Callable[[float], None], ends: float) -> WarmUp:
    stage, spec = Stage(station), station.powers[HEATERS]
    alone = Crx(YEBES, substep=SUBSTEP)
    alone.reset("cold")
    async with stage.open():
        await stage.ready()
        await stage.put("TWIN:COMPRESSOR:SP", "Off")
        await stage.put(f"{HEATERS}:PROGRAM")
        await stage.put(f"{HEATERS}:STATE:SP", "On")
        alone.turn("compressor", False)
        alone.lines[HEATERS].apply(spec.voltage, spec.max_current)
        hours, apart = 0.0, 0.0
        warm: list[float | None] = [None, None]
        while hours < ends and None in warm:
            await stage.clock.sleep(LOOK)
            alone.advance(LOOK)
            hours += LOOK / HOUR
            read = [stage.get(f"{name}:TEMP") for name in STAGES]
            there = [alone.temperature(name) for name in STAGES]
            apart = max(apart, *(abs(one - other) for one, other in zip(read, there, strict=True)))
            warm = [hours if begun is None and min(kelvin) > WARM else begun
                    for begun, kelvin in zip(warm, (read, there), strict=True)]  # fmt: skip
            progress(hours)
        return WarmUp(spec.voltage, stage.get(f"{HEATERS}:CURR") * 1e-3, warm[0], warm[1], apart,
                      stage.get(f"{HEATERS}:STATE"))  # fmt: skip


def tell(seen: WarmUp) -> str:
    """Return one sentence."""
    if seen.hours is None or seen.alone is None:
        return f"Not warm: {seen.volts:g} V, {HEATERS}:STATE {seen.ended}."
    drive = f"{seen.volts:g} V and {seen.amperes:.2f} A"
    return (f"Warm-up through IOC and supply with {drive}: {seen.hours:.2f} h; in the plant alone {seen.alone:.2f} h, "
            f"from which the IOC's readings are never more than {seen.apart:.2f} K away.")  # fmt: skip
