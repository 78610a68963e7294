"""Restoring the save set: every entry can be put as it is, and that sends nothing to an instrument."""

from __future__ import annotations

from cryoioc.views.saveset import as_saveset

from ..pvs.laboratory import scene


def wishes(lab):
    """Return the names of the save set, without the station prefix."""
    return [line.split(",")[0] for line in as_saveset(lab.ioc.desk, "").splitlines() if ":SP," in line]


async def restore(lab, saved):
    """Put every wish; return what was sent to the controller for which."""
    sent = {}
    for name, value in saved.items():
        mark = lab.mark()
        await lab.put(name, value)
        if commands := lab.commands(mark):
            sent[name] = commands
    return sent


@scene()
async def test_restoring_twice_sends_nothing_the_second_time(lab):
    saved = {name: lab[name] for name in wishes(lab)}
    await restore(lab, saved)
    assert await restore(lab, saved) == {}
    assert {name: lab[name] for name in saved} == saved


@scene()
async def test_what_somebody_changed_at_the_front_panel_is_sent_again(lab):
    """The last poll still shows the saved value when the put comes; the instrument does not have it any more."""
    saved = {name: lab[name] for name in ("LOOP1:P:SP", "LOOP1:TEMP:SP", "VAP:LIMIT:SP", "VAP:ALARM:HIGH:SP")}
    lab.front_panel("PID 1,77,20,0;SETP 1,99;TLIMIT A,250;ALARM A,0,123,0,1,0,1,1")
    assert {name: lab[name] for name in saved} == saved
    assert set(await restore(lab, saved)) == set(saved)
    assert float(lab.front_panel("SETP? 1")) == saved["LOOP1:TEMP:SP"]
    assert await restore(lab, saved) == {}


@scene()
async def test_a_target_that_is_being_ramped_to_is_not_sent_again(lab):
    await lab.put("LOOP1:RAMP:RATE:SP", 1.0)
    await lab.put("LOOP1:RAMP:SP", "On")
    await lab.put("LOOP1:TEMP:SP", 30.0)
    assert await restore(lab, {"LOOP1:TEMP:SP": 30.0}) == {}
    assert lab["LOOP1:TARGET"] == 30.0
    assert await restore(lab, {"LOOP1:TEMP:SP": 31.0}) != {}
