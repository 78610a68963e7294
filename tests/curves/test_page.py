"""The figures in docs/calibrations.md are those the code gives."""

from __future__ import annotations

import re

import pytest
from benchmarks import curve_figures

from cryoioc.__main__ import main
from cryoioc.curves.catalogue import sensor


def test_the_page_is_current_and_its_figures_show_what_it_tells_of():
    assert curve_figures.PAGE.read_text("utf-8") == curve_figures.page(), "run make docs"
    drawn = {name: (curve_figures.DOCS / "figures" / f"{name}.svg").read_text("utf-8") for name in ("formats", "ours")}
    errors, _ = curve_figures.all_tables()
    for label, *_ in errors.rows:
        assert f">{label}<" in drawn["ours" if label.startswith("ours") else "formats"].replace("&#39;", "'"), label


def test_every_correction_is_explained():
    errata = (curve_figures.DOCS / "errata.md").read_text("utf-8")
    for correction in sensor("RX-103A").toml("corrections.toml")["correction"]:
        assert f"`{correction['name']}`" in errata


def test_commands_of_the_page_have_their_options(capsys):
    lines = re.findall(r"^cryoioc curve (\w+) (.*)$", curve_figures.PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(lines) >= 6
    for action, rest in lines:
        with pytest.raises(SystemExit):
            main(["curve", action, "--help"])
        helped = capsys.readouterr().out
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in helped, (action, option)
