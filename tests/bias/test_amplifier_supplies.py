"""What is particular to a supply while an amplifier hangs on it: selections, masters, watchdogs, mains, boards."""

from __future__ import annotations

import pytest
from tests.pvs.laboratory import scene

from cryosim.emulators.gaia import Gaia
from cryosim.emulators.scpi import Supply

from .receivers import KINDS, station

E, N, H, G = (station((kind,), "L", ("COLD",), near=True) for kind in KINDS)
ON = 60.0  # s, longer than drains take to come up


def instrument(lab, name):
    found = lab.world.installed[name].instrument
    assert isinstance(found, Supply | Gaia)
    return found


def by_hand(lab, name, message):
    """Operate a supply as somebody else would."""
    return instrument(lab, name).receive(f"{message}\n".encode()).decode().strip()


def transistors(lab):
    (amplifier,) = lab.world.plant.amplifiers.values()
    return [stage.point for stage in amplifier.stages]


async def known(lab, name):
    """Wait until it and its temperature have been read."""
    await lab.until(lambda: lab.alarm(f"{name}:WINDOW")[1] == "NO_ALARM")
    await lab.becomes(f"{name}:STATE", "Off")


async def begun(lab, name):
    """Bring the drains up."""
    await known(lab, name)
    await lab.put(f"{name}:BIAS:SP", "Cold")
    await lab.becomes(f"{name}:STATE", "Servo", ON)


@scene(station=E, cold=True)
async def test_all_outputs_are_read_four_times_a_second_at_least(lab):
    await begun(lab, "ELCOLD")
    for name in ("DELCOLD", "XELCOLD"):
        mark = lab.mark(name)
        await lab.run(5.0)
        asked = [message for message in lab.messages(name, mark) if ":MEAS:CURR? (@1:3)" in message]
        assert len(asked) >= 4 * 5


@scene(station=H, cold=True)
async def test_a_selection_by_others_trips_nothing(lab):
    await begun(lab, "HLCOLD")
    for _ in range(20):
        by_hand(lab, "DHLCOLD", ":INST:NSEL 4")
        await lab.run(0.21)
    assert lab["HLCOLD:TRIP"] == "OK"
    assert lab["HLCOLD:S3:VD"] == pytest.approx(1.2, abs=0.01)


@scene(station=H, cold=True)
async def test_a_master_switch_turns_nothing_on_that_is_no_amplifiers(lab):
    await known(lab, "HLCOLD")
    by_hand(lab, "DHLCOLD", ":OUTP:GEN 0;:INST:NSEL 4;:OUTP:SEL 1")
    await lab.put("HLCOLD:BIAS:SP", "Cold")
    await lab.becomes("HLCOLD:TRIP", "Tripped")
    assert "output 4 is armed and would come on too" in lab["HLCOLD:TRIP:WHY:LONG"]
    assert by_hand(lab, "DHLCOLD", ":OUTP:GEN?") == "0"
    assert not any(output.live for output in instrument(lab, "DHLCOLD").outputs)


@pytest.mark.parametrize(("text", "name", "broken"), [
    (E, "ELCOLD", "DELCOLD"), (E, "ELCOLD", "XELCOLD"), (N, "NLCOLD", "DNLCOLD"), (H, "HLCOLD", "DHLCOLD"),
    (G, "GLCOLD", "DGLCOLD")])  # fmt: skip
def test_after_mains_off_and_on_it_trips_and_nothing_comes_back(text, name, broken):
    @scene(station=text, cold=True)
    async def play(lab):
        await begun(lab, name)
        instrument(lab, broken).power_cycle()
        await lab.becomes(f"{name}:TRIP", "Tripped", 2.0)
        await lab.run(20.0)
        assert all(point.drain == 0.0 for point in transistors(lab))
        assert (lab[f"{name}:BIAS"], lab[f"{name}:BIAS:SP"]) == ("Off", "Off")
        await lab.put(f"{name}:RESET")
        await lab.run(5.0)
        assert lab[f"{name}:BIAS"] == "Off" and all(point.drain == 0.0 for point in transistors(lab))

    play()


@scene(station=G, cold=True)
async def test_a_board_is_switched_off_gate_last(lab):
    await begun(lab, "GLCOLD")
    mark = lab.mark("DGLCOLD")
    await lab.put("GLCOLD:OFF")
    told = [text.split()[:3] for text in lab.messages("DGLCOLD", mark) if text.startswith(("#SET", "#DIS", "#EN"))]
    zero = max(n for n, words in enumerate(told) if words[0] == "#SETD" and words[2] == "0")
    first_switch = min(n for n, words in enumerate(told) if words[0] == "#DISABLE")
    assert zero < first_switch
    assert not any(words[0] == "#ENABLE" for words in told)
    assert not any(channel.enabled for channel in instrument(lab, "DGLCOLD").channels.values())


@scene(station=N, cold=True)
async def test_a_watchdog_that_ended_outputs_is_a_trip(lab):
    await begun(lab, "NLCOLD")
    by_hand(lab, "DNLCOLD", ":OUTP:PROT:WDOG:DEL 1;:OUTP:PROT:WDOG 1")
    lab.unplug("DNLCOLD")
    await lab.run(2.0)
    lab.plug_in("DNLCOLD")
    await lab.becomes("NLCOLD:TRIP", "Tripped", 20.0)
    await lab.run(20.0)
    assert all(point.drain == 0.0 for point in transistors(lab))
    assert by_hand(lab, "DNLCOLD", ":OUTP? (@1,3)") == "0,0"


@scene(station=E, cold=True)
async def test_an_output_that_sticks_on_the_way_off_is_told(lab):
    await known(lab, "ELCOLD")
    await lab.put("ELCOLD:BIAS:SP", "Cold")
    await lab.until(lambda: lab["ELCOLD:S1:VD"] > 0.2, within=ON)
    instrument(lab, "DELCOLD").stick(1, True)
    assert "not confirmed off: S1 drain" in await lab.refused("ELCOLD:OFF")
    assert (lab["ELCOLD:TRIP"], lab.alarm("ELCOLD:TRIP")[1]) == ("Tripped", "MAJOR")
    assert "S1 drain gives 0.2" in lab["ELCOLD:TRIP:WHY:LONG"] and lab["ELCOLD:BIAS"] != "Off"
    assert lab["ELCOLD:WARN"] == "Yes" and "S1 drain" in lab["ELCOLD:MSG:LONG"]
    instrument(lab, "DELCOLD").stick(1, False)
    await lab.becomes("ELCOLD:BIAS", "Off", 5.0)
    await lab.becomes("ELCOLD:WARN", "No", 5.0)
    assert lab["ELCOLD:TRIP"] == "Tripped" and all(point.drain == 0.0 for point in transistors(lab))
