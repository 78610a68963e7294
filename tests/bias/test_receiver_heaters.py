"""The heaters of the receiver through supply, leads and thermostats: from the put to the watts on the stage."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pvs.laboratory import edited, scene

from cryoioc.__main__ import main
from cryoioc.errors import Refused, StationError
from cryoioc.station import load

CRX = Path(__file__).parents[2] / "db" / "crx.toml"


async def switch_on(lab, name):
    await lab.put(f"{name}:PROGRAM")
    await lab.put(f"{name}:STATE:SP", "On")
    await lab.clock.sleep(5.0)
    return lab.world.plant.lines[name]


@scene(station=CRX, plant="crx")
async def test_the_heaters_get_what_the_leads_leave(lab):
    line = await switch_on(lab, "HEATERS")
    assert line.powers() == pytest.approx((6.25, 6.25), abs=0.05)
    assert line.read().amperes <= 0.5
    assert lab["HEATERS:POWER"] == pytest.approx(12.5, rel=0.03)
    assert lab["HEATERS:THERMOSTAT"] == "Closed"


@scene(station=CRX, plant="crx")
async def test_the_zeolite_resistors_too(lab):
    line = await switch_on(lab, "REGEN")
    assert line.powers() == pytest.approx((0.95, 0.95), abs=0.01)
    assert lab["REGEN:POWER"] == pytest.approx(1.9, rel=0.03)


@scene(station=CRX, plant="crx")
async def test_a_warm_stage_opens_its_thermostat_and_the_pv_says_so(lab):
    lab.world.plant.start(320.0, 320.0)
    line = await switch_on(lab, "HEATERS")
    assert line.power() == 0.0
    assert lab["HEATERS:THERMOSTAT"] == "Open"


@scene(station=CRX, plant="crx")
async def test_nothing_is_on_before_somebody_switches_it_on(lab):
    await lab.clock.sleep(30.0)
    assert [line.power() for line in lab.world.plant.lines.values()] == [0.0, 0.0]
    assert lab["HEATERS:STATE"] == lab["REGEN:STATE"] == "Off"


@scene(station=CRX, plant="crx")
async def test_the_monitor_line_tells_of_the_thermostats(lab):
    seen = lab.record("HEATERS:THERMOSTAT")
    await switch_on(lab, "HEATERS")
    await lab.run(10.0)
    assert [value for value in seen.values if value != "Unknown"] == ["Closed"]  # an old 0 V is not taken for open
    lab.world.plant.start(320.0, 320.0)
    await lab.becomes("HEATERS:THERMOSTAT", "Open", within=10.0)
    lab.unplug("AI1")
    await lab.becomes("HEATERS:THERMOSTAT", "Unknown", within=10.0)
    await lab.put("HEATERS:STATE:SP", "Off")
    assert lab["HEATERS:THERMOSTAT"] == "Unknown"


MONITORS = [f"""[power.{name}.monitor]
source = "AI1"
channel = {channel}
at_high = 100.0
""" for name, channel in (("HEATERS", 1), ("REGEN", 2))]  # fmt: skip


@scene(station=edited(*((text, "") for text in MONITORS), station=CRX), plant="crx")
async def test_without_such_a_line_the_current_tells(lab):
    await switch_on(lab, "HEATERS")
    assert lab["HEATERS:THERMOSTAT"] == "Closed"
    lab.world.plant.start(320.0, 320.0)
    await lab.becomes("HEATERS:THERMOSTAT", "Open", within=5.0)


class Biased:
    name = "LCP"
    biased_cold: bool | None = True


@scene(station=CRX, plant="crx")
async def test_no_heating_while_an_amplifier_is_biased_cold(lab):
    amplifier = Biased()
    lab.ioc.heat_or_bias.amplifiers.append(amplifier)
    await lab.put("HEATERS:PROGRAM")
    assert await lab.refused("HEATERS:STATE:SP", "On") == "LCP is biased cold: put it Off first"
    assert lab["HEATERS:STATE"] == lab["HEATERS:STATE:SP"] == "Off"
    assert lab.world.plant.lines["HEATERS"].power() == 0.0
    await lab.put("HEATERS:STATE:SP", "Off")  # Off is always taken
    amplifier.biased_cold = False
    await lab.put("HEATERS:STATE:SP", "On")
    with pytest.raises(Refused, match="HEATERS is on"):
        lab.ioc.heat_or_bias.may_bias_cold()
    lab.unplug("PS1")
    await lab.until(lambda: lab.alarm("HEATERS:STATE")[1] == "INVALID", within=5.0)
    with pytest.raises(Refused, match="not known to be off"):
        lab.ioc.heat_or_bias.may_bias_cold()


@scene(station=CRX, plant="crx")
async def test_a_heater_on_its_way_keeps_amplifiers_from_being_biased_cold(lab):
    await lab.put("HEATERS:PROGRAM")
    heaters = next(power for power in lab.ioc.powers if power.name == "HEATERS")
    asked = []
    tell = heaters._tell

    async def slow(talk, row, **values):
        await tell(talk, row, **values)
        with pytest.raises(Refused, match="HEATERS is on"):
            lab.ioc.heat_or_bias.may_bias_cold()
        asked.append((row, lab["HEATERS:STATE"]))

    heaters._tell = slow
    await lab.put("HEATERS:STATE:SP", "On")
    assert asked == [("ON", "Off")]
    heaters._tell = tell
    await lab.put("HEATERS:STATE:SP", "Off")
    await lab.clock.sleep(2.0)
    lab.ioc.heat_or_bias.may_bias_cold()


FULL = (("voltage = 40.5", "voltage = 50.0"), ("over_voltage = 45.0", "over_voltage = 55.0"),
        ("max_current = 0.5\n", "max_current = 0.65\n"))  # fmt: skip


def test_more_than_the_wires_are_proven_to_only_by_a_key(tmp_path, capsys):
    path = tmp_path / "crx.toml"
    path.write_text(edited(*FULL, station=CRX).replace("../", f"{CRX.parents[1]}/"))
    with pytest.raises(StationError) as caught:
        load(path)
    wanted = "max_current 0.65 A is above proven_current 0.5 A: expected above_proof = true for that"
    assert caught.value.lines == [f"{path}: power.HEATERS: {wanted}"]
    allowed = ("max_current = 0.65\n", "max_current = 0.65\nabove_proof = true\n")
    path.write_text(path.read_text().replace(*allowed))
    assert main(["check", str(path)]) == 0
    told = "not protected: HEATERS: max_current 0.65 A is above proven_current 0.5 A"
    assert told in capsys.readouterr().out


ABOVE = (*FULL[:2], (FULL[2][0], FULL[2][1] + "above_proof = true\n"), ("above = 520.0", "above = 670.0"))


@scene(station=edited(*ABOVE, station=CRX), plant="crx")
async def test_fifty_volts_are_then_driven(lab):
    line = await switch_on(lab, "HEATERS")
    assert line.powers() == pytest.approx((9.5, 9.5), abs=0.1)
    assert line.read().amperes == pytest.approx(0.617, abs=0.002)
