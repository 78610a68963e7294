"""PVs of an amplifier: what is accepted, what is refused and why, what is shown, and what is left alone.

One amplifier at 15 K: drains on an E36312A, gates on source-measure modules.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from functools import partial

import pytest
from tests.pvs.laboratory import scene

from cryoioc.bias import Bias, Phase
from cryoioc.errors import CryoError
from cryoioc.pvs.bias_loop import LOOK as STEP
from cryoioc.pvs.park import left_alone
from cryosim.emulators.scpi import Supply
from cryosim.plant.amplifier_stage import Transistor

from .polls import one_poll
from .receivers import KINDS, TABLE, station

A = "ELCOLD"
DRAINS, GATES = f"D{A}", f"X{A}"
STATION = station(KINDS[:1], "L", ("COLD",), near=True)
WARM = station(KINDS[:1], "L", ("COLD",)).replace("COLD = 15.0", "COLD = 100.0")
HEATED = (
    STATION
    + """
[instrument.PS]
model = "keysight_n6700"
port = "socket://127.0.0.1:5900"
[power.HEATERS]
instrument = "PS"
output = 1
voltage = 40.5
over_voltage = 45.0
load_ohm = 50.0
lead_ohm = 31.0
"""
)
ON = 60.0  # s, longer than a switch-on takes


def supply(lab, name=DRAINS) -> Supply:
    found = lab.world.installed[name].instrument
    assert isinstance(found, Supply)
    return found


def by_hand(lab, name, message):
    """Operate a supply as somebody else would."""
    supply(lab, name).receive(f"{message}\n".encode())


def point(lab, stage=1):
    return lab.world.plant.amplifiers[A].stages[stage - 1].point


async def cold(lab):
    await lab.put(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:READY", "Yes", ON)


def told(lab, mark, name):
    """Return what an instrument was told that changes anything."""
    return [unit for unit in lab.commands(mark, name) if not unit.startswith("*")]


@scene(station=STATION)
async def test_from_off_to_the_table_custom_and_off_again(lab):
    assert [lab[f"{A}:{name}"] for name in ("BIAS", "BIAS:SP", "STATE", "WINDOW")] == ["Off", "Off", "Off", "Cold"]
    assert lab[f"{A}:SERIAL"] == "YCA-2024 1103"
    assert lab.alarm(f"{A}:STATE")[1] == lab.alarm(f"{A}:S1:VD:DEV")[1] == "NO_ALARM"  # off on purpose
    assert lab.alarm(f"{A}:TN")[1] == "INVALID"  # it amplifies nothing
    assert "only above 250 K, it is at 15.0" in await lab.refused(f"{A}:BIAS:SP", "Warm")
    assert lab[f"{A}:BIAS:SP"] == "Off"
    assert "only a bias that stands can be changed" in await lab.refused(f"{A}:S1:VD:SP", 0.5)
    diary = lab.record(f"{A}:READY")
    await lab.put(f"{A}:BIAS:SP", "Cold")
    assert (lab[f"{A}:READY"], lab[f"{A}:BIAS:SP"], lab[f"{A}:MSG"]) == ("No", "Cold", "")
    await lab.becomes(f"{A}:BIAS", "Moving", 1.0)
    assert "on its way" in await lab.refused(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:READY", "Yes", ON)
    assert diary.values[-1] == "Yes"
    assert lab[f"{A}:BIAS"] == lab[f"{A}:BIAS:SP"] == "Cold"
    for n, (drain, current, gate) in enumerate(TABLE["L", "COLD"], 1):
        assert lab[f"{A}:S{n}:VD"] == pytest.approx(drain, abs=2e-3)
        assert lab[f"{A}:S{n}:ID"] == pytest.approx(current, abs=0.02)
        assert lab[f"{A}:S{n}:VG"] == pytest.approx(gate, abs=3e-3)
        there = point(lab, n)  # the transistor itself, behind its leads
        assert (there.drain, there.gate) == (pytest.approx(drain, abs=2e-3), pytest.approx(gate, abs=0.01))
        assert 1e3 * there.current == pytest.approx(current, abs=0.02)
        assert [lab[f"{A}:S{n}:{name}:NOM"] for name in ("VD", "ID", "VG")] == pytest.approx([drain, current, gate])
        assert max(abs(lab[f"{A}:S{n}:{name}:DEV"]) for name in ("VD", "ID", "VG")) < 1.0
        assert (lab[f"{A}:S{n}:SERVO"], lab[f"{A}:S{n}:LOCKED"]) == ("On", "Yes")
        assert lab[f"{A}:S{n}:VD:SP"] == drain
        assert lab[f"{A}:S{n}:IG"] == pytest.approx(point(lab, n).gate, abs=0.2)  # 1 MOhm
        assert lab[f"{A}:S{n}:POWER"] == pytest.approx(drain * current, rel=0.01)
    assert lab[f"{A}:POWER"] == pytest.approx(8.7, abs=0.05)
    assert (lab[f"{A}:TN"], lab[f"{A}:GAIN"]) == (pytest.approx(3.8, abs=0.1), pytest.approx(36.3, abs=0.1))
    await _custom(lab)
    await lab.put(f"{A}:OFF")
    assert (lab[f"{A}:BIAS"], lab[f"{A}:BIAS:SP"], lab[f"{A}:STATE"]) == ("Off", "Off", "Off")
    assert point(lab).drain == 0.0 and not any(output.live for output in supply(lab, GATES).outputs)


async def _custom(lab):
    """Change single values of a bias that stands."""
    assert "SERVO is On" in await lab.refused(f"{A}:S2:VG:SP", 0.6)
    assert "allowed up to 1.3" in await lab.refused(f"{A}:S2:VD:SP", 1.4)
    assert "allowed up to 6" in await lab.refused(f"{A}:S2:ID:SP", 7.0)
    assert lab[f"{A}:S2:VD:SP"] == 0.5
    await lab.put(f"{A}:S2:ID:SP", 3.5)
    assert (lab[f"{A}:BIAS"], lab[f"{A}:READY"]) != ("Cold", "Yes")
    await lab.becomes(f"{A}:READY", "Yes", ON)
    assert lab[f"{A}:BIAS"] == "Custom"
    assert lab[f"{A}:S2:ID"] == pytest.approx(3.5, abs=0.02)
    await lab.put(f"{A}:S2:SERVO:SP", "Off")
    assert "SERVO is Off" in await lab.refused(f"{A}:S2:ID:SP", 3.0)
    await lab.put(f"{A}:S2:VG:SP", 0.55)
    await lab.becomes(f"{A}:READY", "Yes", ON)
    assert point(lab, 2).gate == pytest.approx(0.55, abs=0.005)
    # Its current is 60 % of the table's: judged once it stands, and over only within 10 %.
    await lab.until(lambda: lab.alarm(f"{A}:S2:ID:DEV")[1] == "MINOR")
    await lab.put(f"{A}:S2:VG:SP", 0.62)
    await lab.becomes(f"{A}:READY", "Yes", ON)
    await lab.until(lambda: -20.0 < lab[f"{A}:S2:ID:DEV"] < -10.0)
    amplifier = lab.world.plant.amplifiers[A]
    amplifier.stages[1].transistor = Transistor(0.860, -0.769)  # it has changed
    amplifier.disturb(0.0)
    await lab.until(lambda: lab.alarm(f"{A}:S2:ID:DEV")[1] == "MINOR")
    amplifier.stages[1].transistor = Transistor(0.735, -0.769)
    amplifier.disturb(0.0)
    await lab.until(lambda: -20.0 < lab[f"{A}:S2:ID:DEV"] < -10.0)
    assert lab.alarm(f"{A}:S2:ID:DEV")[1] == "MINOR"
    amplifier.stages[1].transistor = Transistor(0.721, -0.769)


@scene(station=STATION, cold=True)
async def test_what_is_on_at_the_start_is_read_and_left(lab):
    for n, (drain, current, gate) in enumerate(TABLE["L", "COLD"], 1):
        gate_volts, drain_volts = gate + 11e-3 * 5.2, drain + 15.5e-3 * current + 11e-3 * 5.2
        by_hand(lab, GATES, f":CURR:LIM 0.001,(@{n});:VOLT {gate_volts:.4f},(@{n});:OUTP 1,(@{n})")
        by_hand(lab, DRAINS, f":VOLT:PROT 2,(@{n});:CURR 0.014,(@{n});:VOLT {drain_volts:.4f},(@{n});:OUTP 1,(@{n})")
    await lab.becomes(f"{A}:STATE", "Found")
    await lab.run(10.0)
    assert lab[f"{A}:BIAS"] == lab[f"{A}:BIAS:SP"] == "Cold"
    assert (lab[f"{A}:READY"], lab[f"{A}:TRIP"]) == ("No", "OK")
    assert lab[f"{A}:S1:ID"] == pytest.approx(4.0, abs=0.1)
    assert told(lab, 0, DRAINS) == told(lab, 0, GATES) == []
    assert "SERVO is Off" in await lab.refused(f"{A}:S1:ID:SP", 3.9)
    await lab.put(f"{A}:BIAS:SP", "Off")
    await lab.becomes(f"{A}:BIAS", "Off")


@pytest.mark.parametrize(("change", "why"), [
    ((1, "ovp", 6.0), "S1 drain: over-voltage protection 6 V, not 2"),
    ((2, "limit", 0.5), "S2 drain: current limit 500 mA, not 14"),
    ((3, "volts", 0.9), "S3 drain"), ((1, "on", 0.0), "S1 drain")])  # fmt: skip
def test_a_foreign_hand_trips_within_a_poll_and_a_step_and_nothing_is_put_back(change, why):
    @scene(station=STATION)
    async def play(lab):
        await lab.put(f"{A}:BIAS:SP", "Cold")
        await lab.becomes(f"{A}:STATE", "Servo", ON)
        mark = lab.mark(DRAINS)
        supply(lab).press(*change)
        await lab.becomes(f"{A}:TRIP", "Tripped", one_poll(lab.ioc, DRAINS) + STEP)
        assert why in lab[f"{A}:TRIP:WHY:LONG"]
        assert lab.alarm(f"{A}:TRIP")[1] == lab.alarm(f"{A}:STATE")[1] == "MAJOR"
        await lab.run(3.0)
        assert lab[f"{A}:BIAS"] == lab[f"{A}:BIAS:SP"] == "Off"
        assert not any(output.live for output in (*supply(lab).outputs, *supply(lab, GATES).outputs))
        assert not any(re.match(r":OUTP 1|:VOLT:PROT |:CURR ", unit) for unit in told(lab, mark, DRAINS))
        assert "RESET first" in await lab.refused(f"{A}:BIAS:SP", "Cold")
        await lab.put(f"{A}:BIAS:SP", "Off")  # accepted in every state
        await lab.put(f"{A}:RESET")
        assert lab[f"{A}:TRIP"] == "OK"  # complete: the interlock of it can be reset at once
        await lab.run(2.0)
        assert lab[f"{A}:TRIP:WHY"] == ""
        assert lab[f"{A}:BIAS"] == "Off"

    play()


async def over_voltage(lab):
    """Let a protection act, and wait until everything is off."""
    await lab.put(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:STATE", "Servo", ON)
    supply(lab).press(3, "volts", 2.5)
    await lab.becomes(f"{A}:TRIP", "Tripped", 5.0)
    await lab.run(3.0)


@scene(station=STATION)
async def test_a_reset_is_complete_when_the_protection_that_acted_is_cleared(lab):
    await over_voltage(lab)
    await lab.put(f"{A}:RESET")
    await lab.put("INTLK:RESET")
    await lab.put(f"{A}:BIAS:SP", "Cold")  # accepted at once


@scene(station=STATION)
async def test_a_reset_says_which_protection_does_not_clear(lab):
    await over_voltage(lab)
    instrument = lab.world.installed[DRAINS].line.instrument
    receive = instrument.receive
    instrument.receive = lambda data: receive(re.sub(rb":OUTP:PROT:CLE[^;\n]*", b"*CLS", data))
    assert "not cleared: S3 drain over-voltage" in await lab.refused(f"{A}:RESET")


@scene(station=STATION)
async def test_a_lost_line_trips_what_is_left_and_is_known_as_unknown(lab):
    await lab.put(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:STATE", "Servo", ON)
    lab.unplug(GATES)
    await lab.becomes(f"{A}:TRIP", "Tripped", 5.0)
    await lab.run(1.0)
    assert not any(output.live for output in supply(lab).outputs)
    for name in ("VG", "VG:SUPPLY", "VG:SP", "IG"):
        assert lab.alarm(f"{A}:S1:{name}")[1] == "INVALID"
    assert "not connected" in await lab.refused(f"{A}:RESET") or "not known" in await lab.refused(f"{A}:RESET")
    mark = lab.mark(GATES)
    lab.plug_in(GATES)
    await lab.run(15.0)
    assert not any(unit.startswith(":OUTP 1") for unit in told(lab, mark, GATES))
    assert not any(output.live for output in supply(lab, GATES).outputs)
    await lab.put(f"{A}:RESET")
    await lab.becomes(f"{A}:TRIP", "OK")


@scene(station=STATION)
async def test_off_goes_on_through_a_trip_and_says_in_the_end_what_is_true(lab):
    await lab.put(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:STATE", "Drains")
    lab.unplug(DRAINS)
    off = asyncio.create_task(lab.put(f"{A}:OFF"))
    await lab.becomes(f"{A}:TRIP", "Tripped")
    assert not off.done()
    lab.plug_in(DRAINS)
    await off
    assert lab[f"{A}:BIAS"] == "Off" and not any(output.live for output in supply(lab).outputs)
    lab.unplug(DRAINS)
    await lab.run(5.0)
    assert lab.alarm(f"{A}:BIAS")[1] == lab.alarm(f"{A}:BIAS:SP")[1] == lab.alarm(f"{A}:BIAS:COLD")[1] == "INVALID"
    assert "S1 drain is not known to be off" in await lab.refused(f"{A}:OFF")


@scene(station=STATION)
async def test_off_needs_no_line_and_on_does(lab):
    lab.unplug(DRAINS)
    await lab.run(5.0)
    assert lab.alarm(f"{A}:BIAS")[1] == lab.alarm(f"{A}:BIAS:COLD")[1] == "INVALID"
    assert lab.alarm(f"{A}:S1:VD")[1] == lab.alarm(f"{A}:POWER")[1] == "INVALID"
    assert "not read" in await lab.refused(f"{A}:BIAS:SP", "Cold")
    await lab.put(f"{A}:BIAS:SP", "Off")


@scene(station=STATION)
async def test_off_without_the_gates_line_is_no_trip_where_nothing_is_on(lab):
    lab.unplug(GATES)
    await lab.run(1.0)
    await lab.put(f"{A}:OFF")
    await lab.becomes(f"{A}:WARN", "Yes", 1.0)
    assert lab.alarm(f"{A}:WARN")[1] == "MINOR" and "gate is not known to be off" in lab[f"{A}:MSG:LONG"]
    assert (lab[f"{A}:TRIP"], lab[f"{A}:BIAS"]) == ("OK", "Off")


@scene(station=STATION, cold=True)
async def test_from_the_first_moment_a_put_is_refused_in_words_or_begins(lab):
    """Until its temperature is known WINDOW is INVALID, whatever it begins with, and nothing can be put but Off."""
    refused = set()
    while lab[f"{A}:STATE"] in ("Unread", "Off"):
        try:
            await lab.put(f"{A}:BIAS:SP", "Cold")
        except CryoError as refusal:
            refused.add(str(refusal))
            assert lab[f"{A}:MSG:LONG"] == str(refusal) and lab.alarm(f"{A}:WINDOW")[1] == "INVALID"
            await lab.run(0.2)
        else:
            await lab.becomes(f"{A}:STATE", "Gates", 5.0)
    assert refused == {"the supplies are not read", "Cold: temperature not known"}


@scene(station=STATION)
async def test_no_bias_without_a_temperature(lab):
    lab.unplug("TM1")
    await lab.run(10.0)
    assert lab.alarm(f"{A}:WINDOW")[1] == "INVALID"
    assert "temperature not known" in await lab.refused(f"{A}:BIAS:SP", "Cold")


@scene(station=WARM, cold=True)
async def test_between_its_windows_neither_bias_is_allowed(lab):
    await lab.becomes(f"{A}:WINDOW", "Neither")
    await lab.becomes(f"{A}:STATE", "Off")
    assert lab.alarm(f"{A}:S1:VD:NOM")[1] == "INVALID"
    assert "only below 40 K, it is at 100" in await lab.refused(f"{A}:BIAS:SP", "Cold")
    assert "only above 250 K" in await lab.refused(f"{A}:BIAS:SP", "Warm")


@scene(station=HEATED)
async def test_heaters_and_cold_bias_exclude_each_other(lab):
    await lab.put("HEATERS:PROGRAM")
    await lab.put("HEATERS:STATE:SP", "On")
    assert "HEATERS is on" in await lab.refused(f"{A}:BIAS:SP", "Cold")
    await lab.put("HEATERS:STATE:SP", "Off")
    await lab.put(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:BIAS", "Moving")
    assert "biased cold" in await lab.refused("HEATERS:STATE:SP", "On")
    await lab.put(f"{A}:OFF")
    await lab.put("HEATERS:STATE:SP", "On")


@scene(station=STATION)
async def test_supplies_keep_their_limits_before_anything_is_on(lab):
    mark = lab.mark(DRAINS)
    await lab.put(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:STATE", "Drains")
    await lab.run(0.5)
    sent = told(lab, mark, DRAINS)
    first_on = next(n for n, unit in enumerate(sent) if unit.startswith(":OUTP 1"))
    for n in (1, 2, 3):
        assert sent.index(f":VOLT:PROT 2.0000,(@{n})") < first_on and sent.index(f":CURR 0.0140,(@{n})") < first_on
    assert all(output.settings.ovp == 2.0 and output.settings.limit == 0.014 for output in supply(lab).outputs)
    await lab.put("ALLOFF")  # heaters only
    assert lab[f"{A}:BIAS"] == "Moving"


@scene(station=STATION)
async def test_a_warm_bias_that_a_cold_one_is_to_follow_counts_as_cold(lab):
    """Nobody may heat on the way from one to the other."""
    group = lab.ioc.amplifiers[0]
    await lab.until(lambda: group.biased_cold is False)
    down = replace(group.loop.state, phase=Phase.DOWN, bias=Bias.WARM, basis=Bias.WARM)
    found = []
    for then in (None, Bias.WARM, Bias.COLD):
        group.loop.state = replace(down, then=then)
        found.append(group.biased_cold)
    assert found == [False, False, True]


@scene(station=HEATED)
async def test_how_it_is_left_at_the_end_is_said_of_outputs_and_amplifiers(lab):
    said = partial(left_alone, lab.ioc.powers, lab.ioc.amplifiers)
    await lab.becomes(f"{A}:BIAS", "Off")
    assert said() == ["HEATERS is left as it is: Off", f"{A} is left as it is: Off"]
    await lab.put(f"{A}:BIAS:SP", "Cold")
    await lab.becomes(f"{A}:BIAS", "Moving")
    mark = lab.mark("PS")
    supply(lab, "PS").receive(b":OUTP 1,(@1)\n")
    await lab.becomes("HEATERS:STATE", "On")
    assert said() == ["HEATERS is left as it is: On", f"{A} is left as it is: Moving"]
    assert lab.commands(mark, "PS") == []
    lab.unplug("PS")
    lab.unplug(DRAINS)
    await lab.until(lambda: not lab.channel("HEATERS:STATE").valid and not lab.channel(f"{A}:BIAS").valid)
    assert said() == ["HEATERS is left as it is: not known", f"{A} is left as it is: not known"]
