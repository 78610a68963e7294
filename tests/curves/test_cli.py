"""``cryoioc curve``: what it prints, and what it says when something is wrong."""

from __future__ import annotations

import pytest

from cryoioc.__main__ import main


def run(capsys, *arguments) -> tuple[int, str, str]:
    status = main(["curve", *map(str, arguments)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_show(capsys):
    status, out, _ = run(capsys, "show", "X138113", "--at", "4.2", "300")
    assert status == 0
    assert "63.48 to 22720 Ohm" in out and "4.2 K  3437.787 Ohm" in out and "300 K  68.4669 Ohm" in out


def test_compare_prints_bands_and_draws(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    figure = tmp_path / "e.svg"
    status, out, _ = run(capsys, "compare", "X138113", "X138113:340", "X138113:234", "--figure", figure)
    assert status == 0 and "12.63" in out and "106." in out
    assert figure.read_text().count("X138113:340") == 1


def test_from_data_to_breakpoints(capsys, tmp_path):
    data, fit, points = tmp_path / "d.dat", tmp_path / "f.cof", tmp_path / "p.340"
    assert run(capsys, "convert", "X138113:data", data)[0] == 0
    status, out, _ = run(capsys, "fit", data, fit, "--orders", "8", "6", "7")
    assert status == 0 and "points 1 to 31: order 8, rms 0.64 mK, standard deviation of the fit 0.76 mK" in out
    status, out, _ = run(capsys, "fit", fit, points, "--minmax", "--points", "147", "--low", "1.4", "--high", "325")
    assert status == 0 and "147 breakpoints, off by at most 3." in out
    status, out, _ = run(capsys, "fit", data, tmp_path / "s.340", "--spline", "--low", "1.4", "--high", "325")
    assert status == 0 and "smoothing spline" in out


def test_plot(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    assert run(capsys, "plot", "DT-670", tmp_path / "c.png")[0] == 0
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "X9"], "cryoioc: no calibration of 'X9' was delivered; there are DT-670, RX-103A, X138113"),
        (["show", "X138113:341"], "cryoioc: X138113 was not delivered as '341'; there are chebychev, spline, table"),
        (["show", "nowhere.340"], "cryoioc: nowhere.340: No such file or directory"),
        (["show", "X138113", "--serial", "X9"], "cryoioc: X138113 is a curve of sensor 'X138113', expected 'X9'"),
        (["convert", "X138113", "x.340"], "cryoioc: ChebychevFit cannot be written as .340"),
        (["fit", "X138113", "x.cof"], "cryoioc: X138113: only test data can be fitted; a ChebychevFit is a fit"),
        (["fit", "X138113", "x.340", "--points", "1"], "cryoioc: 1 breakpoints make no curve"),
        (["compare", "X138113", "DT-670"], "cryoioc: a curve in V cannot be compared with one in Ohm"),
        (["upload", "X138113", "p", "21", "--model", "lakeshore340"], "cryoioc: a lakeshore340 is known by its rules"),
        (["upload", "RX-103A", "p", "21"], "cryoioc: RX-103A was delivered without breakpoints for an instrument"),
        (["upload", "X138113", "socket://127.0.0.1:1", "2"], "cryoioc: no MODEL335 answers"),
    ],
)  # fmt: skip
def test_mistakes_get_one_line(capsys, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert err.startswith(words) and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
