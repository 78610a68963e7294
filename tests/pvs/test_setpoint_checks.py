"""What is checked around a setpoint: settings that others have just changed, whose ramp it is, whose units.

Each scene was once possible without any other test noticing.
"""

from __future__ import annotations

import asyncio

import pytest

from .laboratory import perform, scene


async def ramp_of_ours(lab, target: float, reading: float = 13.0) -> None:
    """Start a ramp of 6 K/min by a put."""
    lab.hold(reading)
    await lab.put("LOOP1:RAMP:RATE:SP", 6.0)
    await lab.put("LOOP1:RAMP:SP", "On")
    await lab.put("LOOP1:TEMP:SP", target)


# --- settings changed at the front panel a moment before a put -------------------------------------


@pytest.mark.parametrize(
    ("hand", "reason"),
    [
        ("RAMP 1,1,6", "RAMP is now On"),
        ("OUTMODE 1,1,2,0", "control input is now B"),
        ("OUTMODE 1,3,1,0", "MODE is now Open loop"),
        ("INTYPE A,3,1,0,1,2", "units are now Celsius"),
    ],
)
@scene()
async def test_a_put_composed_for_other_settings_is_refused_and_undone_and_works_when_put_again(lab, hand, reason):
    lab.hold(13.0)
    lab.hold(13.0, "B")
    await lab.run(1.0)
    lab.front_panel(hand)  # not polled yet
    before = float(lab.front_panel("SETP? 1"))
    assert reason in await lab.refused("LOOP1:TEMP:SP", 20.0)
    await lab.run(5.0)
    assert float(lab.front_panel("SETP? 1")) == before
    assert lab.front_panel("RAMPST? 1") == "0"
    await lab.put("LOOP1:TEMP:SP", 20.0)
    await lab.until(lambda: abs(lab["LOOP1:SETPOINT"] - 20.0) < 0.001, within=120.0)


@scene()
async def test_a_stop_composed_for_another_input_is_refused_and_undone(lab):
    lab.hold(20.0)
    lab.hold(100.0, "B")
    await lab.run(1.0)
    lab.front_panel("OUTMODE 1,1,2,0")
    before = lab.front_panel("SETP? 1")
    assert "control input is now B" in await lab.refused("LOOP1:STOP")
    assert lab.front_panel("SETP? 1") == before


@pytest.mark.parametrize("ramp", ["Off", "On"])
@scene()
async def test_a_hold_the_instrument_does_not_keep_is_refused_and_undone(lab, ramp):
    # The curve's setpoint limit binds SETP, not the reading: 200 K is stored as 150 K.
    lab.front_panel('CRVHDR 21,"X138113","X138113",4,150.000,1')
    await lab.put("LOOP1:RAMP:SP", ramp)
    lab.hold(200.0)
    await lab.run(2.0)
    before = lab.front_panel("SETP? 1")
    assert "kept setpoint 150" in await lab.refused("LOOP1:STOP")
    assert lab.front_panel("SETP? 1") == before
    await lab.run(2.0)
    assert lab["LOOP1:TARGET"] == lab["LOOP1:TEMP:SP"] == float(before)


# --- whose ramp it is ------------------------------------------------------------------------------


async def ramp_of_others_towards_ours(lab, start: float, target: float) -> None:
    """Start a ramp at the front panel, from below our target, in a moment in which the IOC knows no setpoint."""
    lab.front_panel("INTYPE A,3,1,0,1,3")
    await lab.until(lambda: not lab.channel("LOOP1:SETPOINT").valid)
    lab.front_panel(f"INTYPE A,3,1,0,1,1;RAMP 1,0;SETP 1,{start};RAMP 1,1,6;SETP 1,{target}")
    await lab.until(lambda: lab.channel("LOOP1:SETPOINT").valid)
    await lab.run(3.0)
    assert lab["LOOP1:RAMPING"] == "Yes" and lab["LOOP1:SETPOINT"] < lab["LOOP1:TARGET"]


@scene()
async def test_a_ramp_after_ours_has_ended_is_not_ours(lab):
    await ramp_of_ours(lab, 14.0)
    await lab.becomes("LOOP1:RAMPING", "No")
    await lab.run(1.0)
    await ramp_of_others_towards_ours(lab, 10.0, 30.0)
    assert (lab["LOOP1:TARGET"], lab.alarm("LOOP1:TARGET")) == (14.0, ("STATE", "MINOR"))


@scene()
async def test_a_ramp_after_a_stop_of_ours_is_not_ours(lab):
    await ramp_of_ours(lab, 30.0)
    await lab.run(10.0)
    await lab.put("LOOP1:STOP")
    held = lab["LOOP1:TARGET"]
    lab.front_panel("RAMP 1,0;SETP 1,10;RAMP 1,1,6;SETP 1,40")
    await lab.until(lambda: lab["LOOP1:SETPOINT"] < 12.0 and lab["LOOP1:RAMPING"] == "Yes", within=5.0)
    await lab.run(3.0)
    assert (lab["LOOP1:TARGET"], lab.alarm("LOOP1:TARGET")) == (held, ("STATE", "MINOR"))


@scene()
async def test_our_ramp_is_nobodys_when_the_link_was_down_meanwhile(lab):
    await ramp_of_ours(lab, 40.0)
    await lab.run(5.0)
    assert lab.alarm("LOOP1:TARGET") == ("NO_ALARM", "NO_ALARM")
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    lab.plug_in()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "Yes")
    await lab.run(5.0)
    assert (lab["LOOP1:RAMPING"], lab["LOOP1:TARGET"]) == ("Yes", 40.0)
    assert lab.alarm("LOOP1:TARGET") == ("STATE", "MINOR")


@pytest.mark.parametrize(("panel", "target", "severity"), [
    ("RAMP 1,0;SETP 1,20;RAMP 1,1,6;SETP 1,40", 40.0, "MINOR"),  # as it was left
    ("RAMP 1,0;SETP 1,50;RAMP 1,1,6;SETP 1,60", None, "INVALID"),  # 40 K lies behind
])  # fmt: skip
def test_the_target_of_a_ramp_is_kept_over_a_restart_of_the_ioc(tmp_path, panel, target, severity):
    async def before(lab):
        await ramp_of_ours(lab, 40.0)
        await lab.run(3.0)

    async def after(lab):
        lab.front_panel(panel)
        await lab.until(lambda: lab["LOOP1:RAMPING"] == "Yes", within=5.0)
        await lab.run(5.0)
        assert lab.alarm("LOOP1:TARGET")[1] == severity
        assert target in (None, lab["LOOP1:TARGET"])
        await lab.until(lambda: lab["LOOP1:RAMPING"] == "No", within=300.0)
        await lab.run(1.0)
        assert lab.alarm("LOOP1:TARGET")[1] == "NO_ALARM"

    perform(before, state=tmp_path)
    perform(after, state=tmp_path, cold=True)


@scene()
async def test_two_stops_at_once_hold_the_same_temperature(lab):
    await ramp_of_ours(lab, 30.0)
    await lab.run(5.0)
    await asyncio.gather(lab.put("LOOP1:STOP"), lab.put("LOOP1:STOP"), return_exceptions=True)
    await lab.run(2.0)
    assert lab["LOOP1:RAMPING"] == "No"
    assert lab["LOOP1:TARGET"] == lab["LOOP1:SETPOINT"] == float(lab.front_panel("SETP? 1"))


# --- in whose units SETP? is -----------------------------------------------------------------------


def never(recorder, low: float, high: float) -> None:
    """Check that no valid value of a PV lay outside."""
    wrong = [(value, severity) for value, severity, _ in recorder.events if severity != "INVALID"]
    assert all(low <= value <= high for value, _ in wrong), wrong


@scene()
async def test_the_same_number_in_other_units_after_the_instrument_was_away_is_another_temperature(lab):
    await lab.put("LOOP1:TEMP:SP", 20.0)
    await lab.run(1.0)
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    lab.front_panel("INTYPE A,3,1,0,1,2;SETP 1,20")  # 20 degC
    seen = lab.record("LOOP1:SETPOINT", mask=5)
    lab.plug_in()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "Yes")
    await lab.run(15.0)
    never(seen, 293.0, 294.0)
    assert lab.channel("LOOP1:SETPOINT").valid


@scene()
async def test_changing_units_in_a_ramp_never_looks_like_another_temperature(lab):
    await ramp_of_ours(lab, 100.0)
    seen = {name: lab.record(f"LOOP1:{name}", mask=5) for name in ("SETPOINT", "TARGET", "TEMP:SP")}
    for units in (2, 1, 2, 1):
        lab.front_panel(f"INTYPE A,3,1,0,1,{units}")
        await lab.run(10.0)
    never(seen["SETPOINT"], 12.0, 18.0)
    for name in ("TARGET", "TEMP:SP"):
        never(seen[name], 99.99, 100.01)
    assert lab["LOOP1:RAMPING"] == "Yes" and lab.channel("LOOP1:SETPOINT").valid
