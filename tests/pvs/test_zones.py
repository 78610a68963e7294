"""PVS.md, control loops: ZONE and ZONES."""

from __future__ import annotations

import asyncio

import pytest

from cryosim.emulators.lakeshore import Options

from .laboratory import Laboratory, scene

UNUSED = (0.0, 50.0, 20.0, 0.0, 0.0, 0.0, 0.0, 0.1)
# upper K, P, I, D, MOUT, range, input, rate
TABLE = (
    (20.0, 30.0, 15.0, 0.0, 0.0, 1.0, 1.0, 1.0),
    (50.0, 60.0, 25.0, 10.0, 5.0, 2.0, 1.0, 5.0),
    (300.0, 100.0, 40.0, 50.0, 2.5, 3.0, 1.0, 10.0),
)
ZONES = tuple(value for zone in TABLE for value in zone) + UNUSED * 7


async def zone_mode(lab: Laboratory, reading: float = 13.0) -> None:
    """Put the table and zone mode."""
    lab.hold(reading)
    await lab.put("LOOP1:ZONES:SP", ZONES)
    await lab.put("LOOP1:MODE:SP", "Zone")


@scene()
async def test_zones_are_10_times_8_numbers_as_the_instrument_has_them(lab):
    lab.front_panel("ZONE 1,3,77.5,11,12,13,14,2,2,9.5")
    await lab.until(lambda: lab["LOOP1:ZONES"][16] == 77.5, within=60.0)
    zones = lab["LOOP1:ZONES"]
    assert len(zones) == 80
    assert zones[16:24] == (77.5, 11.0, 12.0, 13.0, 14.0, 2.0, 2.0, 9.5)
    assert zones[:8] == UNUSED
    assert lab["LOOP1:ZONES:SP"] == zones


@scene()
async def test_a_put_writes_the_table_in_one_transaction_and_reads_it_back(lab):
    mark = lab.mark()
    await lab.put("LOOP1:ZONES:SP", ZONES)
    assert lab["LOOP1:ZONES"] == lab["LOOP1:ZONES:SP"] == ZONES
    for number, zone in enumerate(TABLE, 1):
        assert tuple(map(float, lab.front_panel(f"ZONE? 1,{number}").split(","))) == zone
    lab.transaction(mark)
    assert all(float(lab.front_panel(f"ZONE? 2,{n}").split(",")[0]) == 0.0 for n in range(1, 11))


BAD_TABLES = {
    "79 numbers": ZONES[:79],
    "P too large": (20.0, 1001.0, *ZONES[2:]),
    "range that does not exist": (*ZONES[:5], 4.0, *ZONES[6:]),
    "input that does not exist": (*ZONES[:6], 3.0, *ZONES[7:]),
    "half a range": (*ZONES[:5], 1.5, *ZONES[6:]),
    "bounds that fall": (60.0, *ZONES[1:]),
    "NaN": (float("nan"), *ZONES[1:]),
    "negative bound": (-5.0, *ZONES[1:]),
}


@pytest.mark.parametrize("what", BAD_TABLES)
@scene()
async def test_a_bad_table_is_refused_whole(lab, what):
    former, mark = lab["LOOP1:ZONES"], lab.mark()
    await lab.refused("LOOP1:ZONES:SP", BAD_TABLES[what])
    await lab.run(1.0)
    assert [c for c in lab.commands(mark) if c.startswith("ZONE")] == []
    assert lab["LOOP1:ZONES"] == lab["LOOP1:ZONES:SP"] == former
    assert lab["LOOP1:MSG"] != ""


@pytest.mark.parametrize("zone", [1, 5, 10])
@scene()
async def test_a_zone_the_instrument_does_not_keep_leaves_the_whole_table_as_it_was(lab, zone):
    before = tuple(v for k in range(1, 11) for v in (10.0 * k, *UNUSED[1:]))
    after = tuple(v for k in range(1, 11) for v in (20.0 * k, *UNUSED[1:]))
    await lab.put("LOOP1:ZONES:SP", before)
    lab.mishear(f"ZONE 1,{zone},{20 * zone}.00,50.0".encode(), f"ZONE 1,{zone},{20 * zone}.00,51.0".encode())
    assert f"zone {zone}" in await lab.refused("LOOP1:ZONES:SP", after)
    held = [float(lab.front_panel(f"ZONE? 1,{k}").split(",")[0]) for k in range(1, 11)]
    assert held == list(before[::8])
    assert lab["LOOP1:ZONES"] == lab["LOOP1:ZONES:SP"] == before


@scene()
async def test_zone_says_in_which_zone_the_setpoint_is(lab):
    assert lab["LOOP1:ZONE"] == 0
    await zone_mode(lab)
    await lab.put("LOOP1:RANGE:SP", "Off")
    lab.front_panel("SETP 1,15")
    await lab.becomes("LOOP1:ZONE", 1)
    lab.front_panel("SETP 1,45")
    await lab.becomes("LOOP1:ZONE", 2)
    lab.front_panel("SETP 1,120")
    await lab.becomes("LOOP1:ZONE", 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOOP1:P:SP", 70.0), ("LOOP1:I:SP", 30.0), ("LOOP1:D:SP", 5.0), ("LOOP1:MOUT:SP", 1.0),
        ("LOOP1:RANGE:SP", "Medium"), ("LOOP1:RAMP:RATE:SP", 3.0), ("LOOP1:INPUT:SP", "B"),
    ],
)  # fmt: skip
@scene()
async def test_in_zone_mode_puts_to_what_the_zone_sets_are_refused_and_name_the_zone(lab, name, value):
    await zone_mode(lab)
    lab.front_panel("SETP 1,120")
    await lab.becomes("LOOP1:ZONE", 3)
    await lab.becomes("LOOP1:RANGE", "High")
    lab.front_panel("RANGE 1,1")
    await lab.becomes("LOOP1:RANGE", "Low")
    mark = lab.mark()
    await lab.refused(name, value)
    assert "zone 3" in lab["LOOP1:MSG"]
    await lab.run(1.0)
    assert lab.commands(mark) == []


@scene()
async def test_the_range_of_the_zone_itself_may_be_put_again_after_a_trip(lab):
    await zone_mode(lab)
    lab.front_panel("SETP 1,45")
    await lab.becomes("LOOP1:RANGE", "Medium")
    await lab.becomes("LOOP1:ZONE", 2)
    lab.instrument().press_all_off()
    await lab.becomes("LOOP1:DROPPED", "Yes")
    await lab.put("LOOP1:RANGE:SP", "Medium")
    assert (lab["LOOP1:RANGE"], lab["LOOP1:DROPPED"]) == ("Medium", "No")


@scene()
async def test_switching_off_is_always_possible_in_zone_mode(lab):
    await zone_mode(lab)
    lab.front_panel("SETP 1,45")
    await lab.becomes("LOOP1:RANGE", "Medium")
    await lab.put("LOOP1:RANGE:SP", "Off")
    assert lab["LOOP1:RANGE"] == "Off" and lab["LOOP1:DROPPED"] == "No"


@pytest.mark.parametrize("habit", ["applied", "stays off"])
@pytest.mark.parametrize("owner", ["lower", "upper"])
def test_temp_sp_is_refused_with_range_off_if_the_crossing_would_land_in_a_zone_with_a_range(habit, owner):
    @scene(options=Options(zone_range_when_off=habit, zone_boundary=owner))
    async def play(lab):
        await zone_mode(lab)
        mark = lab.mark()
        for target in (45.0, 250.0):
            await lab.refused("LOOP1:TEMP:SP", target)
            assert "zone" in lab["LOOP1:MSG"].lower()
        await lab.run(1.0)
        assert [c for c in lab.commands(mark) if c.startswith("SETP")] == []
        assert lab["LOOP1:RANGE"] == "Off" and lab.front_panel("RANGE? 1") == "0"

    play()


@scene()
async def test_it_is_accepted_with_range_off_where_no_boundary_with_a_range_is_crossed(lab):
    off = tuple(v for zone in TABLE for v in (*zone[:5], 0.0, *zone[6:])) + UNUSED * 7
    lab.hold(13.0)
    await lab.put("LOOP1:ZONES:SP", off)
    await lab.put("LOOP1:MODE:SP", "Zone")
    for target in (45.0, 13.0, 250.0):
        await lab.put("LOOP1:TEMP:SP", target)
        await lab.run(1.0)
        assert lab["LOOP1:RANGE"] == "Off"


@scene()
async def test_with_range_on_a_crossing_is_accepted_and_its_changes_are_no_surprise(lab):
    lab.hold(13.0)
    await lab.put("LOOP1:ZONES:SP", ZONES)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP1:MODE:SP", "Zone")
    await lab.put("LOOP1:TEMP:SP", 45.0)
    await lab.becomes("LOOP1:ZONE", 2)
    await lab.becomes("LOOP1:RANGE", "Medium")
    await lab.until(lambda: lab["LOOP1:P"] == 60.0, within=15.0)
    assert (lab["LOOP1:P:SP"], lab["LOOP1:RANGE:SP"]) == (60.0, "Medium")
    assert lab["LOOP1:DROPPED"] == "No"


# --- a zone with an input of its own ---------------------------------------------------------------

ON_B = tuple(v for zone in TABLE for v in (*zone[:5], 0.0, 2.0 if zone[0] == 50.0 else 0.0, zone[7])) + UNUSED * 7


async def cross_into_zone_2(lab: Laboratory) -> None:
    lab.hold(45.0, "A")
    lab.hold(45.0, "B")
    await lab.put("LOOP1:ZONES:SP", ON_B)
    await lab.put("LOOP1:MODE:SP", "Zone")
    await lab.put("LOOP1:TEMP:SP", 45.0)


@scene(options=Options(zone_input_shown=True))
async def test_temp_is_that_of_the_zones_input_where_outmode_says_so(lab):
    await cross_into_zone_2(lab)
    await lab.becomes("LOOP1:INPUT", "B", within=5.0)
    lab.hold(44.0, "B")
    await lab.until(lambda: abs(lab["LOOP1:TEMP"] - 44.0) < 0.05)
    assert lab.channel("LOOP1:TEMP").valid
    lab.hold(45.0, "B")
    await lab.becomes("LOOP1:INPOS", "Yes")


@scene()
async def test_temp_is_not_known_where_zone_and_outmode_name_different_inputs(lab):
    said = lab.record("LOOP1:MSG:LONG")
    await cross_into_zone_2(lab)
    await lab.run(3.0)
    assert lab["LOOP1:INPUT"] == "A" and not lab.channel("LOOP1:TEMP").valid
    assert lab["LOOP1:STATE"] == "Invalid"
    assert [text for text in said.values if "zone 2 names input B, OUTMODE? says A" in text]
    assert "zone 2 names input B" in await lab.refused("LOOP1:STOP")
    await lab.run(20.0)
    assert lab["LOOP1:INPOS"] == "No"
    assert lab.channel("VAP:TEMP").valid and lab.channel("SAMPLE:TEMP").valid
    await lab.put("LOOP1:TEMP:SP", 15.0)  # back into a zone that names none
    await lab.until(lambda: lab.channel("LOOP1:TEMP").valid)


@scene()
async def test_a_ramp_does_not_start_from_the_reading_of_an_input_that_may_not_control(lab):
    await cross_into_zone_2(lab)
    await lab.run(3.0)
    lab.front_panel("RAMP 1,1,6")
    await lab.becomes("LOOP1:RAMP", "On")
    assert "zone 2 names input B" in await lab.refused("LOOP1:TEMP:SP", 40.0)


# --- autotune --------------------------------------------------------------------------------------


async def tunable(lab: Laboratory) -> None:
    """Meet the conditions of an autotune."""
    lab.hold(20.0)
    await lab.run(1.0)
    await lab.put("LOOP1:TEMP:SP", 20.5)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.run(1.0)


@scene()
async def test_a_tune_starts_runs_and_ends(lab):
    await tunable(lab)
    states = lab.record("LOOP1:TUNE:STATE")
    await lab.put("LOOP1:TUNE:SP", "PI")
    await lab.becomes("LOOP1:STATE", "Tuning", within=3.0)
    assert lab["LOOP1:TUNE"] == "PI"
    await lab.becomes("LOOP1:TUNE", "Off", within=300.0)
    assert lab["LOOP1:TUNE:SP"] == "Off"
    assert len(set(states.values)) >= 3, "progress is shown"
    assert lab["LOOP1:STATE"] != "Tuning"
    await lab.sweep()
    assert lab.front_panel("PID? 1").endswith("+000.0")
    assert lab["LOOP1:D"] == 0.0


@scene()
async def test_what_a_tune_has_found_is_shown_and_followed(lab):
    await tunable(lab)
    await lab.put("LOOP1:TUNE:SP", "PID")
    await lab.becomes("LOOP1:TUNE", "PID", within=3.0)
    await lab.becomes("LOOP1:TUNE", "Off", within=300.0)
    await lab.until(lambda: lab["LOOP1:D"] == 100.0, within=15.0)
    assert lab["LOOP1:D:SP"] == 100.0


async def cold_heater(lab: Laboratory) -> None:
    await lab.put("LOOP1:RANGE:SP", "Off")


async def far_away(lab: Laboratory) -> None:
    lab.hold(50.0)
    await lab.run(1.0)


async def no_curve(lab: Laboratory) -> None:
    lab.front_panel("INCRV A,0")
    await lab.sweep()


async def broken_sensor(lab: Laboratory) -> None:
    lab.break_sensor("A")
    await lab.run(1.0)


async def open_loop(lab: Laboratory) -> None:
    await lab.put("LOOP1:MODE:SP", "Open loop")


@pytest.mark.parametrize("spoil", [cold_heater, far_away, no_curve, broken_sensor, open_loop])
@scene()
async def test_a_tune_without_its_conditions_is_refused_with_the_reason(lab, spoil):
    await tunable(lab)
    await spoil(lab)
    mark = lab.mark()
    await lab.refused("LOOP1:TUNE:SP", "PI")
    await lab.run(1.0)
    assert lab.commands(mark) == []
    assert lab["LOOP1:MSG"] != "" and lab["LOOP1:TUNE"] == "Off"


@scene()
async def test_one_loop_at_a_time(lab):
    await tunable(lab)
    lab.hold(20.0, "B")
    await lab.run(1.0)
    await lab.put("LOOP2:TEMP:SP", 20.5)
    await lab.put("LOOP2:RANGE:SP", "Low")
    await lab.run(1.0)
    await lab.put("LOOP1:TUNE:SP", "P")
    await lab.becomes("LOOP1:TUNE", "P", within=3.0)
    await lab.refused("LOOP2:TUNE:SP", "P")
    assert lab["LOOP2:MSG"] != ""
    assert lab["LOOP2:TUNE"] == "Off" and lab["LOOP2:STATE"] != "Tuning"


@scene()
async def test_a_tune_of_the_other_output_that_fails_is_not_ours(lab):
    await tunable(lab)
    await lab.put("LOOP1:TUNE:SP", "P")
    await lab.becomes("LOOP1:TUNE", "P", within=3.0)
    lab.instrument().mute.add("TUNEST")
    await lab.run(100.0)  # seven stages of 10 s: the tune has ended unseen
    lab.instrument().mute.clear()
    lab.front_panel("ATUNE 2,0")  # with RANGE Off: it fails in stage 0
    assert lab.front_panel("TUNEST?") == "0,2,1,00"
    await lab.becomes("LOOP1:TUNE", "Off", within=70.0)
    await lab.run(3.0)
    assert lab["LOOP1:TUNE:STATE"] == "done"


@scene()
async def test_a_failed_tune_says_so(lab):
    await tunable(lab)
    await lab.put("LOOP1:TUNE:SP", "PI")
    await lab.becomes("LOOP1:STATE", "Tuning", within=3.0)
    await lab.run(15.0)
    lab.front_panel("RANGE 1,0")
    await lab.becomes("LOOP1:TUNE", "Off", within=10.0)
    await lab.run(3.0)
    assert "fail" in lab["LOOP1:TUNE:STATE"].lower() or "error" in lab["LOOP1:TUNE:STATE"].lower()


# --- read-modify-write of a table under way --------------------------------------------------------


@scene()
async def test_two_tables_at_once_do_not_mix(lab):
    other = tuple(value for zone in TABLE for value in (*zone[:1], 99.0, *zone[2:])) + UNUSED * 7
    await asyncio.gather(lab.put("LOOP1:ZONES:SP", ZONES), lab.put("LOOP2:ZONES:SP", other))
    assert (lab["LOOP1:ZONES"], lab["LOOP2:ZONES"]) == (ZONES, other)
