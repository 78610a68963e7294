"""PVS.md, control loops: DROPPED, its cause, and HEATER:STATUS."""

from __future__ import annotations

import pytest

from cryosim.wiring import Wiring

from .laboratory import Laboratory, scene
from .loops import heat


async def dropped(lab: Laboratory, *words: str) -> None:
    """Wait until DROPPED is up and tells the cause."""
    await lab.becomes("LOOP1:DROPPED", "Yes", within=5.0)
    await lab.run(1.0)
    assert lab.alarm("LOOP1:DROPPED")[1] == "MAJOR"
    for word in words:
        assert word in lab["LOOP1:DROPPED:WHY"], lab["LOOP1:DROPPED:WHY"]
    assert (lab["LOOP1:RANGE"], lab["LOOP1:RANGE:SP"]) == ("Off", "Off")
    assert lab["LOOP1:MSG"] != ""


@scene()
async def test_dropped_by_rdgst(lab):
    await heat(lab)
    lab.break_sensor("A")
    await dropped(lab, "RDGST")


@scene()
async def test_dropped_by_rdgst_though_the_sensor_is_well_again(lab):
    await heat(lab)
    lab.break_sensor("A")
    await lab.run(0.25)
    lab.break_sensor("A", Wiring.OK)
    await dropped(lab, "RDGST")


@scene()
async def test_dropped_by_tlimit(lab):
    await heat(lab)
    await lab.put("VAP:LIMIT:SP", 100.0)
    lab.hold(101.0)
    await dropped(lab, "TLIMIT")


@scene()
async def test_dropped_by_tlimit_of_the_other_input(lab):
    await heat(lab)
    await lab.put("SAMPLE:LIMIT:SP", 100.0)
    lab.hold(101.0, "B")
    await dropped(lab, "TLIMIT")


@pytest.mark.parametrize(("wiring", "state"), [(Wiring.OPEN, "Open"), (Wiring.SHORT, "Short")])
@scene()
async def test_dropped_by_htrst(lab, wiring, state):
    await heat(lab)
    lab.break_heater(1, wiring)
    await dropped(lab, "HTRST")
    assert lab["LOOP1:HEATER:STATUS"] == state
    assert lab.alarm("LOOP1:HEATER:STATUS")[1] == "MAJOR"
    assert lab["LOOP2:HEATER:STATUS"] == "OK"


@scene()
async def test_heater_status_is_latched_until_heater_reset(lab):
    await heat(lab)
    lab.break_heater(1)
    await lab.becomes("LOOP1:HEATER:STATUS", "Open")
    lab.break_heater(1, Wiring.OK)
    await lab.run(30.0)
    assert lab["LOOP1:HEATER:STATUS"] == "Open"  # HTRST? has long been cleared by reading it
    await lab.put("LOOP1:HEATER:RESET")
    assert lab["LOOP1:HEATER:STATUS"] == "OK"
    await lab.run(30.0)
    assert lab["LOOP1:HEATER:STATUS"] == "OK" and lab.alarm("LOOP1:HEATER:STATUS")[1] == "NO_ALARM"


@pytest.mark.parametrize("key", ["RANGE 0", "ALL OFF"])
@scene()
async def test_dropped_at_the_front_panel(lab, key):
    await heat(lab)
    if key == "ALL OFF":
        lab.instrument().press_all_off()
    else:
        lab.front_panel("RANGE 1,0")
    await dropped(lab, "front panel")


@scene()
async def test_dropped_by_a_power_cycle(lab):
    await heat(lab)
    lab.instrument().power_cycle()
    await dropped(lab, "power")


@scene()
async def test_a_power_cycle_is_the_cause_though_a_put_has_read_the_event_register_first(lab):
    await heat(lab)
    lab.instrument().power_cycle()
    await lab.put("LOOP1:P:SP", 61.0)  # *ESR? before and behind it: both clear it
    await dropped(lab, "power")


@scene()
async def test_dropped_while_the_link_was_down(lab):
    await heat(lab)
    lab.unplug()
    lab.instrument().power_cycle()
    await lab.run(20.0)
    lab.plug_in()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "Yes")
    await dropped(lab, "power")


@scene()
async def test_not_dropped_after_our_own_put(lab):
    await heat(lab)
    await lab.put("LOOP1:RANGE:SP", "Off")
    await lab.sweep()
    assert (lab["LOOP1:DROPPED"], lab["LOOP1:DROPPED:WHY"]) == ("No", "")


@scene()
async def test_not_dropped_after_alloff(lab):
    await heat(lab)
    await lab.put("ALLOFF")
    await lab.sweep()
    assert lab["LOOP1:RANGE"] == "Off"
    assert (lab["LOOP1:DROPPED"], lab["LOOP1:DROPPED:WHY"]) == ("No", "")


@scene()
async def test_not_dropped_when_it_was_off_all_the_time(lab):
    lab.break_sensor("A")
    lab.instrument().press_all_off()
    await lab.sweep()
    assert lab["LOOP1:DROPPED"] == "No"


@scene()
async def test_not_dropped_by_another_range_at_the_front_panel(lab):
    await heat(lab)
    lab.front_panel("RANGE 1,3")
    await lab.becomes("LOOP1:RANGE", "High")
    assert lab["LOOP1:DROPPED"] == "No"


@scene()
async def test_a_setup_change_of_ours_that_turns_the_heater_off_says_so(lab):
    await heat(lab)
    await lab.put("VAP:CURVE:SP", 8)  # a change of the control input's curve turns its loops off
    await lab.becomes("LOOP1:RANGE", "Off")
    await lab.run(1.0)
    assert lab["LOOP1:DROPPED"] == "Yes" and lab["LOOP1:DROPPED:WHY"] != ""


@scene()
async def test_dropped_is_latched_until_reset(lab):
    await heat(lab)
    lab.front_panel("RANGE 1,0")
    await dropped(lab)
    lab.front_panel("RANGE 1,1")
    await lab.becomes("LOOP1:RANGE", "Low")
    await lab.run(5.0)
    assert lab["LOOP1:DROPPED"] == "Yes"
    await lab.put("LOOP1:RESET")
    assert (lab["LOOP1:DROPPED"], lab["LOOP1:DROPPED:WHY"]) == ("No", "")
    assert lab.alarm("LOOP1:DROPPED") == ("NO_ALARM", "NO_ALARM")


@scene()
async def test_reset_switches_nothing_on(lab):
    await heat(lab)
    lab.front_panel("RANGE 1,0")
    await dropped(lab)
    mark = lab.mark()
    await lab.put("LOOP1:RESET")
    await lab.run(5.0)
    assert lab.commands(mark) == [] and lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_dropped_is_reset_by_a_new_range_sp(lab):
    await heat(lab)
    lab.front_panel("RANGE 1,0")
    await dropped(lab)
    await lab.put("LOOP1:RANGE:SP", "Low")
    assert (lab["LOOP1:DROPPED"], lab["LOOP1:DROPPED:WHY"]) == ("No", "")


@scene()
async def test_a_range_that_falls_right_back_after_our_put_has_dropped(lab):
    await heat(lab)
    await lab.put("LOOP1:RANGE:SP", "Off")
    lab.break_heater(1)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await dropped(lab, "HTRST")


@scene()
async def test_an_old_heater_fault_is_not_the_cause_of_a_later_drop(lab):
    await heat(lab)
    lab.break_heater(1)
    await dropped(lab, "HTRST")
    lab.break_heater(1, Wiring.OK)
    await lab.put("INTLK:LOOP1_FAULT:BYPASS:SP", 10.0)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.run(10.0)
    lab.front_panel("RANGE 1,0")
    await dropped(lab, "front panel")
    assert lab["LOOP1:HEATER:STATUS"] == "Open"  # still latched


@scene()
async def test_the_first_cause_stays(lab):
    await heat(lab)
    lab.break_heater(1)
    await dropped(lab, "HTRST")
    lab.break_sensor("A")
    await lab.run(5.0)
    assert "HTRST" in lab["LOOP1:DROPPED:WHY"]
