"""Ways in which a heater could come on, or a wrong number look right: each was possible once."""

from __future__ import annotations

import asyncio

import pytest

from cryoioc.errors import CryoError

from .laboratory import scene
from .test_zones import ZONES


async def attempt(lab, name, value=1) -> str:
    """Put; return the reason of a refusal, or nothing."""
    try:
        await lab.put(name, value)
    except CryoError as error:
        return str(error)
    return ""


def heating_only(zone: int) -> tuple[float, ...]:
    table = list(ZONES)
    for k in range(3):
        table[8 * k + 5] = 3.0 if k + 1 == zone else 0.0
    return tuple(table)


async def zone_mode_off(lab, table, setpoint: float, ramp: str = "") -> None:
    lab.front_panel(f"SETP 1,{setpoint}{ramp}")
    await lab.put("LOOP1:ZONES:SP", table)
    await lab.put("LOOP1:MODE:SP", "Zone")
    await attempt(lab, "LOOP1:RANGE:SP", "Off")
    await lab.run(3.0)
    assert lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_stop_never_sends_a_setpoint_in_units_of_yesterday(lab):
    lab.hold(40.0)
    lab.front_panel("SETP 1,50;RANGE 1,3")
    await lab.run(10.0)
    since = lab.mark()
    lab.front_panel("INTYPE A,3,1,0,1,2")
    await attempt(lab, "LOOP1:STOP")
    await lab.run(5.0)
    assert float(lab.front_panel("SETP? 1")) < 0.0, lab.commands(since)  # in degC: 40 K is -233


@scene()
async def test_stop_of_a_ramp_needs_no_units(lab):
    await lab.ramp_from(13.0)
    await lab.put("LOOP1:TEMP:SP", 30.0)
    await lab.run(5.0)
    lab.front_panel("INTYPE A,3,1,0,1,2")
    await lab.put("LOOP1:STOP")
    await lab.run(5.0)
    assert 13.0 < lab["LOOP1:TARGET"] < 15.0
    assert lab["LOOP1:SETPOINT"] == lab["LOOP1:TARGET"]


@scene()
async def test_stop_in_zone_mode_does_not_switch_on(lab):
    lab.hold(13.0)
    await zone_mode_off(lab, ZONES, 120.0)
    assert "would switch it on" in await attempt(lab, "LOOP1:STOP")
    await lab.run(3.0)
    assert lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_a_fresh_start_in_a_heating_zone_is_refused(lab):
    lab.hold(13.0)
    await zone_mode_off(lab, heating_only(1), 120.0, ";RAMP 1,1,5")
    assert "zone 1 would switch it on" in await attempt(lab, "LOOP1:TEMP:SP", 40.0)
    await lab.run(3.0)
    assert lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_a_way_through_a_heating_zone_is_refused(lab):
    lab.hold(120.0)
    await zone_mode_off(lab, heating_only(2), 120.0, ";RAMP 1,1,100")
    assert "zone 2 would switch it on" in await attempt(lab, "LOOP1:TEMP:SP", 10.0)


@scene()
async def test_alloff_ends_the_ramp_that_would_cross_into_a_zone(lab):
    lab.hold(13.0)
    lab.front_panel("SETP 1,15;RAMP 1,1,100")
    await lab.put("LOOP1:ZONES:SP", ZONES)
    await lab.put("LOOP1:MODE:SP", "Zone")
    await attempt(lab, "LOOP1:RANGE:SP", "Low")
    await lab.run(3.0)  # until RAMP has been read anew
    await lab.put("LOOP1:TEMP:SP", 100.0)
    await lab.put("ALLOFF")
    await lab.run(60.0)
    assert lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_alloff_is_repeated_until_it_is_confirmed(lab):
    await lab.put("LOOP1:RANGE:SP", "Low")
    lab.hold(13.0)
    lab.world.installed["TC1"].line.faults.silence = True
    off = asyncio.ensure_future(lab.put("ALLOFF"))
    await lab.run(0.35)
    lab.world.installed["TC1"].line.faults.silence = False
    await off
    assert lab["LOOP1:RANGE"] == "Off" and lab["ALLOFF:STATUS"] == "OK"
    assert lab["LOOP1:DROPPED"] == "No"


@scene()
async def test_a_curve_limit_below_the_lowest_setpoint_stops_nothing(lab):
    number = int(lab.front_panel("INCRV? A"))
    lab.front_panel(f'CRVHDR {number},"X138113","X138113",4,1.0,1')
    await lab.run(30.0)
    assert lab.channel("VAP:TEMP").valid
    assert "setpoint limit" in await attempt(lab, "LOOP1:TEMP:SP", 20.0)


@scene()
async def test_a_loop_without_an_input_shows_no_temperature(lab):
    lab.front_panel("OUTMODE 1,1,0,0")
    await lab.becomes("LOOP1:INPUT", "None")
    assert lab.alarm("LOOP1:TEMP")[1] == "INVALID"
    lab.front_panel("OUTMODE 1,1,1,0;SETP 1,20")
    await lab.until(lambda: lab.channel("LOOP1:TEMP").valid, within=10.0)
    await lab.becomes("LOOP1:SETPOINT", 20.0)


@scene()
async def test_a_current_above_the_heaters_is_an_alarm_and_no_range_is_put(lab):
    lab.front_panel("HTRSET 1,0,1,0,1.6,1")
    await lab.becomes("LOOP1:IMAX", 1.6)
    assert lab["LOOP1:HEATER:LIMIT"] == "Exceeded" and lab.alarm("LOOP1:HEATER:LIMIT")[1] == "MAJOR"
    assert "above the heater's" in await attempt(lab, "LOOP1:RANGE:SP", "High")
    await lab.run(2.0)
    assert lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_an_alarm_limit_the_instrument_did_not_keep_is_refused(lab):
    before = lab["VAP:ALARM:HIGH"]
    instrument = lab.world.installed["TC1"].line.instrument
    receive = instrument.receive

    def forgetful(data: bytes) -> bytes:
        return receive(data.replace(b"ALARM A,0,250", b"ALARM A,0,1000"))

    instrument.receive = forgetful
    await attempt(lab, "VAP:ALARM:HIGH:SP", 240.0)
    assert "instead of 250" in await attempt(lab, "VAP:ALARM:HIGH:SP", 250.0)
    assert lab["VAP:ALARM:HIGH"] in (before, 240.0)


HALVES = [
    "SETP 1,2", "RANGE 1,3", "MOUT 1,10", "OUTMODE 1,3,1,0", "HTRSET 1,0,1,4,1.7,1", "RAMP 1,1,5", "PID 1,9",
    "ZONE 1,1,30,50,20,0,0,3,1,1", "TLIMIT A,3", "INTYPE A,3,1,0,1,2", 'INNAME A,"Sam', "INCRV A,2", "MNMXRST",
    "DFLT 99",
]  # fmt: skip
SHOWN = (
    "SETP? 1;RANGE? 1;MOUT? 1;OUTMODE? 1;HTRSET? 1;RAMP? 1;PID? 1;ZONE? 1,1;"
    "TLIMIT? A;INTYPE? A;INNAME? A;INCRV? A;MDAT? A"
)


async def cut_off(lab, half: str) -> None:
    """Pull the cable in the middle of a message, and put it back."""
    lab.unplug()
    lab.world.installed["TC1"].line.instrument.receive(half.encode())
    lab.plug_in()
    await lab.run(10.0)
    assert lab["TC1:CONNECTED"] == "Yes"


@pytest.mark.parametrize("half", HALVES)
@scene()
async def test_half_a_command_left_in_the_instrument_is_not_carried_out(lab, half):
    for kelvin in (30.0, 20.0):
        lab.hold(kelvin)
        await lab.run(1.0)
    before = lab.front_panel(SHOWN)
    await cut_off(lab, half)
    assert lab.front_panel(SHOWN) == before


@scene()
async def test_half_a_command_is_not_carried_out_either_when_the_line_has_only_been_silent(lab):
    line = lab.world.installed["TC1"].line
    lab.hold(20.0)
    await lab.put("VAP:MINMAX:RESET")
    await lab.run(1.0)
    before = lab.front_panel(SHOWN)
    line.faults.silence = True
    await lab.run(0.5)
    line.instrument.receive(b"SETP 1,2")
    line.faults.silence = False
    await lab.run(10.0)
    assert lab.front_panel(SHOWN) == before and lab["TC1:RESYNCS"] > 0


@scene()
async def test_of_a_message_cut_off_the_last_command_alone_is_spoilt(lab):
    await cut_off(lab, "SETP 1,20;RANGE 1,1")
    assert lab.front_panel("SETP? 1;RANGE? 1") == "+020.000;0"
