"""The compressor of the cooler: from a contact, by hand, never guessed; and the alarm that it stands still."""

from __future__ import annotations

from pathlib import Path

from .laboratory import edited, scene

CRX = Path(__file__).parents[2] / "db" / "crx.toml"
BY_HAND = edited(("""[compressor.state]
source = "AI1"
channel = 0
at_high = 1.0
""", """[compressor.state]
source = "manual"
max_age = 0.01
"""), station=CRX)  # fmt: skip


def contact(lab, share: float) -> None:
    """Let the relay contact give another part of its 10 V."""
    lab.world.installed["AI1"].sensors["0"].quantity = lambda: share


@scene(station=CRX, plant="crx")
async def test_it_follows_the_compressor(lab):
    assert lab["COMP"] == "On" and lab.alarm("COMP") == ("NO_ALARM", "NO_ALARM")
    lab.world.plant.turn("compressor", False)
    await lab.becomes("COMP", "Off", within=5.0)


@scene(station=CRX, plant="crx")
async def test_standing_still_is_an_alarm_in_a_cold_cryostat_and_none_in_a_warm_one(lab):
    lab.world.plant.turn("compressor", False)
    await lab.becomes("COMP", "Off", within=5.0)
    assert lab.alarm("COMP") == ("STATE", "MAJOR")
    heard = lab.record("COMP", mask=5)
    await lab.run(10.0)
    assert heard.events == []  # it does not come and go with every reading
    lab.hold(290.0, "1", "TM1")
    lab.hold(280.0, "2", "TM1")
    await lab.until(lambda: lab.alarm("COMP") == ("NO_ALARM", "NO_ALARM"), within=10.0)
    assert lab["COMP"] == "Off"


@scene(station=CRX, plant="crx")
async def test_what_no_contact_says_is_not_known(lab):
    contact(lab, 0.5)
    await lab.until(lambda: lab.alarm("COMP")[1] == "INVALID", within=5.0)
    assert lab["COMP"] == "On"  # the last that was known
    assert lab["COMP:STATUS"] == "Between"
    assert lab.ioc.rig.compressor.running is None
    contact(lab, 0.0)
    await lab.becomes("COMP", "Off", within=5.0)
    assert lab.ioc.rig.compressor.running is False


@scene(station=CRX, plant="crx")
async def test_a_box_that_is_away_leaves_it_unknown(lab):
    lab.unplug("AI1")
    await lab.until(lambda: lab.alarm("COMP")[1] == "INVALID", within=5.0)
    assert lab.ioc.rig.compressor.running is None


@scene(station=BY_HAND, plant="crx", cold=True)
async def test_entered_by_hand_it_grows_old(lab):
    await lab.run(5.0)
    assert lab.alarm("COMP")[1] == "INVALID" and lab["COMP:STATUS"] == "Not entered"
    await lab.put("COMP:SP", "On")
    assert (lab["COMP"], lab["COMP:MSG"]) == ("On", "")
    assert lab["COMP:MSG:LONG"].startswith("COMP: On entered by test")
    assert lab["COMP:SP:RBV"] == "On"
    await lab.run(40.0)
    assert lab.alarm("COMP")[1] == "INVALID" and lab["COMP:STATUS"] == "Too old"


def test_an_entry_comes_back_as_unknown(tmp_path):
    @scene(station=BY_HAND, plant="crx", cold=True, state=tmp_path)
    async def before(lab):
        await lab.put("COMP:SP", "On")
        await lab.run(2.0)

    @scene(station=BY_HAND, plant="crx", cold=True, state=tmp_path)
    async def after(lab):
        await lab.run(2.0)
        assert lab["COMP"] == "On" and lab.alarm("COMP")[1] == "INVALID"
        assert "On" in lab["COMP:MSG:LONG"]

    before()
    after()
