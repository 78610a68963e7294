"""The instrument's own limits against the station file: compared at connect, told in words, written by nobody."""

from __future__ import annotations

import pytest

from cryoioc.errors import LinkDown
from cryoioc.ioc import Ioc
from cryoioc.limits import apply_limits, quiet

from .laboratory import edited, scene


@scene()
async def test_a_station_as_its_file_says_is_ok(lab):
    for group in ("VAP", "SAMPLE", "LOOP1", "LOOP2"):
        assert (lab[f"{group}:GUARD"], lab[f"{group}:GUARD:WHY"]) == ("OK", ""), group


@pytest.mark.parametrize(
    ("message", "group", "why"),
    [
        ("TLIMIT A,0", "VAP", "TLIMIT A is 0 K, not 323 K"),
        ("TLIMIT B,400", "SAMPLE", "TLIMIT B is 400 K, not 323 K"),
        ('CRVHDR 21,"X138113","X138113",4,375.0,1', "VAP", "curve of input A has setpoint limit 375 K, not 325 K"),
        ("OUTMODE 1,1,1,1", "LOOP1", "power-up flag is On: the range survives a power cycle"),
        ("HTRSET 2,0,1,3,0.95,1", "LOOP2", "maximum current is 1.414 A, not 0.95 A"),
        ("ZONE 1,1,50,50,20,0,0,2,0,1", "LOOP1", "zone 1 sets range 2, at most 0 is meant"),
    ],
)
@scene()
async def test_what_differs_is_told_and_not_corrected(lab, message, group, why):
    mark = lab.mark()
    lab.front_panel(message)
    await lab.becomes(f"{group}:GUARD", "Differs", within=25.0)
    assert lab[f"{group}:GUARD:WHY"] == why
    assert lab.alarm(f"{group}:GUARD") == ("STATE", "MAJOR")
    assert lab.commands(mark) == []


@scene()
async def test_it_is_unknown_while_the_instrument_is_away(lab):
    lab.unplug()
    await lab.until(lambda: not lab.channel("VAP:GUARD").valid, within=5.0)
    assert not lab.channel("LOOP1:GUARD:WHY").valid
    lab.plug_in()
    await lab.until(lambda: lab.channel("VAP:GUARD").valid, within=30.0)
    assert lab["VAP:GUARD"] == "OK"


@scene()
async def test_a_limit_in_a_header_that_is_not_read_is_not_called_right(lab):
    lab.front_panel('CRVHDR 21,"X138113","X138113",4,375.0,1')
    lab.instrument().mute.add("CRVHDR? 21")
    await lab.until(lambda: not lab.channel("VAP:GUARD").valid, within=30.0)
    lab.instrument().mute.clear()
    await lab.becomes("VAP:GUARD", "Differs", within=30.0)


@scene(station=edited(("dwell = 10.0\n\n# Sample-mount", "dwell = 10.0\nzone_range = 2\n\n# Sample-mount")))
async def test_zones_may_set_what_the_file_allows(lab):
    lab.front_panel("ZONE 1,1,50,50,20,0,0,2,0,1")
    await lab.run(20.0)
    assert lab["LOOP1:GUARD"] == "OK"


@scene()
async def test_each_difference_can_be_put_right_on_command(lab):
    lab.front_panel("TLIMIT A,0;OUTMODE 2,1,2,1;HTRSET 2,0,1,3,0.95,1;ZONE 1,1,50,50,20,0,0,2,0,1")
    lab.front_panel('CRVHDR 21,"X138113","X138113",4,375.0,1')
    await lab.run(25.0)
    for line in lab.ioc.second_lines:
        for difference in line.find():
            await difference.write()
    assert float(lab.front_panel("TLIMIT? A")) == 323.0
    assert lab.front_panel("OUTMODE? 2").endswith(",0")
    assert lab.front_panel("HTRSET? 2").split(",")[2:4] == ["0", "+0.950"]
    assert lab.front_panel("ZONE? 1,1").split(",")[5] == "0"
    assert "325" in lab.front_panel("CRVHDR? 21")
    await lab.run(25.0)
    assert {line.state.value for line in lab.ioc.second_lines} == {"OK"}


async def applied(lab, answer: str) -> tuple[int, list[str]]:
    """Run --apply-limits on the instruments of a laboratory; return exit status and what was said."""
    said: list[str] = []

    async def ask(question: str) -> str:
        said.append(question)
        return answer

    ioc = Ioc(quiet(lab.station), lab.clock, {name: lab._opener(unit) for name, unit in lab.world.installed.items()})
    return await apply_limits(ioc, said.append, ask), said


@pytest.mark.parametrize(("answer", "status", "limit"), [("yes", 0, 323.0), ("", 1, 0.0), ("y", 1, 0.0)])
@scene()
async def test_apply_limits_writes_after_a_yes_and_prints_before(lab, answer, status, limit):
    lab.front_panel("TLIMIT A,0")
    got, said = await applied(lab, answer)
    assert said[0] == "TC1 VAP: TLIMIT A is 0 K, not 323 K" and said[1].startswith("write these 1 limits")
    assert (got, float(lab.front_panel("TLIMIT? A"))) == (status, limit)
    assert said[-1] == ("TC1 VAP: written: TLIMIT A is 0 K, not 323 K" if status == 0 else "nothing was written")


@scene()
async def test_apply_limits_has_nothing_to_ask_when_all_is_well(lab):
    assert await applied(lab, "no") == (0, ["the limits in the instruments are those of the station file"])


@scene()
async def test_apply_limits_says_what_it_cannot_reach(lab):
    lab.unplug()
    with pytest.raises(LinkDown, match="limits cannot be read: TC1"):
        await applied(lab, "yes")
