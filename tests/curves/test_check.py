"""In the IOC: is the curve in the instrument that of the station file, and what does the calibration itself say."""

from __future__ import annotations

import pytest
from tests.pvs.laboratory import edited, scene

from cryoioc.clock import Clock
from cryoioc.curves import evaluator
from cryoioc.curves.catalogue import delivered, instrument_curve
from cryoioc.curves.files import render
from cryoioc.curves.rules import RULES, prepare
from cryoioc.errors import StationError
from cryoioc.ioc import Ioc
from cryoioc.pvs import curve_check
from cryoioc.station import load

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


def station(curve: str, unit: str = "Ohm") -> str:
    """Return the text of the STVP with another curve on the vaporizer."""
    return edited(('curve = "X138113"', f'curve = "{curve}"\nunit = "{unit}"'))


def mistake(tmp_path, curve: str, unit: str = "Ohm") -> str:
    """Return what is said of a station file with this curve, without the file's name."""
    path = tmp_path / "station.toml"
    path.write_text(station(curve, unit))
    with pytest.raises(StationError) as caught:
        Ioc(load(path), Clock())
    (line,) = caught.value.lines
    assert "\n" not in line and line.startswith(f"{path}: thermometer.VAP.curve: ")
    return line.removeprefix(f"{path}: thermometer.VAP.curve: ")


@pytest.mark.parametrize(
    ("curve", "unit", "words"),
    [
        ("X9", "Ohm", "no calibration of 'X9' was delivered; there are DT-670, RX-103A, X138113"),
        ("X138113:341", "Ohm", "X138113 was not delivered as '341'; there are chebychev, spline, table"),
        ("DT-670", "Ohm", "DT-670 is a curve in V, the sensor's unit is Ohm"),
        ("nowhere.340", "Ohm", "{folder}/nowhere.340: No such file or directory"),
        ("curves/x.txt", "Ohm", "{folder}/curves/x.txt: an ending out of .340"),
        ("bad.340", "Ohm", "{folder}/bad.340, line 6: 147 breakpoints announced, 146 found"),
        ("volt.340", "Ohm", "volt.340 is a curve in V, the sensor's unit is Ohm"),
    ],
)
def test_a_curve_that_cannot_be_had_is_one_line_at_load(tmp_path, curve, unit, words):
    content = render(delivered("X138113:340"), ".340")
    (tmp_path / "bad.340").write_text(content[: content.index("147  4.3")])
    (tmp_path / "volt.340").write_text(render(instrument_curve("DT-670"), ".340"))
    assert mistake(tmp_path, curve, unit).startswith(words.format(folder=tmp_path))


@pytest.mark.parametrize("ending", [".340", ".csv", ".34A"])
def test_a_file_beside_the_station_file_is_compared_like_a_delivered_curve(tmp_path, ending):
    path = tmp_path / "station.toml"
    (tmp_path / f"mine{ending}").write_text(render(delivered("X138113:340"), ending))
    path.write_text(station(f"mine{ending}"))
    checks = Ioc(load(path), Clock()).curve_checks
    (check,) = next(checks for checks in checks if checks[0].thermometer.name == "VAP")
    assert check.wanted.points == prepare(instrument_curve("X138113"), RULES["lakeshore335"]).points


def test_a_fit_in_a_file_says_the_temperature_and_has_no_breakpoints(tmp_path):
    path = tmp_path / "station.toml"
    (tmp_path / "mine.cof").write_text(render(delivered("X138113"), ".cof"))
    path.write_text(station("mine.cof"))
    ioc = Ioc(load(path), Clock())
    check, calibrated = next(checks for checks in ioc.curve_checks if checks[0].thermometer.name == "VAP")
    assert check.wanted is None and "mine.cof has no breakpoints for an instrument" in check.missing
    assert calibrated.curve.kelvin(3302.0) == pytest.approx(4.34, abs=1e-3)
    assert "VAP:TEMP:CAL" in ioc.desk.channels and "VAP:UNC" not in ioc.desk.channels


def test_a_standard_curve_without_breakpoints_is_unknown_and_says_the_temperature(tmp_path):
    path = tmp_path / "station.toml"
    limits = (("tlimit = 323.0", "tlimit = 39.0"), ("above = 320.0", "above = 38.0"))  # the curve ends at 40 K
    path.write_text(edited(('curve = "X138113"', 'curve = "RX-103A"\nunit = "Ohm"'), *limits))
    ioc = Ioc(load(path), Clock())
    check, calibrated = next(checks for checks in ioc.curve_checks if checks[0].thermometer.name == "VAP")
    assert check.wanted is None and "RX-103A has no breakpoints" in check.missing
    assert calibrated.curve.kelvin(11136.9) == pytest.approx(40.0, abs=0.01)
    assert "VAP:UNC" not in ioc.desk.channels


@scene()
async def test_a_diode_is_computed_through_the_finer_table(lab):
    """The instrument carries 75 points, the published table has 144: 0.145 K apart at 273 K (docs/errata.md)."""
    lab.hold(273.0, "B")
    await lab.run(5.0)
    fine, lines = evaluator(delivered("DT-670")), evaluator(instrument_curve("DT-670"))
    volts = lab["SAMPLE:SENSOR"]
    assert lab["SAMPLE:TEMP:CAL"] == pytest.approx(fine.kelvin(volts), abs=2e-4)
    assert lab["SAMPLE:TEMP:CAL:DIFF"] == pytest.approx(fine.kelvin(volts) - lines.kelvin(volts), abs=0.02)
    assert abs(lab["SAMPLE:TEMP:CAL:DIFF"]) > 0.1 and "SAMPLE:UNC" not in lab.ioc.desk.channels


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
