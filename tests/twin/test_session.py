"""Speed, pause, reset, save and load through PVs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cryoioc.clock import Clock

from .room import Room, play, station_file


async def world_passed(room: Room, seconds: float) -> float:
    """Return how much time passes in the world in some of ours."""
    before = room.pacing.world.elapsed
    await Clock().sleep(seconds)
    return room.pacing.world.elapsed - before


def test_speed_changes_the_world_and_the_lines(in_room):
    async def scene(room: Room) -> None:
        assert await world_passed(room, 60.0) == pytest.approx(60.0, abs=0.2)
        await room.put("SPEED:SP", 100.0)
        assert (room["SPEED"].value, room["SPEED:SP"].value) == (100.0, 100.0)
        assert await world_passed(room, 10.0) == pytest.approx(1000.0, abs=0.2)
        assert room["SPEED:REACHED"].value == pytest.approx(100.0, rel=0.01)
        assert room["SPEED:REACHED"].severity == "NO_ALARM"
        await room.put("SPEED:SP", 1.0)
        assert await world_passed(room, 10.0) == pytest.approx(10.0, abs=0.2)
        at = asyncio.get_running_loop().time()
        await room.ask("TC1", b"*IDN?\n")
        slow = asyncio.get_running_loop().time() - at
        await room.put("SPEED:SP", 1000.0)
        at = asyncio.get_running_loop().time()
        await room.ask("TC1", b"*IDN?\n")
        assert slow == pytest.approx(0.008, abs=1e-3)
        assert asyncio.get_running_loop().time() - at < 1e-3

    in_room(scene)


@pytest.mark.parametrize("speed", [0.0, -1.0, 1001.0])
def test_another_speed_is_refused(in_room, speed: float):
    async def scene(room: Room) -> None:
        assert ("below minimum 1" if speed < 1.0 else "above maximum 1000") in await room.refused("SPEED:SP", speed)
        assert room.pacing.speed == 1.0

    in_room(scene)


def test_paused_the_world_stands_still_and_instruments_answer(in_room):
    async def scene(room: Room) -> None:
        await Clock().sleep(5.05)  # between two steps
        await room.put("PAUSE:SP", "Paused")
        assert (room["PAUSE"].value, room["PAUSE"].severity) == ("Paused", "MINOR")
        assert await world_passed(room, 3600.0) == 0.0
        assert (await room.ask("TC1", b"KRDG? A\n")).startswith(b"+")
        await room.put("VALVE:SP", 0.0)  # hands move all the same
        assert room["VALVE"].value == 0.0
        await room.put("PAUSE:SP", "Running")
        assert await world_passed(room, 10.0) == pytest.approx(10.0, abs=0.2)

    in_room(scene)


def test_reset_begins_anew_and_everything_follows(in_room):
    async def scene(room: Room) -> None:
        assert room["TRUE:VAPORIZER"].value == pytest.approx(13.0, abs=0.1)
        await room.put("FAULT:JACKET_LEAK:SP", "On")
        await room.put("RESET:WARM", 1)
        assert room["TRUE:VAPORIZER"].value == pytest.approx(293.6, abs=0.1)
        assert (room["VALVE"].value, room["VALVE:SP"].value) == (0.0, 0.0)
        assert (room["FAULT:JACKET_LEAK"].value, room["FAULT:JACKET_LEAK:SP"].value) == ("Off", "Off")
        assert room["RESET:WARM"].value == "Idle"
        await room.put("RESET:SUPERFLUID", 1)
        assert room["TRUE:SAMPLE"].value < 2.17
        assert (room["PUMP"].value, room["VENT:SP"].value) == ("On", "Closed")
        await room.put("RESET:COLD", 1)
        await Clock().sleep(3.0)
        assert room["TRUE:FEED"].value > 20.0

    in_room(scene)


def test_a_saved_state_comes_back(in_room, tmp_path: Path):
    async def scene(room: Room) -> None:
        await room.put("VALVE:SP", 1.25)
        await room.put("FAULT:ICE_PLUG:ARG", 0.25)
        await room.put("FAULT:ICE_PLUG:SP", "On")
        await Clock().sleep(30.0)
        await room.put("PAUSE:SP", "Paused")
        await room.put("SAVE", "plugged.json")
        assert json.loads((tmp_path / "state" / "twin" / "plugged.json").read_text())["hands"]["valve"] == 1.25
        saved = {name: channel.value for name, channel in room.twin.board.channels.items()}
        await room.put("RESET:WARM", 1)
        assert room["FAULT:ICE_PLUG"].value == "Off"
        await room.put("LOAD", "plugged.json")
        again = {name: channel.value for name, channel in room.twin.board.channels.items()}
        assert again.pop("LOAD") == "plugged.json"
        assert again == {name: value for name, value in saved.items() if name != "LOAD"}
        assert again["FAULT:ICE_PLUG"] == "On"

    in_room(scene)


def test_what_cannot_be_saved_or_loaded_says_why(in_room, tmp_path: Path):
    async def scene(room: Room) -> None:
        folder = tmp_path / "state" / "twin"
        for name in ("../targets.json", "/etc/passwd", ".", "a/../../b"):
            assert (await room.refused("SAVE", name)).startswith("not in the folder of states")
            assert (await room.refused("LOAD", name)).startswith("not in the folder of states")
        assert await room.refused("SAVE", " ") == "name of a file expected"
        assert "cannot be read: No such file" in await room.refused("LOAD", "nothing.json")
        folder.mkdir(parents=True)
        (folder / "words.json").write_text("words")
        assert "not a saved state" in await room.refused("LOAD", "words.json")
        (folder / "taken").mkdir()
        assert "cannot write taken" in await room.refused("SAVE", "taken")

    in_room(scene)
    assert sorted(path.name for path in tmp_path.rglob("*.json")) == ["words.json"]


@pytest.mark.parametrize(
    "damage",
    [
        {"powers": [1.0]},
        {"hands": []},
        {"due": float("nan")},
        {"state": {"pressure": "high"}},
        {"state": {"jacket": {"air": "much"}}},
        {"state": {"kelvin": [4.2]}},
    ],
    ids=str,
)
def test_a_damaged_state_is_refused_and_the_world_goes_on(in_room, tmp_path: Path, damage: dict[str, Any]):
    async def scene(room: Room) -> None:
        await room.put("SAVE", "good.json")
        path = tmp_path / "state" / "twin" / "good.json"
        saved = json.loads(path.read_text())
        parts = {**saved, **damage}
        if "state" in damage:
            parts["state"] = {**saved["state"], **damage["state"]}
        path.with_name("bad.json").write_text(json.dumps(parts))
        await room.refused("LOAD", "bad.json")
        assert await world_passed(room, 10.0) == pytest.approx(10.0, abs=0.2)

    in_room(scene)


def test_the_folder_can_be_given(tmp_path: Path):
    async def scene(room: Room) -> None:
        await room.put("SAVE", "cold.json")
        assert (tmp_path / "mine" / "cold.json").is_file()

    play(station_file(tmp_path), scene, tmp_path / "mine")


def test_without_a_folder_nothing_is_written(tmp_path: Path):
    station = station_file(tmp_path)
    station.write_text(station.read_text().replace(f'state_dir = "{tmp_path}/state"\n', ""))

    async def scene(room: Room) -> None:
        assert await room.refused("SAVE", "cold.json") == "no folder: --states or state_dir of the station"

    play(station, scene)
