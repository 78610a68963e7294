"""A state file that cannot be read may have held latches: nothing is switched on until a person has said so."""

from __future__ import annotations

import json

from cryoioc.safety.condition import Condition, Heard
from cryoioc.safety.engine import Engine
from cryoioc.safety.interlock import Rule

from .heating import ON, heat
from .laboratory import Laboratory, perform

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
