"""A day in the life of the STVP, from warm to warm, as somebody lives it who makes no mistake.

What is done and in which order is the manual's (seed 000, "Operation" and "Shut down"); flows and rates are those of
the acceptance sheet.  Set points, ranges and ramps are put to the IOC, everything that is done by hand to the twin.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cryoioc.rehearsal.day_person import FULL, MINUTE, Person
from cryoioc.rehearsal.day_watch import LOOPS
from cryosim.plant.stvp_parameters import PSI

PRESSURE = 1.25 * PSI  # Pa, of the dewar above the atmosphere; sheet: 1 to 2 psi
ATMOSPHERE = 1013.25  # mbar
POSITIVE = 5.0  # mbar above it, at which the tube may be vented
COOLING, WAITING, BUSY = 2.5, 20.0, 12.0  # turns; SLPM while the shield cools; SLPM that keep air out of an open tube

GAINS = (("P", 50.0), ("I", 20.0))  # as on the sheet
# At 295 K the Cernox scatters by 0.06 K (one standard deviation), whatever the loop does: INPOS has to allow for it.
CLOSE, SCATTER = 0.05, 1e-3  # K, of the temperature: tolerance of both loops
UNPLUGGED = ("SAMPLE:STATUS", "OK")  # what says so, and must
BEYOND_THE_METER = ("OK",)  # as with every required reading that is not valid
DAY = 24.0 * 60.0  # min

Doing = Callable[[Person], Awaitable[None]]


async def heaters_off(person: Person) -> None:
    """Put both ranges off."""
    for loop in LOOPS:
        await person.put(f"{loop}:RANGE:SP", "Off")


async def vent_when_positive(person: Person) -> None:
    """Stop pumping, and open the tube only when nothing can stream back."""
    await person.put("TWIN:PUMP:SP", "Off")
    await person.until("pressure in the tube", lambda: person.get("TUBE:PRESSURE") > ATMOSPHERE + POSITIVE)
    await person.put("TWIN:VENT:SP", "Open")


async def stand_warm(person: Person) -> None:
    """Everything off, valve shut; the gains of the day are set."""
    for loop in LOOPS:
        for name, value in GAINS:
            await person.put(f"{loop}:{name}:SP", value)
    await person.spend(20.0)


async def cool_down(person: Person) -> None:
    """Under the pump, then vented, with the heaters off."""
    await person.put("TWIN:DEWAR:PRESSURE:SP", PRESSURE)
    await person.put("TWIN:VENT:SP", "Closed")
    await person.put("TWIN:PUMP:SP", "On")
    with person.watch.expecting(*BEYOND_THE_METER):
        await person.valve(COOLING)
        await person.until("vaporizer at 160 K", lambda: person.get("VAP:TEMP") < 160.0)
        await vent_when_positive(person)
        await person.until("vaporizer at 10 K", lambda: person.get("VAP:TEMP") < 10.0)
    await person.spend(32.0, flow=WAITING)


def hold(vaporizer: float, sample: float, flow: float, minutes: float, heating: str = "High") -> Doing:
    """Return who sets both loops, [K], and the flow, [SLPM], and sees them in position in the end."""

    async def doing(person: Person) -> None:
        await person.until("helium", lambda: 0.5 * flow < person.get("FLOW") < 2.0 * flow, flow=flow)
        await set_points(person, vaporizer, sample)
        for loop, kelvin in zip(LOOPS, (vaporizer, sample), strict=True):
            await person.put(f"{loop}:TOL:SP", max(CLOSE, SCATTER * kelvin))
            await person.put(f"{loop}:RANGE:SP", heating)
        await person.spend(minutes, flow)
        await in_position(person)

    return doing


async def set_points(person: Person, vaporizer: float, sample: float) -> None:
    """Put both, [K]."""
    await person.put("LOOP1:TEMP:SP", vaporizer)
    await person.put("LOOP2:TEMP:SP", sample)


async def in_position(person: Person) -> None:
    """Look whether both loops are."""
    await person.until("both loops in position", lambda: all(person.get(f"{n}:INPOS") == "Yes" for n in LOOPS), 2.0)


def ramp(vaporizer: float, sample: float, rate: float, flow: float, minutes: float) -> Doing:
    """Return who ramps both loops, [K/min], holds one of them on the way, and goes on."""

    async def doing(person: Person) -> None:
        for loop in LOOPS:
            await person.put(f"{loop}:RAMP:RATE:SP", rate)
            await person.put(f"{loop}:RAMP:SP", "On")
        await set_points(person, vaporizer, sample)
        await person.spend(5.0, flow)
        await person.put("LOOP2:STOP")
        await person.spend(5.0, flow)
        await person.put("LOOP2:TEMP:SP", sample)
        await person.spend(minutes - 10.0, flow)
        await in_position(person)
        for loop in LOOPS:
            await person.put(f"{loop}:RAMP:SP", "Off")

    return doing


async def restart_ioc(person: Person) -> None:
    """The IOC is restarted with both loops in control, which go on."""
    ranges = [person.get(f"{loop}:RANGE") for loop in LOOPS]
    await person.restart_ioc()
    await person.until("ranges as before", lambda: [person.get(f"{loop}:RANGE") for loop in LOOPS] == ranges, 1.0)
    await person.spend(10.0)
    await in_position(person)


async def leave_alone(person: Person) -> None:
    """The night: nobody touches anything, and all is as it was in the morning."""
    await person.spend(8.0 * 60.0)
    await in_position(person)


async def change_sample(person: Person) -> None:
    """Heaters off, helium on; plug pulled, positioner out, another one in, plug back."""
    await heaters_off(person)
    await person.spend(5.0, BUSY)
    with person.watch.expecting(*UNPLUGGED):
        await person.put("TWIN:TC1:FAULT:SENSOR_OPEN:ARG", "B")
        await person.put("TWIN:TC1:FAULT:SENSOR_OPEN:SP", "On")
        await person.spend(1.0, BUSY)
        await person.put("TWIN:SAMPLE:IN:SP", "Out")
        await person.spend(10.0, BUSY)
        await person.put("TWIN:SAMPLE:IN:SP", "In")
        await person.put("TWIN:TC1:FAULT:SENSOR_OPEN:SP", "Off")
        await person.until("the sample's thermometer", lambda: person.get("SAMPLE:VALID") == "Yes", 2.0, BUSY)


async def refill(person: Person) -> None:
    """Heaters off, valve shut, dewar vented; filled, pressed again, and helium at the meter before anything heats."""
    before = person.get("FLOW")
    await heaters_off(person)
    await person.valve(0.0)
    await person.put("TWIN:CYLINDER:SP", "Closed")
    await person.put("TWIN:DEWAR:VENT:SP", "Open")
    await person.until("dewar without pressure", lambda: person.get("DEWAR:PRESSURE") < 10.0, 10.0)
    await person.put("TWIN:DEWAR:REFILL")
    await person.put("DEWAR:LEVEL:MEASURE")
    await person.put("TWIN:DEWAR:VENT:SP", "Closed")
    await person.put("TWIN:CYLINDER:SP", "Open")
    await person.until("dewar pressed", lambda: person.get("DEWAR:PRESSURE") > 70.0, 10.0)
    await person.until("helium", lambda: person.get("FLOW") > 0.5 * before, 10.0, before)


async def superfluid(person: Person) -> None:
    """Fill the tube, shut the valve, pump until it is used up; then pump on what a little of the valve lets in."""
    await heaters_off(person)
    await person.spend(20.0, WAITING)
    with person.watch.expecting(*BEYOND_THE_METER):
        await person.valve(FULL)
        await person.spend(2.0)
        await person.valve(0.0)
        await person.put("TWIN:VENT:SP", "Closed")
        await person.put("TWIN:PUMP:SP", "On")
        await person.until("vaporizer superfluid", lambda: person.get("VAP:TEMP") < 2.1, 5.0)
    await person.spend(20.0)
    await person.valve(0.25)
    await person.spend(40.0)
    await person.valve(1.0)
    await vent_when_positive(person)
    await person.spend(15.0, WAITING)


async def shut_down(person: Person) -> None:
    """Heaters first, then valve and vent, and no pressure in the dewar."""
    await heaters_off(person)
    await person.valve(0.0)
    await person.put("TWIN:VENT:SP", "Closed")
    await person.put("TWIN:CYLINDER:SP", "Closed")
    await person.put("TWIN:DEWAR:VENT:SP", "Open")
    await person.spend(10.0)


async def until_midnight(person: Person) -> None:
    """Warm and shut until the day is over."""
    await person.spend(DAY - person.watch.elapsed / MINUTE)


# 24 h.  [K] of vaporizer and sample, [SLPM], [min].
WHOLE_DAY: tuple[tuple[str, Doing], ...] = (
    ("warm, everything off", stand_warm),
    ("cooldown under the pump, then vented", cool_down),
    ("13 K and 15 K", hold(13.0, 15.0, 8.8, 45.0)),
    ("5.5 K and 6 K, range Medium", hold(5.5, 6.0, 17.0, 40.0, "Medium")),
    ("50 K and 52 K", hold(50.0, 52.0, 6.0, 60.0)),
    ("100 K and 103 K", hold(100.0, 103.0, 5.0, 60.0)),
    ("IOC restarted while it heats", restart_ioc),
    ("ramp of 3 K/min to 145 K and 150 K, held on the way", ramp(145.0, 150.0, 3.0, 5.0, 45.0)),
    ("295 K and 300 K", hold(295.0, 300.0, 4.5, 75.0)),
    ("sample changed, warm", change_sample),
    ("back to 20 K and 22 K, in control", hold(20.0, 22.0, 12.0, 75.0)),
    ("dewar refilled", refill),
    ("20 K and 22 K again", hold(20.0, 22.0, 9.0, 20.0)),
    ("night, left alone", leave_alone),
    ("sample changed, cold", change_sample),
    ("30 K and 32 K as soon as it is in", hold(30.0, 32.0, 12.0, 60.0)),
    ("superfluid, filled and pumped; then by a quarter of a turn", superfluid),
    ("200 K and 200 K", hold(200.0, 200.0, 5.0, 60.0)),
    ("290 K and 290 K, to warm up", hold(290.0, 290.0, 4.5, 60.0)),
    ("shut down", shut_down),
    ("warm until midnight", until_midnight),
)
