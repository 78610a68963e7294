"""PVS.md, station and instruments."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from cryoioc.putlog import PutLog
from cryosim.faults import other_identity

from .laboratory import Laboratory, edited, scene

SECOND_CONTROLLER = """
[instrument.TC2]
model = "lakeshore336"
port = "/dev/serial/by-id/other"

[thermometer.OTHER]
instrument = "TC2"
input = "A"
curve = "DT-670"
unit = "V"

[loop.LOOP9]
instrument = "TC2"
output = 1
heater_ohm = 25.0
max_current = 1.0
sp_min = 1.4
sp_max = 300.0

[flow]"""


async def both_on(lab: Laboratory) -> None:
    """Switch both heaters on."""
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP2:RANGE:SP", "Medium")


# --- ALLOFF ----------------------------------------------------------------------------------------


@scene()
async def test_alloff_switches_every_heater_off(lab):
    await both_on(lab)
    await lab.put("ALLOFF")
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"
    assert (lab["LOOP1:RANGE"], lab["LOOP2:RANGE"], lab["ALLOFF"]) == ("Off", "Off", "Idle")


@scene()
async def test_alloff_goes_before_all_queued_writes(lab):
    await both_on(lab)
    mark = lab.mark()
    writes = [
        lab.put(f"{loop}:{name}:SP", value)
        for loop in ("LOOP1", "LOOP2")
        for name, value in (("P", 33.0), ("MOUT", 3.0), ("RAMP:RATE", 3.0), ("TEMP", 33.0), ("POWERUP", "On"))
    ]
    queued = [asyncio.ensure_future(write) for write in writes]
    await lab.run(0.001)
    await lab.put("ALLOFF")
    before = lab.commands(mark)
    results = await asyncio.gather(*queued, return_exceptions=True)
    refused = [result for result in results if result is not None]
    off = [c for c in before if c.startswith("RANGE")]
    assert {tuple(c.split(" ")[1].split(",")) for c in off} >= {("1", "0"), ("2", "0")}
    others = [c for c in before if not c.startswith("RANGE")]
    assert len(others) <= 2, "at most the one transaction under way may be finished first"
    assert len(refused) >= 8 and {str(error) for error in refused} == {"ALLOFF was put"}
    await lab.sweep()
    assert [c for c in lab.commands(mark)[len(before) :] if "RANGE" in c] == []


@scene()
async def test_a_range_put_that_waits_behind_alloff_switches_on_nothing_by_surprise(lab):
    await both_on(lab)
    first = asyncio.ensure_future(lab.put("LOOP2:P:SP", 33.0))
    waiting = asyncio.ensure_future(lab.put("LOOP1:RANGE:SP", "High"))
    await lab.run(0.001)
    await lab.put("ALLOFF")
    results = await asyncio.gather(first, waiting, return_exceptions=True)
    assert str(results[1]) == "ALLOFF was put"
    await lab.sweep()
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"


@scene(station=edited(("[flow]", SECOND_CONTROLLER)))
async def test_alloff_reaches_the_others_when_one_instrument_is_away_and_fails_saying_which(lab):
    await both_on(lab)
    await lab.put("LOOP9:RANGE:SP", "Low")
    lab.unplug("TC2")
    await lab.until(lambda: lab["TC2:CONNECTED"] == "No")
    assert "TC2" in await lab.refused("ALLOFF")
    assert "TC2" in lab["MSG:LONG"]
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"


@scene()
async def test_after_alloff_nobody_waits_for_a_temperature(lab):
    await lab.put("LOOP1:TEMP:SP", 20.0)
    await both_on(lab)
    await lab.put("ALLOFF")
    await lab.run(2.0)
    assert lab["LOOP1:STATE"] == "RangeOff" and lab.alarm("LOOP1:STATE") == ("NO_ALARM", "NO_ALARM")


@scene(station=edited(("[flow]", SECOND_CONTROLLER)))
async def test_alloff_switches_off_every_controller_of_the_station(lab):
    await both_on(lab)
    await lab.put("LOOP9:RANGE:SP", "Low")
    await lab.put("ALLOFF")
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"
    assert lab.front_panel("RANGE? 1", "TC2") == "0"


@scene()
async def test_alloff_also_reaches_outputs_that_no_loop_uses(lab):
    lab.front_panel("RANGE 2,1")
    await lab.put("ALLOFF")
    assert lab.front_panel("RANGE? 2") == "0"


# --- OK, MSG, interlocks ---------------------------------------------------------------------------


@scene()
async def test_ok_is_false_while_a_link_is_down(lab):
    await lab.becomes("OK", "Yes")
    for name in ("TC1", "FM1"):
        lab.unplug(name)
        await lab.becomes("OK", "No", within=5.0)
        assert lab["OK:WHY"] == f"{name} is not connected"
        lab.plug_in(name)
        await lab.becomes("OK", "Yes")
        assert lab["OK:WHY"] == ""


@scene(cold=True)
async def test_ok_is_false_until_every_interlock_knows_its_input(lab):
    """Who waits for OK and then switches on is not refused; the level meter answers last."""
    await lab.becomes("OK:WHY", "DEWAR_EMPTY: DEWAR:LEVEL not read yet")
    assert lab.alarm("OK") == ("STATE", "MAJOR")
    assert await lab.refused("LOOP1:RANGE:SP", "Low") == lab["OK:WHY"]
    await lab.becomes("OK", "Yes")
    await lab.put("LOOP1:RANGE:SP", "Low")
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("OK", "No")
    assert lab["OK:WHY"] == f"NOFLOW Tripped: {lab['INTLK:NOFLOW:WHY']}"


@scene()
async def test_ok_bears_a_flow_that_is_known_to_be_none(lab):
    """A warm cryostat with its valve shut is no alarm, though nothing can be switched on."""
    lab.world.plant.mass_flow = 0.0
    await lab.run(3.0)
    assert "FLOW 0" in await lab.refused("LOOP1:RANGE:SP", "Low") and lab["OK"] == "Yes"


@scene()
async def test_intlk_reset_is_accepted_and_has_nothing_to_reset(lab):
    assert lab["INTLK"] == "OK"
    mark = lab.mark()
    await lab.put("INTLK:RESET")
    await lab.run(1.0)
    assert (lab["INTLK"], lab["INTLK:RESET"]) == ("OK", "Idle")
    assert lab.commands(mark) == []


def test_intlk_severities_are_minor_minor_major():
    @scene()
    async def play(lab):
        record = lab.channel("INTLK").record
        assert record.states == ("OK", "Bypassed", "Latched", "Tripped")
        assert dict(record.severities) == {"Bypassed": "MINOR", "Latched": "MINOR", "Tripped": "MAJOR"}

    play()


@scene()
async def test_heartbeat_and_uptime_go_on(lab):
    beat, uptime = lab["HEARTBEAT"], lab["UPTIME"]
    await lab.run(10.0)
    assert lab["HEARTBEAT"] - beat in (9, 10, 11)
    assert 9.0 <= lab["UPTIME"] - uptime <= 11.0


@scene()
async def test_clients_of_deviocstats_find_heartbeat_and_uptime(lab):
    up = int(lab["UPTIME"])
    assert lab["IOC:UPTIME"] == f"0:00:{up:02d}" and lab["IOC:HEARTBEAT"] == lab["HEARTBEAT"]
    lab.ioc.station_group._started -= 2 * 86400 + 3 * 3600
    await lab.run(1.0)
    assert lab["IOC:UPTIME"] == f"2 days, 3:00:{int(lab['UPTIME']) % 60:02d}"


# --- instruments -----------------------------------------------------------------------------------


@scene()
async def test_connected_is_major_when_it_is_not_and_lasterr_says_why(lab):
    assert (lab["TC1:CONNECTED"], lab.alarm("TC1:CONNECTED")) == ("Yes", ("NO_ALARM", "NO_ALARM"))
    lab.unplug()
    await lab.becomes("TC1:CONNECTED", "No", within=5.0)
    assert lab.alarm("TC1:CONNECTED") == ("STATE", "MAJOR")
    await lab.run(2.0)
    assert lab["TC1:LASTERR"] != ""
    assert lab["FM1:CONNECTED"] == "Yes"


@scene()
async def test_errors_count(lab):
    before = lab["TC1:ERRORS"]
    lab.world.installed["TC1"].line.faults.garbage = True
    await lab.run(5.0)
    lab.world.installed["TC1"].line.faults.garbage = False
    await lab.run(20.0)
    assert lab["TC1:ERRORS"] > before


@scene()
async def test_idn_serial_and_firmware_are_shown(lab):
    assert lab["TC1:IDN"] == "LSCI,MODEL335,335A12T/#######,3.2"
    assert (lab["TC1:SERIAL"], lab["TC1:FIRMWARE"]) == ("335A12T", "3.2")


@scene()
async def test_everything_is_polled_within_10_s(lab):
    await lab.run(60.0)
    assert 0.0 < lab["TC1:POLLTIME"] <= 10.0


@scene(station=edited(('serial = "335A12T"', 'serial = "335B99X"')))
async def test_the_serial_number_of_the_station_file_is_expected(lab):
    assert lab["TC1:SERIAL"] == "335B99X"
    assert lab.alarm("TC1:SERIAL") == ("NO_ALARM", "NO_ALARM")


@scene()
async def test_a_different_serial_number_is_reported_not_refused(lab):
    whole = lab.world.installed["TC1"].instrument.receive
    lab.world.installed["TC1"].line.faults.wrong_id = lambda reply: reply.replace(b"335A12T", b"335X00X")
    assert whole
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    lab.plug_in()
    await lab.becomes("TC1:CONNECTED", "Yes")
    await lab.run(3.0)
    assert lab["TC1:SERIAL"] == "335X00X"
    assert lab.alarm("TC1:SERIAL") == lab.alarm("TC1:IDN") == ("STATE", "MINOR")
    assert "335X00X" in lab["TC1:MSG:LONG"]
    assert lab.channel("VAP:TEMP").valid


@scene()
async def test_another_model_is_refused(lab):
    lab.world.installed["TC1"].line.faults.wrong_id = other_identity
    lab.unplug()
    await lab.run(1.0)
    lab.plug_in()
    await lab.run(30.0)
    assert lab["TC1:CONNECTED"] == "No" and not lab.channel("VAP:TEMP").valid
    assert "999" in lab["TC1:LASTERR"]
    lab.world.installed["TC1"].line.faults.wrong_id = None
    await lab.becomes("TC1:CONNECTED", "Yes")


@scene()
async def test_after_a_power_cycle_on_a_live_line_everything_is_read_again_and_nothing_sent(lab):
    await lab.put("LOOP1:RANGE:SP", "Low")
    mark = lab.mark()
    lab.instrument().power_cycle()
    await lab.sweep()
    assert lab.commands(mark) == []
    assert lab["LOOP1:RANGE"] == lab["LOOP1:RANGE:SP"] == "Off"


@pytest.mark.parametrize("name", ["VAP:TEMP", "LOOP1:STATE", "LOOP1:DROPPED", "FLOW"])
@scene()
async def test_raising_one_alarm_changes_the_severity_of_no_other_reading(lab, name):
    lab.hold(20.0, "A")
    lab.hold(20.0, "B")
    await lab.sweep()
    lab.hold(305.0, "B")
    await lab.until(lambda: lab["SAMPLE:TEMP"] > 304.0)
    assert lab.alarm("SAMPLE:TEMP") == ("HIGH", "MINOR")
    assert lab.alarm(name)[1] == "NO_ALARM"
    await lab.put("LOOP1:P:SP", 44.0)
    assert lab.alarm("SAMPLE:TEMP") == ("HIGH", "MINOR")


# --- puts ------------------------------------------------------------------------------------------


@scene()
async def test_puts_are_counted_and_the_last_is_shown(lab):
    counted, refused = lab["IOC:PUT_CNT"], lab["IOC:PUT_REF_CNT"]
    await lab.put("LOOP1:TOL:SP", 0.3)
    assert lab["IOC:PUT_LAST"] == "LOOP1:TOL:SP: 0.1 -> 0.3 by test@"
    await lab.refused("LOOP1:TOL:SP", 1e6)
    assert lab["IOC:PUT_LAST"] == "LOOP1:TOL:SP: 0.3 -> 1000000.0 by test@ refused: 1e+06 above maximum 100 K"
    assert (lab["IOC:PUT_CNT"] - counted, lab["IOC:PUT_REF_CNT"] - refused) == (2, 1)
    assert (lab["IOC:PUT_LOG"], lab.alarm("IOC:PUT_LOG")[1]) == ("None", "NO_ALARM")


@scene()
async def test_a_put_log_that_cannot_be_written_is_an_alarm_and_holds_up_no_put(lab, tmp_path):
    place = tmp_path / "place"
    place.write_text("a file where the folder should be")
    log = lab.ioc.who_put.log = PutLog(place / "puts.jsonl", 1000, 1, lambda: 0.0)
    log.open()
    await lab.put("LOOP1:TOL:SP", 0.3)
    log.close()  # every line has been tried now
    await lab.run(2.0)
    assert (lab["IOC:PUT_LOG"], lab.alarm("IOC:PUT_LOG")) == ("Failing", ("STATE", "MAJOR"))
    assert lab["IOC:PUT_LOST_CNT"] == 1 and lab.channel("IOC:PUT_LOG").message == "File exists"
    assert lab["LOOP1:TOL"] == 0.3


# --- health ----------------------------------------------------------------------------------------


def resident_bytes() -> float:
    """Return what the kernel says elsewhere of this process."""
    return 1024.0 * int(re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])


PLACE = "Hall 2, a place with a rather long description"


@scene(station=edited(("[station]", f'[station]\nengineer = "Ann"\nlocation = "{PLACE}"')))
async def test_who_and_where_and_what_is_left(lab):
    await lab.run(2.0)
    assert (lab["IOC:ENGINEER"], lab["IOC:ST_SCRIPT"]) == ("Ann", "station.toml")
    assert lab["IOC:LOCATION"] == "..." + PLACE[-36:]
    assert 0 < lab["IOC:FD_FREE"] < lab["IOC:FD_MAX"]
    assert 1e6 < lab["IOC:MEM_FREE"] < lab["IOC:MEM_MAX"]
    assert lab["IOC:MEM_USED"] == pytest.approx(resident_bytes(), rel=0.2)
    assert lab["IOC:START_CNT"] == 1 and "IOC:SYSRESET" not in lab.ioc.desk.channels
