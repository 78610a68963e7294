"""The operator's hands as PVs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cryoioc.clock import Clock
from cryosim.plant.stvp_hands import FIELDS

from .room import Room


def pv_of(hand: str) -> str:
    return hand.upper().replace("_", ":")


@pytest.mark.parametrize("hand", FIELDS)
def test_every_hand_moves_and_follows(in_room, hand: str):
    async def scene(room: Room) -> None:
        name = pv_of(hand)
        record = room[f"{name}:SP"].record
        targets = [record.low, record.high, 0.5 * record.high] if record.kind == "ao" else list(record.states)
        for target in [*targets, *targets[::-1]]:
            await room.put(f"{name}:SP", target)
            assert room[name].value == room[f"{name}:SP"].value == target
        for number, state in enumerate(record.states):
            if record.kind == "bo":
                room.plant.turn(hand, bool(number))  # by somebody else
                await Clock().sleep(1.1)
                assert room[name].value == room[f"{name}:SP"].value == state

    in_room(scene)


@pytest.mark.parametrize(
    ("pv", "value", "reason"),
    [
        ("VALVE:SP", 40.0, "40 above maximum 4 turns"),
        ("VALVE:SP", -0.1, "-0.1 below minimum 0 turns"),
        ("VALVE:SP", float("nan"), "not a finite number"),
        ("DEWAR:PRESSURE:SP", 1e6, "1e+06 above maximum 31026.4 Pa"),
        ("PUMP:SP", 2, "no state 2"),
        ("JACKET:PUMP:SP", "bicycle", "unknown state 'bicycle'"),
        ("VALVE", 1.0, "read-only"),
        ("TRUE:VAPORIZER", 1.0, "read-only"),
    ],
)
def test_bad_input_is_refused_with_a_reason(in_room, pv: str, value: object, reason: str):
    async def scene(room: Room) -> None:
        assert (await room.refused(pv, value)).startswith(reason)
        await room.put("VALVE:SP", 1.0)
        assert (room["MSG"].value, room["MSG:LONG"].value) == ("", "")

    in_room(scene)


def test_the_valve_decides_the_flow(in_room):
    async def scene(room: Room) -> None:
        await room.put("VALVE:SP", 0.0)
        await Clock().sleep(10.0)
        assert room["TRUE:FEED"].value == 0.0
        await room.put("VALVE:SP", 2.0)
        await Clock().sleep(10.0)
        assert room["TRUE:FEED"].value > 20.0

    in_room(scene)


def test_what_is_done_in_one_go(in_room):
    async def scene(room: Room) -> None:
        await room.put("FAULT:DEWAR_EMPTY:SP", "On")
        assert (room["TRUE:DEWAR"].severity, room["TRUE:DEWAR"].status) == ("MAJOR", "LOLO")
        await room.put("DEWAR:REFILL", 1)
        assert room["TRUE:DEWAR"].value == pytest.approx(60.0, abs=0.5)
        assert room["FAULT:DEWAR_EMPTY"].value == "Off"
        await room.put("FAULT:ICE_PLUG:ARG", 0.5)
        await room.put("FAULT:ICE_PLUG:SP", "On")
        await room.put("VALVE:EXERCISE", 1)
        assert room["TRUE:BLOCKAGE"].value == 0.25
        room.plant.state.winding_open = True
        await Clock().sleep(1.1)
        assert room["TRUE:WINDING:OPEN"].severity == "MAJOR"
        await room.put("REPAIR", 1)
        assert room["TRUE:WINDING:OPEN"].severity == "NO_ALARM"

    in_room(scene)


def test_truth_is_looked_at_every_second_of_the_world(in_room):
    async def scene(room: Room) -> None:
        times = []
        for _ in range(5):
            await Clock().sleep(1.0)
            times.append(room["TIME"].value)
        assert all(later - earlier == pytest.approx(1.0, abs=0.15) for earlier, later in pairwise(times))
        await room.put("PAUSE:SP", "Paused")
        assert room["TRUE:SAMPLE"].value == pytest.approx(room.plant.state.kelvin[5], abs=1e-3)

    in_room(scene)
