"""Trip, TLIMIT, end of the curve: in this order, or the station is refused; what is left out is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pvs.laboratory import STVP, edited

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views.check import report

STATED = ("low = 1.4\nhigh = 325.0\n", "low = 1.4\n")  # the range left out: the curve alone says where it ends
TLIMIT = "hihi_alarm = 320.0\ntlimit = 323.0\nsetpoint_limit = 325.0"
CURVE = 'curve = "X138113"'


def written(folder: Path, *changes: tuple[str, str], station: Path = STVP) -> Path:
    """Return a station file with some pieces replaced."""
    path = folder / "station.toml"
    path.write_text(edited(*changes, station=station))
    return path


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ([STATED, (TLIMIT, TLIMIT.replace("323", "400"))],
         "thermometer.VAP.tlimit: 400 K must be below the end of the curve X138113, 325 K"),
        ([STATED, (TLIMIT, TLIMIT.replace("323", "325"))],
         "thermometer.VAP.tlimit: 325 K must be below the end of the curve X138113, 325 K"),
        ([STATED, (TLIMIT, TLIMIT.replace("323", "0"))],
         "thermometer.VAP.tlimit: 0 K switches it off; expected one between trip and end of the curve, or no key"),
        ([STATED, ('input = "VAP:TEMP"\nabove = 320.0', 'input = "VAP:TEMP"\nabove = 360.0')],
         "interlock.VAP_HOT.above: 360 K must be below the end of the curve X138113, 325 K"),
        ([(CURVE, ""), (TLIMIT, TLIMIT.replace("323", "326"))],
         "thermometer.VAP.tlimit: 326 K must be below the end of the range, 325 K"),
    ],
)  # fmt: skip
def test_what_would_never_act_is_refused(tmp_path, changes, line):
    path = written(tmp_path, *changes)
    with pytest.raises(StationError) as raised:
        Ioc(load(path), Clock())
    assert raised.value.lines == [f"{path}: {line}"]


def test_a_monitor_has_no_limit_to_be_held(tmp_path):
    crx = STVP.with_name("crx.toml")
    path = written(tmp_path, ("[thermometer.STAGE1]\n", "[thermometer.STAGE1]\ntlimit = 350.0\n"), station=crx)
    with pytest.raises(StationError) as raised:
        Ioc(load(path), Clock())
    assert raised.value.lines == [f"{path}: thermometer.STAGE1.tlimit: TM1 is a lakeshore218, which has no TLIMIT"]


def test_limits_that_are_left_out_are_told(tmp_path):
    told = report(Ioc(load(written(tmp_path, STATED, (TLIMIT, "hihi_alarm = 320.0"))), Clock())).splitlines()
    assert "not protected: VAP: no TLIMIT" in told and "VAP: setpoint limit of its curve not compared" in told
    assert not any(line.startswith("not protected: SAMPLE") for line in told)
    assert "SAMPLE: setpoint limit of its curve not compared" in told
