"""``[amplifier.NAME]``: every mistake is one line that says what, where, and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bias.receivers import KINDS, station

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views.check import report

E, N, H, G = (station((kind,), "L", ("COLD",)) for kind in KINDS)
POWER = """
[power.HEATERS]
instrument = "DELCOLD"
output = 2
voltage = 5.0
over_voltage = 6.0
load_ohm = 50.0
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "station.toml"
    path.write_text(text)
    with pytest.raises(StationError) as told:
        load(path)
    return [line.removeprefix(f"{path}: ") for line in told.value.lines]


@pytest.mark.parametrize("text", [E, N, H, G], ids=lambda text: text.split("model = ")[2].split()[0])
def test_a_station_without_a_mistake(tmp_path, text):
    path = tmp_path / "station.toml"
    path.write_text(text)
    (spec,) = load(path).amplifiers.values()
    assert len(spec.stages) == 3 and spec.bias.serial == "YCA-2024 1103"


D, X = 'instrument = "DELCOLD", output = ', 'instrument = "XELCOLD", output = '
RETURN, FINE = "return_ohm = 5.2", "current_resolution = 2e-06"
# What follows "amplifier.NAME" in the line.
MISTAKES = [
    (E, 'serial = "YCA-2024 1103"', 'serial = "YCA-2"', ".serial: no bias table of 'YCA-2' is delivered, only of"),
    (E, 'thermometer = "COLD"', 'thermometer = "CLOD"', ".thermometer: no [thermometer.CLOD] in this file"),
    (E, RETURN, "return_ohm = 15.5", ": stage 2: Warm needs 2.12 V at the supply (1.5 V and the leads), over"),
    (E, RETURN, "return_omh = 5.2", ".return_omh: unknown key; did you mean return_ohm?"),
    (E, RETURN, "warm_current_max = 0.008", ": stage 1: Warm needs 10 mA, the limits are at 8 mA"),
    (E, RETURN, "cold_voltage_max = 1.1", ": stage 3: Cold needs 1.2 V, cold_voltage_max is 1.1 V"),
    (E, RETURN, "gate_max = 0.5", ": stage 2: Cold needs 0.69 V at the gate, allowed -5 to 0.5 V"),
    (E, RETURN, 'biases = ["Hot"]', ".biases: expected a list out of Warm, Cold, found 'Hot'"),
    (E, RETURN, "cold_below = 10.0", ".biases: Cold: the bias table of YCA-2024 1103 has no row below 10 K"),
    (E, RETURN, "cold_below = 260.0", ": cold_below 260 K must be below warm_above 250 K"),
    (E, RETURN, "leak_warn = 0.001", ": leak_warn 0.001 A must be below leak_trip 0.0001 A"),
    (E, RETURN, 'table = "none.toml"', ".table: "),
    (E, "pinch_off = -2.0", "pinch_off = 0.2", ".stage 2.gate.pinch_off: expected a number from -6 to -0.1, found 0.2"),
    (E, "pinch_off = -5.0", "pinch_off = -3.0", ": stage 1: Warm needs -3.2 V at the gate, allowed -5 to 1 V and"),
    (E, FINE, "over_voltage = 2.5", ".stage 1.drain.over_voltage: expected a number from 0.1 to 2, found 2.5"),
    (E, FINE, "max_current = 0.02", ".stage 1.drain.max_current: expected a number from 0.001 to 0.015, found 0.02"),
    (E, f", {FINE}", "", ".stage 1.drain: key current_resolution is missing"),
    (E, "drain = {", "dran = {", ".stage 1.dran: unknown key; did you mean drain?"),
    (E, ", source_measure = true", "", ".stage 1.gate.output: a gate needs both signs: expected a bias board or "
     "source_measure = true, found an output of a keysight_n6700"),
    (E, f"{X}2", f"{X}1", ".stage 2.gate.output: XELCOLD output 1 is already used by amplifier.ELCOLD.stage 1.gate"),
    (E, f"{D}3", f"{D}4", ".stage 3.drain.output: DELCOLD has outputs 1 to 3, found 4"),
    (E, f"{D}3", f"{D}3".replace("DELCOLD", "PS9"), ".stage 3.drain.instrument: no [instrument.PS9] in this file"),
    (E, f"{D}3", f"{D}3".replace("DELCOLD", "TM1"), ".stage 3.drain.instrument: expected one of keysight_e36312a, "),
    (H, "current_resolution = 0.0002", "current_resolution = 0.0002, source_measure = true",
     ".stage 1.drain.source_measure: a rs_hmp4040 has no source-measure modules"),
    (G, 'gate = { instrument = "DGLCOLD", output = 1', 'gate = { instrument = "DGLCOLD", output = 4',
     ".stage 1.gate: expected channel 1 of DGLCOLD as its drain, found 4 of DGLCOLD"),
    (E + POWER, "", "", ".stage 2.drain.output: DELCOLD output 2 is already used by power.HEATERS"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "line"), MISTAKES)
def test_a_mistake_is_one_line(tmp_path, text, old, new, line):
    assert old in text
    found = mistakes(tmp_path, text.replace(old, new, 1))
    wanted = f"amplifier.{text.partition('[amplifier.')[2].partition(']')[0]}{line}"
    assert any(one.startswith(wanted) for one in found), found


def test_its_name_is_its_own(tmp_path):
    found = mistakes(tmp_path, E.replace("amplifier.ELCOLD", "amplifier.TM1"))
    assert found == ["amplifier.TM1: the name is already used by instrument.TM1"]


def test_a_missing_stage_is_told(tmp_path):
    found = mistakes(tmp_path, E[: E.rindex("[[amplifier")])
    assert found == ["amplifier.ELCOLD: the bias table of YCA-2024 1103 has 3 stages, found 2"]


def test_drains_that_nothing_protects_are_told(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(G)
    ioc = Ioc(load(path), Clock())
    said = report(ioc)
    assert "not protected: DGLCOLD: the board itself gives a drain up to 2.5 V, a transistor stands 2 V" in said
    protected = ioc.desk.channels["GLCOLD:PROTECTED"]
    assert (protected.value, protected.severity) == ("No", "MINOR")
