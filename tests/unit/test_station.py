"""Station files: what is read, and one clear line for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cryoioc.errors import StationError
from cryoioc.station import load
from cryoioc.station_models import MODELS

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
TEXT = STVP.read_text()
KNOWN = ", ".join(MODELS)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "station.toml"
    path.write_text(text)
    with pytest.raises(StationError) as caught:
        load(path)
    return [line.removeprefix(f"{path}: ") for line in caught.value.lines]


def test_the_shipped_station() -> None:
    station = load(STVP)
    assert (station.prefix, list(station.thermometers), list(station.loops)) == (
        "STVP:",
        ["VAP", "SAMPLE"],
        ["LOOP1", "LOOP2"],
    )
    assert station.flow is not None
    assert station.flow.tref == 21.11
    assert station.ca.interfaces == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("sp_max = 300.0", "sp_maxx = 300.0", "loop.LOOP1.sp_maxx: unknown key; did you mean sp_max?"),
        (
            "heater_ohm = 25.0",
            "heater_ohm = -25.0",
            "loop.LOOP1.heater_ohm: expected a number from 1 to 1000, found -25.0",
        ),
        ("heater_ohm = 25.0", "heater_ohm = nan", "loop.LOOP1.heater_ohm: expected a number from 1 to 1000, found nan"),
        (
            "heater_ohm = 25.0",
            "heater_ohm = true",
            "loop.LOOP1.heater_ohm: expected a number from 1 to 1000, found True",
        ),
        (
            "heater_ohm = 25.0",
            'heater_ohm = "25"',
            "loop.LOOP1.heater_ohm: expected a number from 1 to 1000, found '25'",
        ),
        ('plant = "stvp"', 'plant = "stpv"', "sim.plant: expected one of dummy, stvp, crx, found 'stpv'"),
        ("SAMPLE = 15.0", "SAMPEL = 15.0", "sim.temperatures.SAMPEL: no [thermometer.SAMPEL] in this file"),
        ("output = 1", "output = 1.5", "loop.LOOP1.output: expected a whole number from 1 to 4, found 1.5"),
        ("output = 1", "output = 3", "loop.LOOP1.output: TC1 has outputs 1, 2, found 3"),
        ("output = 1", "output = 2", "loop.LOOP2.output: TC1 output 2 is already used by loop.LOOP1"),
        ('input = "A"', 'input = "C"', "thermometer.VAP.input: TC1 has inputs A, B, found 'C'"),
        ('instrument = "FM1"', 'source = "ca:SITE:FLOW"',
         "flow.source: the flow is read from a meter of this file, 5 times a second; over another IOC nobody can "
         'promise that: watch it by [interlock.NAME] input = "ca:PV"'),
        ('instrument = "FM1"', 'instrument = "FM2"', "flow.instrument: no [instrument.FM2] in this file"),
        (
            'model = "alicat"',
            'model = "alcat"',
            f"instrument.FM1.model: expected one of {KNOWN}, found 'alcat'",
        ),
        (
            'prefix = "STVP:"',
            'prefix = "stvp"',
            "station.prefix: expected upper-case letters, digits, _ - : and a final ':', found 'stvp'",
        ),
        ("[loop.LOOP1]", "[lop.LOOP1]", "lop: unknown key; did you mean loop?"),
        (
            'presets = ["synapps", "rbv"]',
            'presets = ["areadetector"]',
            "alias.presets: expected a list out of synapps, rbv, found ['areadetector']",
        ),
        ("port = 5064", "port = 80", "ca.port: expected a whole number from 1024 to 65535, found 80"),
    ],
)
def test_one_line_says_what_where_and_what_was_meant(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert line in mistakes(tmp_path, TEXT.replace(old, new, 1))


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = TEXT.replace("tolerance = 0.1\n", "tolerance = -1\n").replace("sp_min = 1.4", "sp_min = 3000", 1)
    text = text.replace('model = "lakeshore335"', 'modle = "lakeshore335"')
    assert mistakes(tmp_path, text)[:4] == [
        "instrument.TC1.modle: unknown key; did you mean model?",
        f"instrument.TC1: key model is missing; expected one of {KNOWN}",
        "loop.LOOP1.sp_min: expected a number from 0 to 2000, found 3000",
        "loop.LOOP1.tolerance: expected a number from 0 to 100, found -1",
    ]


@pytest.mark.parametrize("text", ["[station", "\x00", "= 1", "[station]\nname = 1\nname = 2", "a = [" * 2000])
def test_what_is_not_toml(tmp_path: Path, text: str) -> None:
    (line,) = mistakes(tmp_path, text)
    assert line.startswith("not TOML")


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_bytes(b"name = \xff")
    with pytest.raises(StationError, match="not UTF-8 text"):
        load(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="cannot be read"):
        load(tmp_path / "absent.toml")


def test_includes_lie_under_the_file(tmp_path: Path) -> None:
    (tmp_path / "common.toml").write_text(TEXT)
    path = tmp_path / "mine.toml"
    path.write_text('[station]\ninclude = ["common.toml"]\nprefix = "MINE:"\n[loop.LOOP1]\nsp_max = 200.0\n')
    station = load(path)
    assert (station.prefix, station.name, station.loops["LOOP1"].sp_max) == ("MINE:", "STVP", 200.0)


def test_environment_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace('serial = "335A12T"', 'serial = "${TC1_SERIAL}"')
    assert mistakes(tmp_path, text) == ["instrument.TC1.serial: environment variable TC1_SERIAL is not set"]
    monkeypatch.setenv("TC1_SERIAL", "335XYZ")
    assert load(tmp_path / "station.toml").instruments["TC1"].serial == "335XYZ"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_refused_in_words_or_read(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever happens to a file: a station, or sentences; never another exception."""
    start = data.draw(st.integers(0, len(TEXT)))
    length = data.draw(st.integers(0, 40))
    insert = data.draw(st.text(max_size=12))
    path = tmp_path / "damaged.toml"
    path.write_text(TEXT[:start] + insert + TEXT[start + length :], encoding="utf-8", errors="surrogatepass")
    try:
        load(path)
    except StationError as error:
        assert error.lines
        assert all(line.startswith(str(path)) and "\n" not in line for line in error.lines)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'source = "LM1"',
            'source = "LM2"',
            "dewar.level.source: expected 'manual', 'ca:PV' or an instrument of this file, found 'LM2'",
        ),
        (
            'source = "LM1"',
            'source = "TC1"',
            "dewar.level.source: expected one of ami1700, lm500, adam4017, found a lakeshore335",
        ),
        (
            'source = "LM1"',
            'source = "ca:X Y"',
            "dewar.level.source: expected the name of a PV behind ca:, found 'ca:X Y'",
        ),
        (
            'source = "manual"',
            'source = "ca:X"',
            "valve.source: expected 'manual', found 'ca:X'",
        ),
        ('source = "manual"', 'source = "motor"', "valve.source: expected 'manual', found 'motor'"),
        (
            'source = "AI1"\nchannel = 0',
            'source = "LM1"\nchannel = 0',
            "dewar.pressure.source: expected one of adam4017, found a ami1700",
        ),
        ("channel = 1\n", "channel = 0\n", "tube.pressure.channel: AI1 channel 0 is already used by dewar.pressure"),
        ("channel = 1\n", "channel = 8\n", "tube.pressure.channel: AI1 has channels 0, 1, 2, 3, 4, 5, 6, 7, found 8"),
        (
            "at_high = 1034.2",
            "at_high = 0.0",
            "dewar.pressure: at_low and at_high, what 4-20 mA means, must differ, found 0",
        ),
        (
            'signal = "4-20 mA"',
            'signal = "2-10 V"',
            "dewar.pressure.signal: expected one of 0-10 V, 0-5 V, 4-20 mA, found '2-10 V'",
        ),
        ("[tube.pressure]", "[tube.presure]", "tube.presure: unknown key; did you mean pressure?"),
        ("lolo_alarm = 5.0", "lolo_alarm = 50.0", "dewar.level: alarm limits must rise, found 50, 15"),
        ("turns = 4.0", "turns = 0", "valve.turns: expected a number from 0.1 to 100, found 0"),
        (
            'model = "ami1700"',
            'model = "ami1700"\nunit_id = "A"',
            "instrument.LM1.unit_id: a ami1700 has none, found 'A'",
        ),
    ],
)
def test_the_rig_is_wired_to_what_can_measure_it(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in TEXT
    assert line in mistakes(tmp_path, TEXT.replace(old, new, 1))
