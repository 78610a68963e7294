"""What a trip of an interlock does, and how long: holds, repeats, escalates, and lets go only for a person."""

from __future__ import annotations

import asyncio

from .heating import ON, heat, trips
from .laboratory import Laboratory, edited, perform, scene

# --- what a trip does ----------------------------------------------------------------------------------


@scene()
async def test_what_it_guards_refuses_puts_and_names_it(lab):
    await heat(lab)
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:NOFLOW", "Tripped")
    for name, value in (
        ("LOOP1:RANGE:SP", "High"), ("LOOP1:TEMP:SP", 50.0), ("LOOP1:MOUT:SP", 10.0), ("LOOP1:MODE:SP", "Open loop"),
        ("LOOP2:TUNE:SP", "PID"), ("LOOP1:ZONES:SP", tuple([0.0] * 80)),
    ):  # fmt: skip
        assert "NOFLOW" in await lab.refused(name, value), name
        assert lab[f"{name.split(':')[0]}:MSG"].startswith("NOFLOW Tripped")
    for name, value in (("LOOP1:RANGE:SP", "Off"), ("LOOP1:MODE:SP", "Off"), ("LOOP1:P:SP", 40.0), ("ALLOFF", 1)):
        await lab.put(name, value)


@scene()
async def test_nothing_is_switched_on_without_flow(lab):
    lab.world.plant.mass_flow = 0.0
    await lab.run(1.0)
    mark = lab.mark()
    assert await lab.refused("LOOP1:RANGE:SP", "Low") == "NOFLOW: FLOW 0 below 1 SLPM"
    assert lab.commands(mark) == [] and lab["INTLK:NOFLOW"] == "OK"
    lab.world.plant.mass_flow = ON
    await lab.run(1.0)
    await lab.put("LOOP1:RANGE:SP", "Low")


@scene()
async def test_a_range_put_that_waits_for_the_wire_does_not_come_after_the_trip(lab):
    await heat(lab)
    lab.world.plant.mass_flow = 0.0
    waiting = [asyncio.ensure_future(lab.put("LOOP1:RANGE:SP", r)) for r in ("High", "Medium", "Low")]
    await lab.becomes("INTLK:NOFLOW", "Tripped")
    await asyncio.gather(*waiting, return_exceptions=True)
    await lab.run(1.0)
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"
    await lab.sweep()
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"


@scene()
async def test_first_out_and_reset(lab):
    await heat(lab)
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:NOFLOW", "Tripped")
    lab.hold(321.0)
    await lab.becomes("INTLK:VAP_HOT", "Tripped")
    assert lab["INTLK:FIRST"] == "NOFLOW" and lab["INTLK:NOFLOW:WHY"] == "FLOW 0 below 1 SLPM"
    assert "FLOW 0 below 1.5" in await lab.refused("INTLK:RESET")
    assert "FLOW 0 below 1.5" in lab["INTLK:MSG:LONG"] and "VAP:TEMP 321 above 315" in lab["INTLK:MSG:LONG"]
    lab.world.plant.mass_flow = ON
    await lab.becomes("INTLK:NOFLOW", "Latched")
    assert lab["INTLK"] == "Tripped" and lab["INTLK:NOFLOW:WHY"] == "FLOW 0 below 1 SLPM"
    await lab.put("INTLK:NOFLOW:RESET")
    assert (lab["INTLK:NOFLOW"], lab["INTLK:NOFLOW:WHY"], lab["INTLK:FIRST"]) == ("OK", "", "VAP_HOT")
    lab.hold(20.0)
    await lab.becomes("INTLK:VAP_HOT", "Latched")
    mark = lab.mark()
    await lab.put("INTLK:RESET")
    assert (lab["INTLK"], lab["INTLK:FIRST"], lab["INTLK:VAP_HOT"]) == ("OK", "", "OK")
    await lab.sweep()
    assert lab.commands(mark) == [] and lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_switched_on_at_the_front_panel(lab):
    await heat(lab)
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:NOFLOW", "Tripped")
    await lab.run(1.0)
    lab.front_panel("RANGE 1,3")
    await lab.until(lambda: lab.front_panel("RANGE? 1") == "0", within=0.5)
    lab.world.plant.mass_flow = ON
    await lab.becomes("INTLK:NOFLOW", "Latched")
    assert lab["INTLK:DEFIED"] == "No"
    lab.front_panel("RANGE 1,1")
    await lab.becomes("INTLK:DEFIED", "Yes", within=1.0)
    assert lab.alarm("INTLK:DEFIED") == ("STATE", "MAJOR") and "NOFLOW is latched" in lab["INTLK:MSG:LONG"]
    await lab.sweep()
    assert lab.front_panel("RANGE? 1") == "1"
    await lab.put("INTLK:RESET")
    assert lab["INTLK:DEFIED"] == "No" and lab.front_panel("RANGE? 1") == "1"


# --- an instrument that does not obey ----------------------------------------------------------------


def deaf(lab: Laboratory, word: bytes) -> list[bool]:
    """Let the controller ignore a command as long as the list holds True."""
    instrument = lab.world.installed["TC1"].line.instrument
    receive, ignoring = instrument.receive, [True]

    def filtered(data: bytes) -> bytes:
        return receive(data.replace(word, b"*CLS;" if word.endswith(b";") else b"*CLS") if ignoring[0] else data)

    instrument.receive = filtered
    return ignoring


@scene()
async def test_a_trip_is_repeated_and_escalates_until_it_is_obeyed(lab):
    await heat(lab)
    ignoring = deaf(lab, b"RANGE 1,0")
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:ACTION", "Not confirmed", within=2.0)
    assert lab.alarm("INTLK:ACTION") == ("STATE", "MAJOR") and "TC1" in lab["INTLK:MSG:LONG"]
    await lab.becomes("ALLOFF:STATUS", "Not confirmed", within=10.0)
    sent = len([c for c in lab.commands(0) if c == "RANGE 1,0"])
    await lab.run(3.0)
    assert len([c for c in lab.commands(0) if c == "RANGE 1,0"]) > sent
    ignoring[0] = False
    await lab.becomes("INTLK:ACTION", "Confirmed", within=2.0)
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"


@scene()
async def test_a_reset_does_not_make_a_station_ok_whose_heater_did_not_obey(lab):
    await heat(lab)
    ignoring = deaf(lab, b"RANGE 1,0")
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:ACTION", "Not confirmed", within=2.0)
    lab.world.plant.mass_flow = ON
    await lab.becomes("INTLK:NOFLOW", "Latched")
    await lab.put("INTLK:RESET")
    await lab.run(2.0)
    assert (lab["INTLK"], lab["OK"], lab["LOOP1:RANGE"]) == ("OK", "No", "Low")
    assert lab["OK:WHY"] == "LOOP1 not confirmed off, see INTLK:MSG"
    ignoring[0] = False
    await lab.becomes("OK", "Yes", within=5.0)


def stuck(lab: Laboratory, query: bytes, answer: bytes) -> None:
    """Let the controller give one answer to a query from now on."""
    instrument = lab.world.installed["TC1"].line.instrument
    receive = instrument.receive

    def same(data: bytes) -> bytes:
        queries = [unit for unit in data.strip().split(b";") if b"?" in unit]
        answers = receive(data).strip().split(b";")
        if len(queries) != len(answers):
            return b";".join(answers) + b"\r\n"
        told = (answer if unit == query else said for unit, said in zip(queries, answers, strict=True))
        return b";".join(told) + b"\r\n"

    instrument.receive = same


@scene()
async def test_an_output_that_does_not_fall_puts_everything_off(lab):
    await heat(lab)
    stuck(lab, b"HTR? 2", b"+040.0")
    lab.break_sensor("B")
    await lab.becomes("INTLK:ACTION", "Escalated", within=20.0)
    assert lab.alarm("INTLK:ACTION") == ("STATE", "MAJOR")
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"
    del lab.world.installed["TC1"].line.instrument.receive  # it has fallen
    await lab.run(3.0)
    assert lab["INTLK:ACTION"] == "Escalated"  # the next try is confirmed; that it came to this stays


@scene()
async def test_a_trip_while_the_controller_is_away_is_carried_out_when_it_comes_back(lab):
    await heat(lab)
    lab.unplug()
    await lab.becomes("TC1:CONNECTED", "No", within=2.0)
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:NOFLOW", "Tripped")
    await lab.becomes("INTLK:ACTION", "Not confirmed")
    lab.world.plant.mass_flow = ON
    await lab.becomes("INTLK:NOFLOW", "Latched")
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "1;1"
    lab.plug_in()
    await lab.until(lambda: lab.front_panel("RANGE? 1;RANGE? 2") == "0;0", within=15.0)
    await lab.becomes("INTLK:ACTION", "Confirmed")


@scene(station=edited(("[interlock.LOOP2_FAULT]", '[interlock.LOOP2_FAULT]\naction = "all off"')))
async def test_all_off_takes_what_it_does_not_guard_too(lab):
    await heat(lab)
    lab.break_heater(2)
    await trips(lab, "LOOP2_FAULT", "HEATER:STATUS Open", within=5.0)
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"


# --- bypass and limits -------------------------------------------------------------------------------


@scene()
async def test_a_bypass_alarms_runs_down_and_ends_in_a_trip_if_it_must(lab):
    await heat(lab)
    await lab.put("INTLK:NOFLOW:BYPASS:SP", 1.0)
    assert (lab["INTLK:NOFLOW"], lab["INTLK"]) == ("Bypassed", "Bypassed")
    assert lab.alarm("INTLK:NOFLOW") == ("STATE", "MINOR")
    lab.world.plant.mass_flow = 0.0
    await lab.run(30.0)
    assert lab["LOOP1:RANGE"] == "Low" and 0.4 < lab["INTLK:NOFLOW:BYPASS"] < 0.55
    await lab.becomes("INTLK:NOFLOW", "Tripped", within=31.0)
    await lab.run(2.0)
    assert lab.front_panel("RANGE? 1;RANGE? 2") == "0;0"
    assert (lab["INTLK:NOFLOW:BYPASS"], lab["INTLK:NOFLOW:BYPASS:SP"]) == (0.0, 0.0)


@scene()
async def test_a_bypass_of_what_has_tripped_lets_puts_through_and_forgets_nothing(lab):
    await heat(lab)
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:NOFLOW", "Tripped")
    await lab.run(1.0)
    await lab.put("INTLK:NOFLOW:BYPASS:SP", 2.0)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("INTLK:NOFLOW:BYPASS:SP", 0.0)
    assert (lab["INTLK:NOFLOW"], lab["INTLK:FIRST"]) == ("Tripped", "NOFLOW")
    await lab.until(lambda: lab.front_panel("RANGE? 1") == "0", within=1.0)


@scene()
async def test_a_bypass_and_a_limit_beyond_the_station_file_are_refused(lab):
    assert "above maximum 60" in await lab.refused("INTLK:NOFLOW:BYPASS:SP", 61.0)
    assert "at least the station file's 1" in await lab.refused("INTLK:NOFLOW:LIMIT:SP", 0.5)
    assert "at most the station file's 320" in await lab.refused("INTLK:VAP_HOT:LIMIT:SP", 330.0)
    assert "has no limit" in await lab.refused("INTLK:VAP_STALE:LIMIT:SP", 1.0)
    assert "has no limit" in await lab.refused("INTLK:VAP_SENSOR:LIMIT:SP", "Over range")
    assert "not protected" in await lab.refused("INTLK:JACKET:BYPASS:SP", 1.0)


@scene()
async def test_a_limit_may_be_made_stricter_and_then_trips_there(lab):
    await heat(lab)
    await lab.put("INTLK:VAP_HOT:LIMIT:SP", 100.0)
    assert lab["INTLK:VAP_HOT:LIMIT"] == 100.0
    lab.hold(101.0)
    await trips(lab, "VAP_HOT", "VAP:TEMP 101 above 100 K")


# --- over a restart --------------------------------------------------------------------------------------


def test_a_latch_survives_a_restart_and_sends_nothing(tmp_path):
    async def before(lab: Laboratory) -> None:
        await heat(lab)
        lab.hold(330.0)
        await lab.becomes("INTLK:VAP_HOT", "Tripped")
        lab.world.plant.mass_flow = 0.0
        await lab.put("INTLK:NOFLOW:LIMIT:SP", 2.0)
        await lab.becomes("INTLK:ACTION", "Confirmed")
        await lab.run(2.0)

    async def after(lab: Laboratory) -> None:
        assert lab["INTLK:VAP_HOT"] == "Latched" and lab["INTLK:FIRST"] == "VAP_HOT"
        assert "Over range" in lab["INTLK:VAP_HOT:WHY"] and "restarted" in lab["INTLK:VAP_HOT:WHY:LONG"]
        assert (lab["INTLK:NOFLOW:LIMIT"], lab["INTLK:VAP_HOT:TRIPS"]) == (2.0, 1)
        assert "VAP_HOT Latched" in await lab.refused("LOOP1:RANGE:SP", "Low")
        lab.front_panel("RANGE 1,1")
        await lab.becomes("INTLK:DEFIED", "Yes")
        assert [c for c in lab.commands(0) if c.startswith("RANGE")] == []
        await lab.put("INTLK:RESET")
        await lab.run(2.0)

    async def last(lab: Laboratory) -> None:
        assert (lab["INTLK"], lab["INTLK:FIRST"], lab["INTLK:VAP_HOT:TRIPS"]) == ("OK", "", 1)

    for scene_ in (before, after, last):
        perform(scene_, state=tmp_path)


def test_what_is_still_latched_keeps_its_order_over_a_restart_and_what_was_reset_is_history(tmp_path):
    async def before(lab: Laboratory) -> None:
        await heat(lab)
        lab.world.plant.mass_flow = 0.0
        await lab.becomes("INTLK:NOFLOW", "Tripped")
        lab.break_heater(2)
        lab.front_panel("RANGE 2,1")  # only what heats has a fault
        await lab.becomes("INTLK:LOOP2_FAULT", "Tripped", within=10.0)
        lab.hold(321.0)
        await lab.becomes("INTLK:VAP_HOT", "Tripped")
        lab.world.plant.mass_flow = ON
        await lab.becomes("INTLK:NOFLOW", "Latched")
        await lab.put("INTLK:NOFLOW:RESET")
        assert lab["INTLK:FIRST"] == "LOOP2_FAULT"
        await lab.run(2.0)

    async def after(lab: Laboratory) -> None:
        assert lab["INTLK:NOFLOW"] == "OK"
        for name in ("LOOP2_FAULT", "VAP_HOT"):  # not the order of the station file
            assert lab["INTLK:FIRST"] == name
            await lab.put(f"INTLK:{name}:RESET")
        assert (lab["INTLK:FIRST"], lab["INTLK"]) == ("", "OK")

    perform(before, state=tmp_path)
    perform(after, state=tmp_path)


def test_what_was_reset_while_it_was_bypassed_is_latched_no_more(tmp_path):
    async def before(lab: Laboratory) -> None:
        await heat(lab)
        lab.world.plant.mass_flow = 0.0
        await lab.becomes("INTLK:NOFLOW", "Tripped")
        await lab.put("INTLK:NOFLOW:BYPASS:SP", 1.0)
        lab.world.plant.mass_flow = ON
        await lab.run(3.0)
        await lab.put("INTLK:NOFLOW:RESET")
        assert (lab["INTLK:NOFLOW"], lab["INTLK:FIRST"]) == ("Bypassed", "")
        await lab.run(2.0)

    async def after(lab: Laboratory) -> None:
        assert (lab["INTLK:NOFLOW"], lab["INTLK:FIRST"]) == ("OK", "")

    perform(before, state=tmp_path)
    perform(after, state=tmp_path)


def test_an_off_that_was_not_confirmed_is_sent_after_a_restart(tmp_path):
    async def before(lab: Laboratory) -> None:
        await heat(lab)
        deaf(lab, b"RANGE 1,0")
        lab.world.plant.mass_flow = 0.0
        await lab.becomes("INTLK:ACTION", "Not confirmed")
        await lab.run(2.0)

    async def after(lab: Laboratory) -> None:
        lab.front_panel("RANGE 1,1")
        await lab.ready()
        await lab.until(lambda: lab.front_panel("RANGE? 1") == "0", within=5.0)
        assert lab["INTLK:NOFLOW"] == "Latched"

    perform(before, state=tmp_path)
    perform(after, state=tmp_path, cold=True)
