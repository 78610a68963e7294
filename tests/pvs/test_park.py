"""How heaters are left when the IOC is told to end: as they are, unless the station file says otherwise."""

from __future__ import annotations

from cryoioc.pvs.park import park

from .laboratory import edited, scene

PARKED = edited(("output = 1\n", 'output = 1\npark = "range off"\n'))


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
    await lab.put_field("LOOP1:RANGE:SP", "DISP", 1)  # keeps clients out, not this
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
