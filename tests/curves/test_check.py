"""In the IOC: is the curve in the instrument that of the station file, and what does the calibration itself say."""

from __future__ import annotations

import pytest
from tests.pvs.laboratory import scene

from cryoioc.curves import catalogue, evaluator
from cryoioc.curves.catalogue import delivered, instrument_curve
from cryoioc.pvs import curve_check

CHECKED = 300.0  # s in which headers and 200 points of both inputs have been read


async def checked(lab) -> None:
    await lab.run(CHECKED)


@scene()
async def test_the_right_curves_are_right(lab):
    await checked(lab)
    for name in ("VAP", "SAMPLE"):
        assert (lab[f"{name}:CURVE:CHECK"], lab.alarm(f"{name}:CURVE:CHECK")) == ("OK", ("NO_ALARM", "NO_ALARM"))
        assert lab[f"{name}:CURVE:WHY"] == lab[f"{name}:CURVE:WHY:LONG"] == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("CRVPT 21,100,3.00739,14", "Curve 21: point 100 is 3.00739, 14 K not 3.00739, 14.6 K; 1 of 200 points differ"),
        ("CRVPT 21,148,4.4,1.3", "Curve 21: point 148 is 4.4, 1.3 K not unused; 1 of 200 points differ"),
        ('CRVHDR 21,"X138113","X138114",4,325,1', "Curve 21: serial is 'X138114' not 'X138113'"),
        ('CRVHDR 21,"X138113","X138113",4,300,1', "Curve 21: limit is 300.0 not 325.0"),
        ("INCRV A,0", "no curve in use, X138113 expected"),
    ],
)  # fmt: skip
def test_a_wrong_curve_is_an_alarm_with_words_and_is_left_alone(command, words):
    @scene()
    async def play(lab):
        await checked(lab)
        lab.unplug()
        await lab.run(2.0)
        assert lab.alarm("VAP:CURVE:CHECK") == ("COMM", "INVALID")
        lab.front_panel(command)
        lab.plug_in()
        mark = lab.mark()
        await lab.becomes("VAP:CURVE:CHECK", "Differs", within=CHECKED)
        assert lab.alarm("VAP:CURVE:CHECK") == ("STATE", "MAJOR")
        assert lab["VAP:CURVE:WHY:LONG"] == words and words.startswith(lab["VAP:CURVE:WHY"])
        await checked(lab)
        assert lab.commands(mark) == []

    play()


@scene()
async def test_another_curve_is_noticed_when_it_is_selected(lab):
    await checked(lab)
    lab.front_panel('CRVHDR 22,"OTHER","O1",4,325,1')
    lab.front_panel("INCRV A,22")
    await lab.becomes("VAP:CURVE:CHECK", "Differs", within=CHECKED)
    assert "name is 'OTHER' not 'X138113'" in lab["VAP:CURVE:WHY:LONG"]
    lab.front_panel("INCRV A,21")
    await lab.becomes("VAP:CURVE:CHECK", "OK", within=CHECKED)


def test_a_point_edited_at_the_front_panel_is_found_in_the_end(monkeypatch):
    monkeypatch.setattr(curve_check, "AGAIN", 60.0)

    @scene()
    async def play(lab):
        await checked(lab)
        lab.front_panel("CRVPT 21,1,1.80265,324.0")
        await lab.becomes("VAP:CURVE:CHECK", "Differs", within=CHECKED)

    play()


def test_a_curve_that_was_not_delivered(monkeypatch):
    others = {name: one for name, one in catalogue.sensors().items() if one.serial != "X138113"}
    monkeypatch.setattr(catalogue, "sensors", lambda: others)

    @scene(cold=True)
    async def play(lab):
        await lab.becomes("VAP:CURVE:CHECK", "Unknown")
        assert lab.alarm("VAP:CURVE:CHECK")[1] == "MINOR"
        assert lab["VAP:CURVE:WHY:LONG"] == "no calibration of 'X138113' was delivered; there are DT-670, RX-103A"
        assert "VAP:TEMP:CAL" not in lab.ioc.desk.channels

    play()


@scene()
async def test_polls_go_on_while_a_curve_is_read(lab):
    lab.unplug()
    await lab.run(2.0)
    lab.plug_in()
    await lab.run(4.0)
    mark = lab.mark()
    await lab.run(60.0)
    sent = lab.messages(since=mark)
    assert sum("CRVPT?" in message for message in sent) >= 8
    assert sum("KRDG?" in message for message in sent) >= 9.5 * 60


@scene()
async def test_temperature_by_the_calibration_itself(lab):
    lab.hold(250.0)  # where the instrument's straight lines are off by up to 12.6 mK
    await lab.run(5.0)
    fit, lines = evaluator(delivered("X138113")), evaluator(instrument_curve("X138113"))
    ohm = lab["VAP:SENSOR"]
    assert lab["VAP:TEMP:CAL"] == pytest.approx(fit.kelvin(ohm), abs=2e-4)
    assert lab["VAP:TEMP:CAL:DIFF"] == pytest.approx(fit.kelvin(ohm) - lines.kelvin(ohm), abs=0.05)
    assert lab["VAP:UNC"] == pytest.approx(0.17, abs=0.03)
    lab.hold(4.2)
    await lab.run(5.0)
    assert lab["VAP:UNC"] == pytest.approx(0.0053, abs=0.0004)


@scene()
async def test_no_temperature_from_a_reading_outside_the_calibration(lab):
    await lab.run(2.0)
    before = lab["VAP:TEMP:CAL"]
    lab.break_sensor()
    await lab.run(3.0)
    for suffix in ("TEMP:CAL", "TEMP:CAL:DIFF", "UNC"):
        assert lab.alarm(f"VAP:{suffix}")[1] == "INVALID"
    assert lab["VAP:TEMP:CAL"] == pytest.approx(before, abs=0.5)
