"""Each fault of physics.md 3.11 as an operator sees it; figures in comments are those of that table."""

from __future__ import annotations

from functools import wraps
from typing import Any

import pytest

from .control_room import ControlRoom, play


def from_here(vaporizer: float, sample: float, flow: float) -> Any:
    """Make a test of a scene that begins at these temperatures, [K], and this flow, [SLPM]."""

    def decorate(scene: Any) -> Any:
        @wraps(scene)
        def test() -> None:
            play(scene, vaporizer, sample, flow)

        del test.__wrapped__  # pytest reads the signature
        return test

    return decorate


@from_here(13.0, 15.0, 8.8)
async def test_that_interlocks_are_off_is_a_major_alarm(room: ControlRoom):
    assert (room["INTLK:DISABLED"], room.severity("INTLK:DISABLED")) == ("Yes", "MAJOR")


@from_here(145.0, 150.0, 5.0)
async def test_flow_lost_with_the_loops_closed_drifts_and_does_not_run_away(room: ControlRoom):
    await room.hold(145.0, 150.0)
    assert room["LOOP1:HEATER"] > 30.0
    await room.fault("TWIN:VALVE:SP", 0.0)
    await room.until(lambda: room["FLOW"] < 0.2, within=30.0)
    await room.until(lambda: room["LOOP1:HEATER"] < 10.0, within=120.0)
    await room.run(120.0)
    assert room["VAP:TEMP"] == pytest.approx(145.0, abs=5.0)  # a few K in 30 min: plant/test_faults.py
    assert room.severity("VAP:TEMP") == "NO_ALARM"
    assert (room["LOOP1:RANGE"], room["LOOP1:DROPPED"]) == ("High", "No")


@from_here(295.0, 295.0, 4.5)
async def test_flow_lost_with_the_heater_in_manual_is_stopped_by_the_controllers_limit(room: ControlRoom):
    await room.put("LOOP1:MODE:SP", "Open loop")
    await room.put("LOOP1:MOUT:SP", 41.0)
    await room.put("LOOP1:RANGE:SP", "High")
    await room.fault("TWIN:VALVE:SP", 0.0)
    # 325 K after 470 s; TLIMIT is 323 K.
    stopped = await room.until(lambda: room["LOOP1:DROPPED"] == "Yes", within=600.0)
    assert 350.0 < stopped < 560.0
    room.in_order(("VAP:TEMP", "MINOR"), ("VAP:TEMP", "MAJOR"), ("LOOP1:RANGE", "Off"), ("LOOP1:DROPPED", "Yes"))
    await room.until(lambda: "TLIMIT" in room["LOOP1:DROPPED:WHY"], within=15.0)
    assert room["FLOW"] < 0.2
    await room.run(60.0)
    assert (room["TWIN:TRUE:OVERHEATED"], room["TWIN:TRUE:WINDING:OPEN"]) == ("No", "No")


@from_here(295.0, 300.0, 4.5)
async def test_a_sensor_come_loose_is_driven_at_full_power_and_nothing_is_in_alarm(room: ControlRoom):
    await room.hold(295.0, 300.0, settle=30.0)
    await room.put("TWIN:FAULT:VAPORIZER_STUCK:ARG", 280.0)
    await room.fault("TWIN:FAULT:VAPORIZER_STUCK:SP")
    await room.until(lambda: room["LOOP1:HEATER"] == 100.0, within=10.0)
    hot = await room.until(lambda: room["TWIN:TRUE:OVERHEATED"] == "Yes", within=200.0)
    assert hot == pytest.approx(89.0, abs=15.0)  # 325 K after 89 s with 4.5 SLPM
    assert room["VAP:TEMP"] == pytest.approx(280.0, abs=0.1)
    assert abs(room["VAP:RATE"]) < 0.01
    assert room["LOOP1:STATE"] == "Settling"
    assert room.severity("VAP:TEMP") == room.severity("LOOP1:STATE") == "NO_ALARM"
    burnt = await room.until(lambda: room["TWIN:TRUE:WINDING:OPEN"] == "Yes", within=400.0)
    assert burnt - hot == pytest.approx(240.0, abs=90.0)  # 480 K 4 min later
    await room.until(lambda: room["LOOP1:HEATER:STATUS"] == "Open", within=10.0)
    room.in_order(("LOOP1:RANGE", "Off"), ("LOOP1:HEATER:STATUS", "Open"))
    assert room["LOOP1:DROPPED"] == "Yes"


@from_here(13.0, 15.0, 8.8)
async def test_a_sensor_come_loose_in_the_cold_is_100_k_wrong_in_a_minute(room: ControlRoom):
    await room.hold(13.0, 15.0, settle=30.0)
    await room.put("TWIN:VALVE:SP", 0.0)
    await room.put("TWIN:FAULT:VAPORIZER_STUCK:ARG", 10.0)
    await room.fault("TWIN:FAULT:VAPORIZER_STUCK:SP")
    wrong = await room.until(lambda: room["TWIN:TRUE:VAPORIZER"] > 100.0, within=120.0)
    assert wrong == pytest.approx(69.0, abs=12.0)  # 100 K in 69 s
    assert room["VAP:TEMP"] == pytest.approx(10.0, abs=0.01)
    assert room["LOOP1:HEATER"] == 100.0
    assert room["SAMPLE:TEMP"] > 15.0


@from_here(4.4, 4.4, 20.0)
async def test_an_ice_plug_takes_the_flow_and_then_the_cold(room: ControlRoom):
    await room.put("TWIN:VALVE:SP", 1.4)
    await room.run(30.0)
    assert room["VAP:TEMP"] < 4.7
    await room.fault("TWIN:FAULT:ICE_PLUG:SP")
    stopped = await room.until(lambda: room["FLOW"] < 15.0, within=60.0)
    ten = await room.until(lambda: room["VAP:TEMP"] > 10.0, within=900.0)
    twenty = await room.until(lambda: room["VAP:TEMP"] > 20.0, within=200.0)
    assert stopped < ten
    assert twenty - ten == pytest.approx(65.0, abs=30.0)  # 20 K after 70 s
    # Exercising the valve does not free it; the only way is to warm up.
    await room.put("TWIN:VALVE:EXERCISE")
    await room.until(lambda: room["FLOW"] < 0.1, within=300.0)
    assert room["LOOP1:DROPPED"] == "No"


@from_here(4.4, 4.4, 20.0)
async def test_an_empty_dewar_shows_in_temperature_and_flow(room: ControlRoom):
    await room.run(60.0)
    before = room["FLOW"]
    assert before == pytest.approx(20.0, abs=5.0)
    await room.fault("TWIN:FAULT:DEWAR_EMPTY:SP")
    ten = await room.until(lambda: room["VAP:TEMP"] > 10.0, within=120.0)
    assert ten < 90.0
    # The level is measured every few minutes, because that boils helium: the operator asks for it.
    assert room["DEWAR:LEVEL"] > 90.0, room.events
    await room.put("DEWAR:LEVEL:MEASURE")
    await room.until(lambda: room.severity("DEWAR:LEVEL") == "MAJOR", within=60.0)
    await room.until(lambda: room["FLOW"] < 6.0, within=300.0)  # 20 -> 4.5 SLPM
    assert room["FLOW"] > 1.0  # gas still flows: a flow interlock alone does not see it


@from_here(4.6, 4.6, 20.0)
async def test_a_spoilt_jacket_warms_everything_at_the_same_flow(room: ControlRoom):
    await room.put("TWIN:FAULT:JACKET_HELIUM:ARG", 1.0)
    await room.fault("TWIN:FAULT:JACKET_HELIUM:SP")
    while room.since < 900.0:
        flow = max(room["FLOW"], 0.1)
        turns = room["TWIN:VALVE"] * min(1.1, max(0.9, (20.0 / flow) ** 0.3))
        await room.put("TWIN:VALVE:SP", min(3.0, turns))
        await room.run(10.0)
    # After 15 min; a tenth of that pressure, and ten times it: plant/test_faults.py.
    assert room["VAP:TEMP"] == pytest.approx(42.0, rel=0.15)
    assert room["FLOW"] == pytest.approx(20.0, rel=0.1)


@from_here(4.6, 4.6, 20.0)
async def test_a_spoilt_line_lets_little_through(room: ControlRoom):
    await room.run(30.0)
    await room.fault("TWIN:FAULT:LINE_AIR:SP")
    await room.until(lambda: room["FLOW"] < 8.0, within=600.0)  # 7 SLPM gets through
    await room.until(lambda: room["VAP:TEMP"] > 20.0, within=300.0)  # to 128 K: plant/test_faults.py
    assert room["FLOW"] > 2.0


@from_here(145.0, 150.0, 5.0)
async def test_an_open_heater_is_told_and_the_other_loop_works_harder(room: ControlRoom):
    await room.hold(145.0, 150.0)
    second = room["LOOP2:HEATER"]
    await room.fault("TWIN:TC1:FAULT:HEATER_OPEN:SP")
    await room.until(lambda: room["LOOP1:DROPPED"] == "Yes", within=10.0)
    room.in_order(("LOOP1:RANGE", "Off"), ("LOOP1:DROPPED", "Yes"))
    await room.until(lambda: room["LOOP1:HEATER:STATUS"] == "Open", within=10.0)
    assert room.severity("LOOP1:HEATER:STATUS") == room.severity("LOOP1:DROPPED") == "MAJOR"
    await room.run(180.0)
    assert room["VAP:TEMP"] == pytest.approx(130.0, abs=6.0)  # 145 K -> 130 K in 3 min
    assert room["LOOP2:HEATER"] > second
    assert room["LOOP2:RANGE"] == "High"


@from_here(145.0, 150.0, 5.0)
async def test_a_short_heater_latches_as_one(room: ControlRoom):
    await room.hold(145.0, 150.0)
    await room.fault("TWIN:TC1:FAULT:HEATER_SHORT:SP")
    await room.until(lambda: room["LOOP1:DROPPED"] == "Yes", within=10.0)
    await room.until(lambda: room["LOOP1:HEATER:STATUS"] == "Short", within=10.0)
    assert room["LOOP1:RANGE"] == "Off"


def test_a_pump_that_stops_in_superfluid_ends_at_the_relief_valve():
    async def scene(room: ControlRoom) -> None:
        await room.put("TWIN:RESET:SUPERFLUID")
        await room.run(20.0)
        assert room["VAP:TEMP"] < 2.0
        await room.fault("TWIN:FAULT:PUMP_STOPS:SP")
        crossing = await room.until(lambda: room["VAP:TEMP"] > 2.18, within=300.0)
        assert crossing == pytest.approx(120.0, abs=60.0)
        assert room["FLOW"] == pytest.approx(0.0, abs=0.05)
        await room.until(lambda: room["VAP:TEMP"] > 4.2, within=900.0)
        await room.until(lambda: room["TWIN:TRUE:RELIEF"] > 0.0, within=300.0)
        await room.until(lambda: room.severity("TUBE:PRESSURE") == "MAJOR", within=60.0)
        room.in_order(("TUBE:PRESSURE", "MINOR"), ("TUBE:PRESSURE", "MAJOR"))
        assert room["TUBE:PRESSURE"] == pytest.approx(room["TWIN:TRUE:PRESSURE"] / 100.0, rel=0.01)

    play(scene, 13.0, 15.0, 8.8)


@pytest.mark.parametrize(
    ("kind", "letter", "thermometer", "loop", "status"),
    [
        ("SENSOR_OPEN", "A", "VAP", "LOOP1", "Sensor over range"),
        ("SENSOR_SHORT", "A", "VAP", "LOOP1", "Sensor zero"),
        ("SENSOR_OPEN", "B", "SAMPLE", "LOOP2", "Sensor over range"),
        ("SENSOR_SHORT", "B", "SAMPLE", "LOOP2", "Sensor zero"),
    ],
)
def test_a_broken_sensor_is_invalid_and_its_loop_off(
    kind: str, letter: str, thermometer: str, loop: str, status: str
):
    async def scene(room: ControlRoom) -> None:
        await room.hold(13.0, 15.0, settle=20.0)
        await room.put(f"TWIN:TC1:FAULT:{kind}:ARG", letter)
        await room.fault(f"TWIN:TC1:FAULT:{kind}:SP")
        await room.until(lambda: room[f"{loop}:DROPPED"] == "Yes", within=10.0)
        room.in_order((f"{thermometer}:TEMP", "INVALID"), (f"{loop}:RANGE", "Off"), (f"{loop}:DROPPED", "Yes"))
        assert room[f"{thermometer}:STATUS"] == status
        assert room[f"{thermometer}:VALID"] == "No"
        assert "RDGST" in room[f"{loop}:DROPPED:WHY"]
        other = "LOOP2" if loop == "LOOP1" else "LOOP1"
        assert room[f"{other}:RANGE"] == "High"

    play(scene, 13.0, 15.0, 8.8)
