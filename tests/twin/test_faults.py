"""Faults of the plant and of the instruments as PVs."""

from __future__ import annotations

import pytest

from cryosim.faults import KINDS
from cryosim.plant.stvp_faults import FAULTS
from cryosim.pvs import instrument_faults

from .room import Room


def test_every_fault_has_a_sign():
    assert set(instrument_faults.SIGNS) == set(instrument_faults.DOCS) == set(KINDS)


def test_no_kind_has_two_parameters():
    """The PV holds one text for it."""
    assert all(len(kind.required) + len(kind.optional) <= 1 for kind in KINDS.values())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_plant_begins_and_ends(in_room, fault: str):
    async def scene(room: Room) -> None:
        name = f"FAULT:{fault.upper()}"
        assert room[name].value == "Off"
        await room.put(f"{name}:SP", "On")
        assert (room[name].value, room[name].severity, room[f"{name}:SP"].value) == ("On", "MINOR", "On")
        if fault == "dewar_empty":
            assert await room.refused(f"{name}:SP", "Off") == "dewar_empty does not end by itself: DEWAR:REFILL"
        else:
            await room.put(f"{name}:SP", "Off")
            assert (room[name].value, room[name].severity, room[f"{name}:SP"].value) == ("Off", "NO_ALARM", "Off")

    in_room(scene)


def test_the_size_of_a_fault(in_room):
    async def scene(room: Room) -> None:
        await room.put("FAULT:ICE_PLUG:ARG", 0.25)
        assert room["TRUE:BLOCKAGE"].value == 0.0
        await room.put("FAULT:ICE_PLUG:SP", "On")
        assert room["TRUE:BLOCKAGE"].value == 0.25
        await room.put("FAULT:ICE_PLUG:ARG", 0.75)  # while it is there: at once
        assert (room["TRUE:BLOCKAGE"].value, room["TRUE:BLOCKAGE"].severity) == (0.75, "MAJOR")
        assert await room.refused("FAULT:ICE_PLUG:ARG", 1.5) == "1.5 above maximum 1"
        await room.put("FAULT:ICE_PLUG:SP", "Off")
        await room.put("FAULT:ICE_PLUG:ARG", 0.0)
        assert "of size 0 is none" in await room.refused("FAULT:ICE_PLUG:SP", "On")

    in_room(scene)


ARGUMENTS = {"unanswered": "KRDG? A"}  # where there is no usual one


@pytest.mark.parametrize("instrument", ["TC1", "FM1"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_of_an_instrument_begins_and_ends(in_room, instrument: str, kind: str):
    async def scene(room: Room) -> None:
        name = f"{instrument}:FAULT:{kind.upper()}"
        of_supplies = kind in ("stuck_output", "front_panel")
        if of_supplies or (instrument == "FM1" and kind.split("_")[0] in ("sensor", "heater", "unanswered")):
            assert name not in room.twin.board.channels
            return
        if kind in ARGUMENTS:
            await room.put(f"{name}:ARG", ARGUMENTS[kind])
        elif kind == "extra_line":
            await room.put(f"{name}:ARG", "WHO?")
        assert room[name].value == "Off"
        await room.put(f"{name}:SP", "On")
        assert (room[name].value, room[name].severity, room[f"{name}:SP"].value) == ("On", "MINOR", "On")
        others = [c for n, c in room.twin.board.channels.items() if ":FAULT:" in n and n.count(":") == 2]
        implied = {"power_cycle": {"SILENCE", "DISCONNECT"}}.get(kind, set())
        shown = {c.record.name for c in others if c.value == "On"}
        assert shown == {name, *(f"{instrument}:FAULT:{other}" for other in implied)}
        await room.put(f"{name}:SP", "Off")
        assert not [c for c in others if c.value == "On"]

    in_room(scene)


def test_a_lead_breaks_and_the_instrument_sees_it(in_room):
    async def scene(room: Room) -> None:
        await room.put("TC1:FAULT:SENSOR_OPEN:ARG", "B")
        await room.put("TC1:FAULT:SENSOR_OPEN:SP", 1)
        room.pacing.world.step()
        status_a, status_b = (await room.ask("TC1", b"RDGST? A;RDGST? B\n")).strip().split(b";")
        assert int(status_a) == 0 and int(status_b) != 0
        assert "is on; put it Off first" in await room.refused("TC1:FAULT:SENSOR_OPEN:ARG", "A")

    in_room(scene)


@pytest.mark.parametrize(
    ("kind", "argument", "reason"),
    [
        ("SENSOR_OPEN", "D", "input: no sensor is wired to 'D'; wired: A, B"),
        ("HEATER_OPEN", "3", "output: no heater is wired to 3; wired: [1, 2]"),
        ("HEATER_SHORT", "one", "output: expected a whole number, found 'one'"),
        ("DELAY", "-1", "seconds: expected a number of 0 or more, found '-1'"),
        ("DELAY", "nan", "seconds: expected a number of 0 or more, found 'nan'"),
        ("SPACING", "often", "mode: expected off, count or drop, found 'often'"),
        ("POWER_CYCLE", "maybe", "line_stays: expected 0 or 1, found 'maybe'"),
        ("UNANSWERED", "", "query: expected one, such as KRDG? A"),
    ],
)
def test_a_wrong_parameter_is_refused(in_room, kind: str, argument: str, reason: str):
    async def scene(room: Room) -> None:
        assert await room.refused(f"TC1:FAULT:{kind}:ARG", argument) == reason

    in_room(scene)


def test_a_fault_without_its_parameter_is_refused(in_room):
    async def scene(room: Room) -> None:
        assert "query: expected one" in await room.refused("TC1:FAULT:UNANSWERED:SP", "On")

    in_room(scene)


def test_keys_at_the_front_panel_of_a_controller(in_room):
    async def scene(room: Room) -> None:
        assert room["TC1:HEATS"].value == "No"
        await room.put("TC1:PANEL", "RANGE 1,3;TLIMIT A,2")
        assert (room["TC1:HEATS"].value, room["TC1:LIMITED"].value) == ("Yes", "No")
        room.pacing.world.step()
        await room.put("TC1:PANEL", "MODE 0")  # a put shows what is true now
        assert (room["TC1:HEATS"].value, room["TC1:LIMITED"].value) == ("No", "Yes")

    in_room(scene)
