"""How heaters are left when the IOC is told to end: as they are, unless the station file says otherwise."""

from __future__ import annotations

import asyncio

import pytest

from cryoioc.pvs.park import PATIENCE, park

from .laboratory import edited, scene

PARKED = edited(("output = 1\n", 'output = 1\npark = "range off"\n'))
LOOP = """
[loop.LOOP{n}]
instrument = "{controller}"
output = {output}
heater_ohm = 50.0
max_current = 0.1
sp_min = 1.4
sp_max = 300.0
park = "range off"
"""
SEVERAL = """
[station]
name = "P"
prefix = "P:"
[instrument.TC1]
model = "lakeshore336"
port = "x"
[instrument.TC2]
model = "lakeshore336"
port = "y"
[thermometer.A]
instrument = "TC1"
input = "A"
[thermometer.B]
instrument = "TC2"
input = "A"
""" + "".join(
    LOOP.format(n=n, controller=controller, output=output)
    for n, controller, output in ((1, "TC1", 1), (2, "TC1", 2), (3, "TC2", 1))
)


@scene()
async def test_by_default_nothing_is_sent_and_it_is_said(lab):
    await lab.put("LOOP1:RANGE:SP", "Low")
    mark = lab.mark()
    said = await park(lab.ioc.loops, lab.clock)
    assert said == ["LOOP1 is left as it is: range Low", "LOOP2 is left as it is: range Off"]
    assert lab.commands(mark) == []
    assert lab.front_panel("RANGE? 1") == "1"


@scene(station=PARKED)
async def test_what_the_station_file_wants_off_is_put_off_and_nothing_else(lab):
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP2:RANGE:SP", "Medium")
    mark = lab.mark()
    said = await park(lab.ioc.loops, lab.clock)
    assert said == ["LOOP1 is parked: range Off (was Low)", "LOOP2 is left as it is: range Medium"]
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;2"
    assert lab.commands(mark) == ["RANGE 1,0"]
    assert lab["LOOP1:DROPPED"] == "No"


@scene(station=PARKED)
async def test_what_is_off_already_is_not_sent(lab):
    mark = lab.mark()
    said = await park(lab.ioc.loops, lab.clock)
    assert said[0] == "LOOP1 is parked: range Off (was Off)"
    assert lab.commands(mark) == []


@scene(station=PARKED)
async def test_an_instrument_that_is_away_is_said_so_and_holds_up_nobody(lab):
    await lab.put("LOOP1:RANGE:SP", "Low")
    lab.unplug()
    await lab.becomes("TC1:CONNECTED", "No")
    (said, _) = await park(lab.ioc.loops, lab.clock)
    assert said.startswith("LOOP1 COULD NOT BE PARKED, range unknown: TC1 is not connected")


@scene(station=SEVERAL)
async def test_loops_that_hang_are_given_up_together_and_hold_up_no_other(lab):
    for name in lab.station.loops:
        await lab.put(f"{name}:RANGE:SP", "Low")

    async def hang(*_) -> None:
        await asyncio.get_running_loop().create_future()

    lab.ioc.devices["TC1"].write = hang
    begun = lab.clock.now()
    said = await park(lab.ioc.loops, lab.clock)
    assert said == [
        "LOOP1 COULD NOT BE PARKED, range Low: no answer",
        "LOOP2 COULD NOT BE PARKED, range Low: no answer",
        "LOOP3 is parked: range Off (was Low)",
    ]
    assert lab.clock.now() - begun == pytest.approx(PATIENCE)
    assert [lab.front_panel("RANGE? 1", name) for name in ("TC1", "TC2")] == ["1", "0"]
