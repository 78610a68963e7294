"""PVS.md, rules 1 to 9, on a running station."""

from __future__ import annotations

import pytest

from cryosim.emulators.lakeshore import Options
from cryosim.wiring import Wiring

from .laboratory import LATER, scene

# --- 1. X is the truth, X:SP is the wish ---------------------------------------------------------


@scene()
async def test_settings_of_the_ioc_itself_have_both_too(lab):
    await lab.put("LOOP1:TOL:SP", 0.3)
    await lab.put("LOOP1:DWELL:SP", 3.0)
    await lab.put("LOOP1:RAMP:FROM:SP", "Setpoint")
    assert (lab["LOOP1:TOL"], lab["LOOP1:DWELL"], lab["LOOP1:RAMP:FROM"]) == (0.3, 3.0, "Setpoint")


@scene()
async def test_a_command_completes_when_done_and_reads_0_again(lab):
    lab.hold(20.0)
    await lab.sweep()
    seen = lab.record("VAP:MINMAX:RESET")
    mark = lab.mark()
    await lab.put("VAP:MINMAX:RESET", 1)
    assert lab.commands(mark) == ["MNMXRST"]
    assert seen.values == ["Run", "Idle"]
    assert lab["VAP:MINMAX:RESET"] == "Idle"


@scene()
async def test_a_put_of_0_to_a_command_asks_for_nothing(lab):
    mark = lab.mark()
    await lab.put("VAP:MINMAX:RESET", 0)
    await lab.put("LOOP1:STOP", 0)
    await lab.run(1.0)
    assert lab.commands(mark) == []


# --- 2. X:SP follows -----------------------------------------------------------------------------


@scene(cold=True)
async def test_sp_is_undefined_until_the_first_read(lab):
    for name in ("LOOP1:TEMP:SP", "LOOP1:RANGE:SP", "LOOP1:P:SP", "VAP:LIMIT:SP", "LOOP1:ZONES:SP", "VAP:NAME:SP"):
        assert lab.alarm(name) == ("UDF", "INVALID"), name
        assert lab.channel(name).undefined, name


@scene(cold=True)
async def test_on_connect_sp_takes_the_instruments_value(lab):
    lab.front_panel("PID 1,33,44,55;SETP 1,42.5;TLIMIT A,222;MOUT 1,12.5")
    await lab.ready()
    assert (lab["LOOP1:P:SP"], lab["LOOP1:I:SP"], lab["LOOP1:D:SP"]) == (33.0, 44.0, 55.0)
    assert (lab["LOOP1:TEMP:SP"], lab["VAP:LIMIT:SP"], lab["LOOP1:MOUT:SP"]) == (42.5, 222.0, 12.5)
    assert lab.alarm("LOOP1:P:SP") == ("NO_ALARM", "NO_ALARM")


@scene(cold=True)
async def test_on_connect_nothing_is_sent_and_nothing_said_about_it(lab):
    await lab.ready()
    await lab.sweep()
    assert lab.commands(0) == []
    assert lab["LOOP1:MSG"] == "" and lab["VAP:MSG"] == ""


CHANGES_AT_THE_PANEL = {
    "LOOP1:P": ("PID 1,31,20,0", 31.0),
    "LOOP1:D": ("PID 1,50,20,7", 7.0),
    "LOOP1:RANGE": ("RANGE 1,1", "Low"),
    "LOOP1:MODE": ("OUTMODE 1,3,1,0", "Open loop"),
    "LOOP1:POWERUP": ("OUTMODE 1,1,1,1", "On"),
    "LOOP1:MOUT": ("MOUT 1,7.5", 7.5),
    "LOOP1:RAMP": ("RAMP 1,1,0.1", "On"),
    "LOOP1:RAMP:RATE": ("RAMP 1,0,2.5", 2.5),
    "LOOP2:IMAX": ("HTRSET 2,0,1,2,0.95,1", 1.0),
    "VAP:LIMIT": ("TLIMIT A,200", 200.0),
    "VAP:FILTER": ("FILTER A,1,8,10", "On"),
    "VAP:FILTER:POINTS": ("FILTER A,0,16,10", 16),
    "VAP:NAME": ('INNAME A,"Other"', "Other"),
    "VAP:ALARM:HIGH": ("ALARM A,0,100,0,1,0,1,1", 100.0),
    "TC1:RELAY1:MODE": ("RELAY 1,1,A,2", "On"),
}


@pytest.mark.parametrize("name", CHANGES_AT_THE_PANEL)
@scene()
async def test_when_x_changes_at_the_front_panel_sp_takes_the_value_nothing_is_sent_and_msg_says_so(lab, name):
    message, value = CHANGES_AT_THE_PANEL[name]
    mark = lab.mark()
    lab.front_panel(message)
    await lab.becomes(name, value)
    assert lab[f"{name}:SP"] == value
    assert lab.commands(mark) == []
    assert lab[f"{name.split(':')[0]}:MSG"] != ""


@scene()
async def test_when_x_changes_by_a_trip_sp_takes_the_value(lab):
    await lab.put("LOOP1:RANGE:SP", "Medium")
    mark = lab.mark()
    lab.instrument().press_all_off()
    await lab.becomes("LOOP1:RANGE", "Off")
    assert lab["LOOP1:RANGE:SP"] == "Off"
    assert lab["LOOP1:MSG"] != ""
    assert lab.commands(mark) == []


@scene()
async def test_our_own_put_is_not_reported_as_a_change_by_others(lab):
    await lab.put("LOOP1:P:SP", 77)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP1:TEMP:SP", 40)
    await lab.sweep()
    assert lab["LOOP1:MSG"] == ""
    assert (lab["LOOP1:P:SP"], lab["LOOP1:RANGE:SP"], lab["LOOP1:TEMP:SP"]) == (77.0, "Low", 40.0)


@scene()
async def test_after_a_refused_put_sp_keeps_and_reposts_its_former_value(lab):
    for name, bad in (("LOOP1:P:SP", 5000.0), ("LOOP1:TEMP:SP", 900.0), ("LOOP1:RANGE:SP", "Huge")):
        former, seen = lab[name], lab.record(name)
        await lab.refused(name, bad)
        assert lab[name] == former
        assert seen.values == [former], name


@scene()
async def test_what_the_front_panel_does_during_a_put_that_fails_is_followed(lab):
    # 1.414 A into 50 ohm is not allowed (lakeshore-protocol.md 5.3): the instrument rejects the put of RMAX.
    lab.front_panel("HTRSET 1,0,1,3,0.5,2")
    await lab.refused("LOOP1:RMAX:SP", 50.0)
    await lab.sweep()
    assert (lab["LOOP1:RMAX"], lab["LOOP1:RMAX:SP"]) == (25.0, 25.0)
    assert lab["LOOP1:HEATER:DISPLAY"] == lab["LOOP1:HEATER:DISPLAY:SP"] == "Power"


# --- 3. A put completes when the instrument has it -----------------------------------------------


@scene()
async def test_a_put_completes_when_it_was_read_back_within_the_same_transaction(lab):
    for name, value, x in (
        ("LOOP1:P:SP", 66.0, "LOOP1:P"),
        ("LOOP1:RANGE:SP", "Medium", "LOOP1:RANGE"),
        ("LOOP1:TEMP:SP", 33.0, "LOOP1:SETPOINT"),
        ("VAP:LIMIT:SP", 250.0, "VAP:LIMIT"),
        ("VAP:NAME:SP", "Vapour", "VAP:NAME"),
        ("LOOP2:IMAX:SP", 0.5, "LOOP2:IMAX"),
        ("TC1:RELAY2:MODE:SP", "Alarms", "TC1:RELAY2:MODE"),
    ):
        mark = lab.mark()
        await lab.put(name, value)
        assert lab[x] == value, name
        assert len(lab.transaction(mark)) == 1, name


@scene()
async def test_a_put_does_not_wait_until_the_cryostat_has_got_there(lab):
    begun = lab.clock.now()
    await lab.put("LOOP1:TEMP:SP", 250.0)
    assert lab.clock.now() - begun < 1.0
    assert lab["LOOP1:TEMP"] < 20.0


@pytest.mark.parametrize("habit", ["clamp", "reject"])
def test_a_put_that_the_instrument_did_not_take_fails_and_changes_nothing(habit):
    @scene(options=Options(setpoint_above_limit=habit))
    async def play(lab):
        lab.front_panel('CRVHDR 21,"X138113","X138113",4,100.000,1')  # limit lowered behind our back
        await lab.refused("LOOP1:TEMP:SP", 200.0)
        assert lab["LOOP1:MSG"] != ""
        await lab.run(2.0)
        assert (lab["LOOP1:SETPOINT"], lab["LOOP1:TARGET"], lab["LOOP1:TEMP:SP"]) == (13.0, 13.0, 13.0)
        assert float(lab.front_panel("SETP? 1")) == 13.0

    play()


# --- 5. Unknown is never a healthy number --------------------------------------------------------


@scene(cold=True)
async def test_before_the_first_reading_udf_is_1_and_the_value_is_0(lab):
    for name in ("VAP:TEMP", "VAP:SENSOR", "LOOP1:TEMP", "LOOP1:SETPOINT", "LOOP1:HEATER", "LOOP1:POWER", "FLOW"):
        assert lab.alarm(name) == ("UDF", "INVALID"), name
        assert lab.channel(name).undefined, name
        assert lab[name] == 0.0, name
    assert lab["VAP:VALID"] == "No"
    assert lab["OK"] == "No"


@scene()
async def test_when_the_link_is_gone_the_last_good_value_stays_invalid_comm_with_time_stamps_advancing(lab):
    lab.hold(20.0)
    await lab.sweep()
    truths = ("VAP:TEMP", "LOOP1:TEMP", "LOOP1:SETPOINT", "LOOP1:RANGE", "LOOP1:P", "VAP:LIMIT", "LOOP1:POWER")
    wishes = ("LOOP1:TEMP:SP", "LOOP1:RANGE:SP", "LOOP1:P:SP", "LOOP1:ZONES:SP", "VAP:LIMIT:SP", "VAP:ALARM:HIGH:SP")
    names = (*truths, *wishes)
    before = {name: lab[name] for name in names}
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    await lab.run(3.0)
    watched = {name: lab.record(name) for name in names}
    for name in names:
        assert lab.alarm(name) == ("COMM", "INVALID"), name
    await lab.run(10.0)
    for name, seen in watched.items():
        assert lab[name] == before[name], name
        assert len(seen.events) >= 5, name
        assert {severity for _, severity, _ in seen.events} == {"INVALID"}, name
        stamps = [stamp for _, _, stamp in seen.events]
        assert stamps == sorted(set(stamps)), name


@scene()
async def test_when_the_link_comes_back_everything_recovers_and_nothing_is_sent(lab):
    lab.unplug()
    await lab.run(30.0)
    mark = lab.mark()
    lab.plug_in()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "Yes")
    await lab.sweep()
    lacking = {f"INTLK:{name}{suffix}" for name in lab.ioc.interlocks.unprotected for suffix in ("", ":VALUE")}
    channels = lab.ioc.desk.channels.items()
    dead = {n for n, c in channels if not c.valid and not LATER.fullmatch(n)}
    assert dead == lacking
    assert lab.commands(mark) == []


@scene()
async def test_a_silent_instrument_is_never_a_healthy_number(lab):
    lab.world.installed["TC1"].line.faults.silence = True
    await lab.until(lambda: not lab.channel("VAP:TEMP").valid, within=10)
    await lab.run(20.0)
    assert lab.alarm("VAP:TEMP") == ("COMM", "INVALID")
    assert (lab["VAP:VALID"], lab["OK"], lab["TC1:CONNECTED"]) == ("No", "No", "No")
    lab.world.installed["TC1"].line.faults.silence = False
    await lab.until(lambda: lab.channel("VAP:TEMP").valid)
    assert lab["VAP:VALID"] == "Yes"


@scene()
async def test_garbage_is_never_published(lab):
    seen = {name: lab.record(name) for name in ("VAP:TEMP", "LOOP1:SETPOINT", "LOOP1:HEATER", "VAP:SENSOR")}
    lab.hold(20.0)
    await lab.sweep()
    lab.world.installed["TC1"].line.faults.garbage = True
    await lab.run(10.0)
    lab.world.installed["TC1"].line.faults.garbage = False
    await lab.until(lambda: lab.channel("VAP:TEMP").valid)
    assert all(10.0 < value < 25.0 for value in seen["VAP:TEMP"].values)
    assert set(seen["LOOP1:SETPOINT"].values) <= {13.0}
    assert set(seen["LOOP1:HEATER"].values) <= {0.0}


@scene()
async def test_one_query_that_is_never_answered_invalidates_only_what_it_feeds(lab):
    lab.instrument().mute.add("SRDG? A")
    await lab.until(lambda: not lab.channel("VAP:SENSOR").valid, within=30)
    await lab.run(5.0)
    assert lab.alarm("VAP:SENSOR")[1] == "INVALID"
    assert lab.channel("VAP:TEMP").valid and lab.channel("SAMPLE:SENSOR").valid
    assert lab["VAP:VALID"] == "Yes"
    lab.instrument().mute.clear()
    await lab.until(lambda: lab.channel("VAP:SENSOR").valid, within=120)


@scene()
async def test_age_counts_since_the_last_good_reading(lab):
    await lab.run(5.0)
    assert lab["VAP:AGE"] < 2.0
    lab.unplug()
    await lab.run(30.0)
    assert 28.0 < lab["VAP:AGE"] < 33.0
    assert lab["SAMPLE:AGE"] > 28.0
    lab.plug_in()
    await lab.until(lambda: lab["VAP:VALID"] == "Yes")
    await lab.run(2.0)
    assert lab["VAP:AGE"] < 2.0


@scene()
async def test_ok_needs_required_readings_and_links(lab):
    await lab.until(lambda: lab["OK"] == "Yes")
    lab.break_sensor("A")
    await lab.becomes("OK", "No")
    lab.break_sensor("A", Wiring.OK)
    await lab.becomes("OK", "Yes")
    lab.unplug("FM1")
    await lab.becomes("OK", "No")
    lab.plug_in("FM1")
    await lab.becomes("OK", "Yes")


# --- 6. Off on purpose is not an alarm -----------------------------------------------------------


@scene()
async def test_a_range_that_is_off_on_purpose_is_no_alarm(lab):
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP1:RANGE:SP", "Off")
    await lab.sweep()
    for name in ("LOOP1:RANGE", "LOOP1:RANGE:SP", "LOOP1:HEATER", "LOOP1:POWER", "LOOP1:DROPPED"):
        assert lab.alarm(name) == ("NO_ALARM", "NO_ALARM"), name


# --- 7. State lists are fixed --------------------------------------------------------------------


@scene()
async def test_state_lists_are_fixed_at_start_by_model_output_and_type(lab):
    def lists():
        channels = lab.ioc.desk.channels.values()
        return {c.name: tuple(c.describe().states) for c in channels if c.record.states}

    before = lists()
    assert before["LOOP1:RANGE"] == before["LOOP1:RANGE:SP"] == ("Off", "Low", "Medium", "High")
    lab.front_panel("HTRSET 2,1,1,0,0.95,1")  # output 2 as a voltage output
    await lab.sweep()
    assert lists() == before


# --- 8. Names --------------------------------------------------------------------------------------


@scene()
async def test_every_sp_answers_as_sp_rbv_too(lab):
    desk = lab.ioc.desk
    for name in desk.channels:
        if name.endswith(":SP"):
            x = name.removesuffix(":SP")
            real = x.removesuffix("TEMP") + "TARGET" if x.endswith(":TEMP") else x
            assert desk.aliases[f"{name}:RBV"] == real


@scene()
async def test_preset_rbv_adds_the_name_that_ophyds_epics_signal_with_rbv_asks_for(lab):
    desk = lab.ioc.desk
    for name in desk.channels:
        if name.endswith(":SP"):
            assert desk.aliases[f"{name}_RBV"] == desk.aliases[f"{name}:RBV"]


@scene()
async def test_an_alias_is_the_same_channel(lab):
    await lab.put("TC1:OUT1:SP", 21.0)
    assert lab["LOOP1:TARGET"] == lab["LOOP1:TEMP:SP:RBV"] == lab["LOOP1:TEMP:SP_RBV"] == lab["TC1:OUT1:SP_RBV"] == 21.0
    assert lab.channel("TC1:OUT1:SP").name.endswith("LOOP1:TEMP:SP")
