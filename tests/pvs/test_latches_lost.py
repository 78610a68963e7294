"""A state file that cannot be read may have held latches: nothing is switched on until a person has said so."""

from __future__ import annotations

import json
from pathlib import Path

from cryoioc.pvs.interlock_saved import InterlockMemory
from cryoioc.pvs.saved import Saved
from cryoioc.safety.condition import Condition, Heard
from cryoioc.safety.engine import Engine
from cryoioc.safety.interlock import Rule

from .heating import ON, heat
from .laboratory import Laboratory, edited, perform

NEWER = "saved.json was written by a newer cryoioc, version 3; this one reads 2: set aside as saved.bad"
WHY = f"latches not known, put INTLK:RESET: {NEWER}"


async def latch(lab: Laboratory) -> None:
    """Let NOFLOW trip and the flow come back."""
    await heat(lab)
    lab.world.plant.mass_flow = 0.0
    await lab.becomes("INTLK:NOFLOW", "Tripped")
    lab.world.plant.mass_flow = ON
    await lab.becomes("INTLK:NOFLOW", "Latched")
    await lab.run(1.0)


async def is_held(lab: Laboratory) -> None:
    """Check that the station says what it does not know, and that nothing can be switched on."""
    await lab.run(2.0)
    assert (lab["OK"], lab["OK:WHY"]) == ("No", WHY)
    assert (lab["INTLK"], lab.alarm("INTLK")[1], lab["INTLK:FIRST"]) == ("Latched", "MINOR", "")
    assert await lab.refused("LOOP1:RANGE:SP", "Low") == WHY
    assert lab["LOOP1:MSG"] == WHY[:39] and lab["LOOP1:RANGE"] == "Off"
    await lab.put("LOOP1:TEMP:SP", 21.0)  # which switches nothing on
    await lab.put("INTLK:NOFLOW:RESET")  # one alone says nothing of the others


def test_a_latch_in_a_file_of_a_newer_version_is_not_forgotten_in_silence(tmp_path):
    perform(latch, state=tmp_path)
    path = tmp_path / "saved.json"
    kept = path.read_text()
    assert "INTLK:NOFLOW:ORDER" in json.loads(kept)["values"]
    path.write_text(kept.replace('"version": 2', '"version": 3'))

    async def held(lab):
        await is_held(lab)
        assert (lab["IOC:STATE"], lab["IOC:STATE:WHY"]) == ("Set aside", NEWER)

    async def still_held(lab):
        await is_held(lab)  # nobody has put RESET, and nobody knows any better
        assert lab["IOC:STATE"] == "OK"
        await lab.put("INTLK:RESET")
        await lab.run(2.0)
        assert (lab["OK"], lab["INTLK"], lab["LOOP1:MSG"]) == ("Yes", "OK", "")
        await lab.put("LOOP1:RANGE:SP", "Low")

    async def known(lab):
        await lab.run(2.0)
        assert (lab["OK"], lab["INTLK"]) == ("Yes", "OK")
        await lab.put("LOOP2:RANGE:SP", "Low")

    perform(held, state=tmp_path)
    perform(still_held, state=tmp_path)
    perform(known, state=tmp_path)


def test_a_kill_between_setting_aside_and_writing_changes_nothing(tmp_path):
    (tmp_path / "saved.bad").write_text("{")

    async def look(lab):
        await lab.run(2.0)
        assert lab["OK:WHY"].endswith("saved.json is missing, saved.bad was set aside before")
        assert "latches not known" in await lab.refused("LOOP1:RANGE:SP", "Low")

    perform(look, state=tmp_path)


def test_a_first_start_has_nothing_to_forget(tmp_path):
    async def look(lab):
        await lab.run(2.0)
        assert (lab["OK"], lab["INTLK"]) == ("Yes", "OK")
        await lab.put("LOOP1:RANGE:SP", "Low")

    perform(look, state=tmp_path / "new")


def test_what_no_interlock_guards_was_never_held():
    hot = Rule(name="HOT", condition=Condition(input="T", above=True, stale=5.0), limit=320.0, guards=("LOOP1",))
    engine = Engine([hot])
    engine.restore([], {}, "latches not known")
    engine.hear("HOT", Heard(20.0, 0.0), 0.0)
    assert engine.refusal("LOOP1", 1.0, switching_on=True) == "latches not known"
    assert engine.refusal("LOOP1", 1.0, switching_on=False) == ""  # what is on is led on, and off
    assert engine.refusal("LOOP2", 1.0, switching_on=True) == ""
    assert engine.must_be_off("LOOP1", 1.0) == [] and engine.worst(1.0) == "Latched"
    engine.acknowledge()
    assert engine.refusal("LOOP1", 1.0, switching_on=True) == "" and engine.worst(1.0) == "OK"


UNWATCHED = "NOFLOW latched, and not watched by this station file: put INTLK:RESET"


def left(folder: Path, **values: tuple[float | str, float | None]) -> None:
    """Write what an IOC has left in its state folder."""
    named = {f"INTLK:{name.replace('__', ':')}": pair for name, pair in values.items()}
    (folder / "saved.json").write_text(json.dumps({"version": 2, "values": named}))


def test_a_latch_of_an_interlock_that_was_renamed_holds_until_a_person_has_reset(tmp_path):
    left(tmp_path, NOFLOW__ORDER=(0.0, None), NOFLOW__WHY=("FLOW 0 below 1 SLPM", None))

    async def held(lab):
        await lab.run(2.0)
        assert (lab["OK:WHY"], lab["INTLK"]) == (UNWATCHED, "Latched")
        assert await lab.refused("LOOP1:RANGE:SP", "Low") == UNWATCHED
        await lab.run(1.0)
        watched_again = InterlockMemory(Saved(tmp_path))
        assert watched_again.forgotten(["NOFLOW"]) == "" and watched_again.latches(["NOFLOW"])[0].name == "NOFLOW"
        await lab.put("INTLK:RESET")
        await lab.put("LOOP1:RANGE:SP", "Low")

    perform(held, station=edited(("[interlock.NOFLOW]", "[interlock.HELIUM]")), state=tmp_path)
    memory = InterlockMemory(Saved(tmp_path))
    assert memory.forgotten(["HELIUM"]) == "" and memory.latches(["NOFLOW"]) == []


def test_a_limit_that_the_station_file_has_no_use_for_any_more_is_dropped_and_told(tmp_path):
    left(tmp_path, TUBE_PRESSURE__LIMIT=(1200.0, 1250.0))

    async def dropped(lab):
        await lab.run(1.0)
        assert lab["INTLK:TUBE_PRESSURE:LIMIT"] == 1250.0 and lab["IOC:STATE"] == "Dropped"
        assert "INTLK:TUBE_PRESSURE:LIMIT: TUBE_PRESSURE: at least the station file's 1250" in lab["IOC:STATE:WHY"]

    perform(dropped, station=edited(("above = 1250.0", "below = 1250.0")), state=tmp_path)
