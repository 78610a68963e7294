"""Files: every format there and back, layouts seen elsewhere, and what is said of bad ones."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cryoioc.curves import BadCurve, Breakpoints, CurveFileError, evaluator
from cryoioc.curves.catalogue import delivered
from cryoioc.curves.files import READERS, kinds, read, render, text, write
from cryoioc.curves.formats import LOG_OHM, OHM, SPLINE, VOLT
from cryoioc.curves.rules import RULES, prepare

HEADED = (".340", ".34a", ".330", ".91c", ".93c", ".csv")
DELIVERED = [
    *(("X138113:340", ending) for ending in (*HEADED, ".234")),
    *(("X138113:330", ending) for ending in (".330", ".91c", ".93c", ".csv")),
    ("X138113:234", ".234"),
    ("X138113:spline", ".340"),
    ("X138113:spline", ".csv"),
    ("X138113:table", ".tbl"),
    ("X138113:data", ".dat"),
    ("X138113:chebychev", ".cof"),
    ("RX-103A:chebychev", ".cof"),
    ("RX-103A:table", ".tbl"),
    ("DT-670:table144", ".340"),
    ("DT-670:instrument75", ".34a"),
]


def back(calibration, ending: str):
    return READERS[ending](text.decode(render(calibration, ending).encode(), f"curve{ending}"))


@pytest.mark.parametrize(("name", "ending"), DELIVERED)
def test_there_and_back(name, ending):
    one = delivered(name)
    other = back(one, ending)
    for field in ("units", "kelvin", "curvature", "sensor", "slope", "sensitivity", "format", "interpolation"):
        if hasattr(one, field):
            assert getattr(other, field) == getattr(one, field), field
    if hasattr(one, "ranges"):
        for a, b in zip(one.ranges, other.ranges, strict=True):
            assert (a.zl, a.zu, a.coefficients) == (b.zl, b.zu, b.coefficients)
            assert (b.z_low, b.z_high) == pytest.approx((a.z_low, a.z_high), abs=1e-14)
    if ending in HEADED:
        assert (other.name, other.serial, other.limit) == (one.name, one.serial, one.limit)
    assert render(other, ending) == render(one, ending)


def test_data_begin_in_line_10_of_a_340():
    lines = render(delivered("X138113:340"), ".340").split("\n")
    assert lines[9].split() == ["1", "1.80265", "325.000"]


@st.composite
def monotone(draw, least=2):
    """Breakpoints that any instrument could hold."""
    kind = draw(st.sampled_from([LOG_OHM, VOLT, OHM]))
    count = draw(st.integers(least, 200))
    low, high = {LOG_OHM: (0, 600_000), VOLT: (0, 900_000), OHM: (0, 900_000_000)}[kind]
    units = sorted(draw(st.sets(st.integers(low, high), min_size=count, max_size=count)))
    kelvin = sorted(draw(st.sets(st.integers(1, 1_500_000), min_size=count, max_size=count)))
    if draw(st.booleans()):
        kelvin.reverse()
    scale = 10.0**-kind.decimals
    return Breakpoints(
        name=draw(st.from_regex(r"[A-Z0-9-]{0,15}", fullmatch=True)), serial="S1", format=kind, limit=325.5,
        units=tuple(round(u * scale, kind.decimals) for u in units), kelvin=tuple(round(t * 1e-3, 3) for t in kelvin),
    )  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=monotone(), ending=st.sampled_from(HEADED), crlf=st.booleans(), flip=st.booleans())
def test_random_monotone_curves_there_and_back(table, ending, crlf, flip):
    if flip:
        table = replace(table, units=table.units[::-1], kelvin=table.kelvin[::-1])
    content = render(table, ending)
    data = content.replace("\n", "\r\n" if crlf else "\n").encode()
    assert READERS[ending](text.decode(data, "x")) == table


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=monotone())
def test_random_monotone_curves_both_ways(table):
    curve = evaluator(table)
    kelvin = np.linspace(curve.low, curve.high, 57)
    reading = curve.sensor(kelvin)
    assert curve.kelvin(reading) == pytest.approx(kelvin, rel=1e-6)
    nodes = np.power(10.0, table.units) if table.format.log else np.array(table.units)
    assert curve.kelvin(nodes) == pytest.approx(table.kelvin, rel=1e-6)
    assert [curve.kelvin(float(node)) for node in nodes] == pytest.approx(table.kelvin, rel=1e-6)


SAMPLE = {
    ".340": "Curve Name:\tDT\nSerial Number:\tX1\nData Format:\tV/K (linear)\t(2)\nSetPoint Limit:\t325.0\n"
            "Temperature Coefficient:\t1\nNumber of Breakpoints:\t3\n\nNo.\tUnits\tTemperature (K)\n\n"
            "1\t0.5\t300\n2\t1.0\t77\n3\t1.6\t4.2\n",
    ".34a": "Name: DT\nSerial number: X1\nFormat: 2 ; volts\nLimit: 325\nCoefficient: 1\n\nPoint 1: 0.5,300.0\n"
            "Point 2: 1.0, 77\tPoint 3: 1.6,4.2\n".replace("\tPoint 3", "\nPoint 3"),
    ".curve": "Sensor Model: DT\nSerial Number: X1\nData Format: 2\nSetPoint Limit: 325\nUnits Temperature\n"
              "0.5 300\n1.0 77\n1.6 4.2\n",
}  # fmt: skip


@pytest.mark.parametrize("ending", SAMPLE)
def test_layouts_of_other_laboratories(ending):
    table = READERS[ending](text.decode(SAMPLE[ending].encode(), "x"))
    assert (table.name, table.serial, table.format, table.limit) == ("DT", "X1", VOLT, 325.0)
    assert (table.units, table.kelvin) == ((0.5, 1.0, 1.6), (300.0, 77.0, 4.2))


@pytest.mark.parametrize("order", ["Temperature (K)   Resistance (ohms)", "Resistance   Temperature", ""])
def test_columns_of_test_data_are_told_apart(order):
    data = delivered("X138113:data")
    rows = zip(data.kelvin, data.sensor, strict=True)
    lines = [f"{t} {r}" if order.startswith("T") else f"{r} {t}" for t, r in rows if order or t < 40.0]
    found = READERS[".dat"](text.decode("\n".join([order, *lines]).encode(), "x"))
    assert found.kelvin == data.kelvin[: len(lines)] and found.unit == "Ohm"


def _edit(old: str, new: str):
    return lambda content: content.replace(old, new, 1)


def _swap(content: str) -> str:
    lines = content.split("\n")
    lines[20], lines[21] = lines[20][:3] + lines[21][3:], lines[21][:3] + lines[20][3:]
    return "\n".join(lines)


BAD = {
    "wrong count": (_edit("Breakpoints:   147", "Breakpoints:   146"), r"line 6: 146 breakpoints announced, 147 found"),
    "truncated": (lambda c: c[: c.index("147  4.3")], r"line 6: 147 breakpoints announced, 146 found"),
    "cut in a row": (lambda c: c[: c.index("4.35639") + 4], r"line 156: expected 3 numbers as in the rows above"),
    "not a number": (_edit("1.82462", "NaN"), r"line 13: expected a number, found 'NaN'"),
    "infinite": (_edit("1.82462", "1e999"), r"line 13: expected a number, found '1e999'"),
    "unordered": (_swap, r"point 13: .* out of order"),
    "doubled": (_edit("1.82462", "1.81736"), r"points 3 and 4 have the same sensor units 1\.81736"),
    "missing row": (lambda c: re.sub(r" 57  .*\n", "", c), r"line 66: expected point 57, found '58'"),
    "ohms instead of log": (lambda c: c.replace("  4.35639", "  22719.0"), r"point 147: 22719 .*these look like ohms"),
    "unknown format": (_edit("Format:    4", "Format:    9"), r"line 3: data format '9 .*' is none of 1, 2, 3, 4, 7"),
    "wrong coefficient": (_edit("1 (Negative)", "2 (Positive)"), r"line 5: temperature coefficient .*1 \(negative\)"),
    "no header": (lambda c: c[c.index("  1  1.80") :], r"line 1: expected a breakpoint or a header line"),
    "comma decimals": (lambda c: c.replace("1.82462", "1,82462"), r"line 13: expected 3 numbers"),
    "binary": (lambda c: c.replace("1.82462", "1.8\x002462"), r"line 13: character 0 does not belong"),
    "empty": (lambda c: "\n \n", "the file is empty"),
    "not kelvin": (_edit("325.000", "-10.000"), r"out of order|no temperature"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_one_line_that_says_what_and_where(case, tmp_path):
    spoil, message = BAD[case]
    path = tmp_path / "bad.340"
    path.write_text(spoil(render(delivered("X138113:340"), ".340")))
    with pytest.raises(CurveFileError, match=message) as caught:
        read(path)
    assert "\n" not in str(caught.value) and str(caught.value).startswith(str(path))


def test_another_sensors_serial(tmp_path):
    path = tmp_path / "x.340"
    write(path, delivered("X138113:340"))
    assert read(path, "x138113")
    with pytest.raises(CurveFileError, match=r"x\.340: a curve of sensor 'X138113', expected 'X99'"):
        read(path, "X99")


def test_latin_1_and_byte_order_marks(tmp_path):
    content = render(replace(delivered("X138113:340"), name="Kälte"), ".340")
    for encoding in ("latin-1", "utf-8", "utf-8-sig"):
        path = tmp_path / "x.340"
        path.write_bytes(content.replace("\n", "\r\n").encode(encoding))
        assert read(path).name == "Kälte"
    with pytest.raises(BadCurve, match="name: expected plain text"):
        prepare(read(path), RULES["lakeshore335"])  # type: ignore[arg-type]


def test_ten_megabytes_of_noise(tmp_path):
    path = tmp_path / "x.340"
    path.write_bytes(np.random.default_rng(1).bytes(10_000_000))
    with pytest.raises(CurveFileError, match="too large for a curve, more than 1000000 bytes"):
        read(path)
    with pytest.raises(CurveFileError, match="does not belong into a text|No such|found"):
        path.write_bytes(path.read_bytes()[:900_000])
        read(path)


def test_unknown_ending_and_missing_file(tmp_path):
    with pytest.raises(CurveFileError, match=r"an ending out of \.340"):
        read(tmp_path / "x.txt")
    with pytest.raises(CurveFileError, match="No such file"):
        read(tmp_path / "x.340")


def test_a_file_is_written_as_a_whole_or_not(tmp_path, monkeypatch):
    path = tmp_path / "x.340"
    path.write_text("old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kinds.Path, "replace", fail)
    with pytest.raises(CurveFileError, match="No space left"):
        write(path, delivered("X138113:340"))
    assert path.read_text() == "old"
    with pytest.raises(CurveFileError, match=r"TestData cannot be written as \.340"):
        write(path, delivered("X138113:data"))


ORIGINALS = {ending: render(delivered(name), ending) for name, ending in DELIVERED}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(ending=st.sampled_from(sorted(ORIGINALS)), data=st.data())
@example(ending=".cof", data=None)
def test_fuzzed_files_are_read_or_refused_in_one_line(ending, data):
    content = bytearray(ORIGINALS[ending].encode())
    if data is not None:
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(content) - 1))
            what = data.draw(st.sampled_from(["byte", "cut", "delete", "double", "insert"]))
            length = data.draw(st.integers(1, 60))
            if what == "byte":
                content[at] = data.draw(st.integers(0, 255))
            elif what == "cut":
                del content[max(1, at) :]
            elif what == "delete":
                del content[at : at + length]
            elif what == "double":
                content[at:at] = content[at : at + length]
            else:
                content[at:at] = data.draw(st.binary(min_size=1, max_size=20))
            if not content:
                break
    try:
        calibration = READERS[ending](text.decode(bytes(content), "f"))
        evaluator(calibration)
    except (CurveFileError, BadCurve) as error:
        assert "\n" not in str(error)


@settings(max_examples=100, deadline=None)
@given(ending=st.sampled_from(sorted(READERS)), noise=st.binary(max_size=400))
def test_noise_is_refused_in_one_line(ending, noise):
    try:
        READERS[ending](text.decode(noise, "f"))
    except CurveFileError as error:
        assert "\n" not in str(error) and str(error).startswith("f")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": tuple(np.linspace(1, 4, 201)), "kelvin": tuple(np.linspace(300, 2, 201))}, "201 points.* 200"),
        ({"format": SPLINE, "curvature": (0.0,) * 147}, "takes formats 1 .* not 7"),
        ({"interpolation": "lagrange"}, "made for Lagrange"),
        ({"name": 'A"B'}, "contains a quote"),
        ({"units": (1.0, 2.000001, 2.000002), "kelvin": (300.0, 20.0, 4.0)}, "points 2 and 3 are one to a"),
    ],
)  # fmt: skip
def test_what_an_instrument_cannot_hold(change, message):
    table = replace(delivered("X138113:340"), **change)  # type: ignore[type-var]
    with pytest.raises(BadCurve, match=message):
        prepare(table, RULES["lakeshore335"])  # type: ignore[arg-type]


def test_rules_of_a_218():
    rules = RULES["lakeshore218"]
    assert (rules.slots, rules.own_slot, rules.driver) == (range(21, 29), True, True)
    assert len(prepare(delivered("X138113:340"), rules).points) == 147  # type: ignore[arg-type]
    with pytest.raises(BadCurve, match="not 1"):
        prepare(replace(delivered("DT-670"), format=kinds.headed.FORMATS[1]), rules)  # type: ignore[type-var, arg-type]
