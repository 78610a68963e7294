"""PVS.md 4: a refused put fails, changes nothing, sends nothing and says why."""

from __future__ import annotations

import math

import pytest

from cryoioc.errors import Refused

from .laboratory import Laboratory, scene

SHORT = 39  # characters of a stringin

# PV, what is put, words that its reason must hold
REFUSALS = {
    "above the station's limit": ("LOOP1:TEMP:SP", 900.0, ["900", "300", "K"]),
    "below the station's limit": ("LOOP1:TEMP:SP", 0.5, ["0.5", "1.4", "K"]),
    "P out of range": ("LOOP1:P:SP", 1000.5, ["1000"]),
    "P below range": ("LOOP1:P:SP", 0.0, ["0.1"]),
    "I out of range": ("LOOP1:I:SP", 1001.0, ["1000"]),
    "D out of range": ("LOOP1:D:SP", 201.0, ["200"]),
    "MOUT out of range": ("LOOP1:MOUT:SP", 101.0, ["100"]),
    "ramp rate out of range": ("LOOP1:RAMP:RATE:SP", 101.0, ["100"]),
    "resistance neither 25 nor 50": ("LOOP1:RMAX:SP", 30.0, ["25", "50"]),
    "more current than heater and wiring stand": ("LOOP2:IMAX:SP", 1.0, ["0.95"]),
    "TLIMIT negative": ("VAP:LIMIT:SP", -1.0, ["-1"]),
    "filter points": ("VAP:FILTER:POINTS:SP", 65, ["64"]),
    "filter window": ("VAP:FILTER:WINDOW:SP", 11, ["10"]),
    "curve that does not exist": ("VAP:CURVE:SP", 60, ["60"]),
    "tolerance of nothing": ("LOOP1:TOL:SP", -0.1, ["-0.1"]),
    "dwell of less than nothing": ("LOOP1:DWELL:SP", -1.0, ["-1"]),
    "NaN as a setpoint": ("LOOP1:TEMP:SP", math.nan, ["nan"]),
    "infinity as a setpoint": ("LOOP1:TEMP:SP", math.inf, ["inf"]),
    "NaN as a gain": ("LOOP1:P:SP", math.nan, ["nan"]),
    "NaN as a whole number": ("VAP:FILTER:POINTS:SP", math.nan, ["nan"]),
    "text for a number": ("LOOP1:TEMP:SP", "warm", ["number", "warm"]),
    "two numbers for one": ("LOOP1:TEMP:SP", (20.0, 21.0), ["one number"]),
    "fraction for a whole number": ("VAP:FILTER:POINTS:SP", 8.5, ["whole number"]),
    "unknown state by name": ("LOOP1:RANGE:SP", "Maximum", ["Maximum"]),
    "unknown state by number": ("LOOP1:RANGE:SP", 4, ["4"]),
    "unknown mode": ("LOOP1:MODE:SP", "Automatic", ["Automatic"]),
    "state of another model": ("LOOP1:RANGE:SP", "Range3", ["Range3"]),
    "too long a name": ("VAP:NAME:SP", "a name of 16 cha", ["15"]),
    "semicolon in a name": ("VAP:NAME:SP", "A;RANGE 1,3", []),
    "quotation mark in a name": ("VAP:NAME:SP", 'A"', []),
    "too long a text": ("VAP:NAME:SP", "x" * 40, ["longer"]),
    "reading": ("VAP:TEMP", 20.0, ["read-only"]),
    "heater output": ("LOOP1:HEATER", 50.0, ["read-only"]),
    "target": ("LOOP1:TARGET", 20.0, ["read-only"]),
    "enum readback": ("LOOP1:RANGE", "High", ["read-only"]),
    "text readback": ("VAP:NAME", "Vapour", ["read-only"]),
    "zone readback": ("LOOP1:ZONES", (1.0,) * 80, ["read-only"]),
    "half a zone table": ("LOOP1:ZONES:SP", (1.0,) * 40, []),
    "station's own PV": ("VERSION", "9", ["read-only"]),
    "flow": ("FLOW", 3.0, ["read-only"]),
    "instrument's PV": ("TC1:CONNECTED", 0, ["read-only"]),
}


def x_of(name: str) -> str:
    return name.removesuffix(":SP")


async def check_refusal(lab: Laboratory, name: str, value: object, words: list[str]) -> None:
    """Put what must be refused; check all that a refusal promises."""
    group = "" if name == "VERSION" else name.split(":")[0] + ":"
    former, alarm, mark = lab[name], lab.alarm(name), lab.mark()
    x = x_of(name)
    before_x = lab[x] if name != "LOOP1:TEMP:SP" else lab["LOOP1:TARGET"]
    messages = lab.record(f"{group}MSG")
    reason = await lab.refused(name, value)
    assert messages.values, "MSG is posted before the completion"
    assert lab[name] == former and lab.alarm(name) == alarm
    short, whole = lab[f"{group}MSG"], lab[f"{group}MSG:LONG"]
    assert 0 < len(short) <= SHORT
    assert reason in whole
    assert whole.startswith(short)
    for word in words:
        assert word in whole, whole
    assert name in lab["MSG"], lab["MSG"]
    assert name in lab["MSG:LONG"] and reason in lab["MSG:LONG"]
    await lab.run(1.0)
    assert lab.commands(mark) == []
    assert (lab[x] if name != "LOOP1:TEMP:SP" else lab["LOOP1:TARGET"]) == before_x or not name.endswith(":SP")


@pytest.mark.parametrize("what", REFUSALS)
@scene()
async def test_a_refused_put_fails_changes_nothing_sends_nothing_and_says_why(lab, what):
    await check_refusal(lab, *REFUSALS[what])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOOP1:TEMP:SP", 20.0),
        ("LOOP1:RANGE:SP", "Low"),
        ("LOOP1:P:SP", 30.0),
        ("LOOP1:ZONES:SP", (0.0, 50.0, 20.0, 0.0, 0.0, 0.0, 0.0, 0.1) * 10),
        ("LOOP1:STOP", 1),
        ("LOOP1:TUNE:SP", "PI"),
        ("VAP:LIMIT:SP", 300.0),
        ("VAP:UNITS:SP", "Kelvin"),
        ("VAP:NAME:SP", "Vapour"),
        ("VAP:MINMAX:RESET", 1),
        ("VAP:ALARM:HIGH:SP", 30.0),
        ("TC1:RELAY1:MODE:SP", "On"),
        ("TC1:REMOTE:SP", "Remote"),
    ],
)
@scene()
async def test_a_put_while_the_link_is_down_is_refused_in_words(lab, name, value):
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    await check_refusal(lab, name, value, ["not connected"])


@pytest.mark.parametrize(
    ("name", "value"), [("LOOP1:TEMP:SP", 20.0), ("LOOP1:P:SP", 30.0), ("LOOP1:RANGE:SP", "Low"), ("VAP:LIMIT:SP", 9.0)]
)
@scene(cold=True)
async def test_a_put_before_the_instrument_is_connected_is_refused(lab, name, value):
    lab.unplug()
    await lab.run(1.0)
    await check_refusal(lab, name, value, [])
    assert lab.channel(name).undefined


@scene()
async def test_settings_of_the_ioc_itself_need_no_link(lab):
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    await lab.put("LOOP1:TOL:SP", 0.5)
    await lab.put("LOOP1:DWELL:SP", 5.0)
    await lab.put("LOOP1:HEATER:RESET")
    await lab.put("LOOP1:RESET")
    assert (lab["LOOP1:TOL"], lab["LOOP1:DWELL"]) == (0.5, 5.0)
    assert lab.alarm("LOOP1:HEATER:STATUS") == ("COMM", "INVALID")  # a reset does not make it known


@scene()
async def test_a_setting_is_refused_while_its_siblings_cannot_be_read(lab):
    # PID is three fields in one command: without I and D, P cannot be sent.
    lab.instrument().mute.add("PID? 1")
    mark = lab.mark()
    await lab.refused("LOOP1:P:SP", 30.0)
    await lab.run(1.0)
    assert lab.commands(mark) == []
    assert lab["LOOP1:MSG"] != ""
    lab.instrument().mute.clear()
    await lab.put("LOOP1:P:SP", 30.0)
    assert lab.front_panel("PID? 1") == "+0030.0,+0020.0,+000.0"


@scene()
async def test_msg_is_emptied_by_the_next_accepted_put_of_the_group(lab):
    await lab.refused("LOOP1:P:SP", 5000.0)
    await lab.put("LOOP2:P:SP", 60.0)
    assert lab["LOOP1:MSG"] != ""
    await lab.put("LOOP1:I:SP", 30.0)
    assert (lab["LOOP1:MSG"], lab["LOOP1:MSG:LONG"]) == ("", "")


@scene()
async def test_caget_msg_after_caput_wait_is_the_test_that_works_everywhere(lab):
    for value, fails in ((20.0, False), (999.0, True), (25.0, False), (math.nan, True), (30.0, False)):
        if fails:
            await lab.refused("LOOP2:D:SP", value * 1000)
        else:
            await lab.put("LOOP2:D:SP", value)
        assert (lab["LOOP2:MSG"] != "") is fails


@scene()
async def test_the_same_refusal_twice_is_told_twice(lab):
    await lab.refused("LOOP1:P:SP", 5000.0)
    seen = lab.record("LOOP1:MSG")
    await lab.refused("LOOP1:P:SP", 5000.0)
    assert len(seen.values) == 1


@scene()
async def test_station_msg_carries_the_last_refusal_anywhere(lab):
    await lab.refused("LOOP1:P:SP", 5000.0)
    await lab.refused("VAP:FILTER:POINTS:SP", 100)
    assert "VAP:FILTER:POINTS:SP" in lab["MSG"]
    assert "LOOP1" not in lab["MSG:LONG"]


@scene()
async def test_what_switches_off_is_closed_to_nobody(lab):
    for name in ("ALLOFF", "LOOP1:RANGE:SP", "LOOP2:RANGE:SP"):
        for field, value in (("DISP", 1), ("ASG", "INTERLOCK")):
            with pytest.raises(Refused, match="^this record switches off, it is closed to nobody$"):
                await lab.put_field(name, field, value)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("ALLOFF")
    assert lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_nothing_stops_after_bad_puts(lab):
    for name, value, _ in REFUSALS.values():
        await lab.refused(name, value)
    lab.hold(44.0)
    await lab.until(lambda: abs(lab["VAP:TEMP"] - 44.0) < 0.1, within=2.0)
    await lab.put("LOOP1:TEMP:SP", 44.0)
    assert lab["LOOP1:TARGET"] == 44.0


@scene()
async def test_a_put_that_meets_a_dying_link_fails_and_says_so(lab):
    lab.world.installed["TC1"].line.faults.silence = True
    reason = await lab.refused("LOOP1:P:SP", 30.0)
    assert reason
    assert lab["LOOP1:MSG"] != "" and lab["LOOP1:P"] == 50.0


@scene()
async def test_what_the_instrument_kept_otherwise_is_put_back(lab):
    """A refused put changes nothing, in the instrument either: here it rounds the limit to whole kelvin."""
    assert lab["VAP:LIMIT"] == 323.0
    since = lab.mark()
    reason = await lab.refused("VAP:LIMIT:SP", 310.4)
    assert "310" in reason and "310.4" in reason
    assert lab["VAP:LIMIT"] == 323.0
    limits = [command for command in lab.commands(since) if command.startswith("TLIMIT")]
    assert limits == ["TLIMIT A,310.4", "TLIMIT A,323.0"]
