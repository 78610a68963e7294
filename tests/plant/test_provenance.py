"""Every number of the cryostat says where it comes from, and the page says it too."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from cryosim.plant.stvp_parameters import Parameters
from cryosim.plant.stvp_provenance import markdown, origins

PAGE = Path(__file__).parents[2] / "docs" / "twin-stvp.md"


def test_every_parameter_has_an_origin():
    assert [row.name for row in origins()] == [f.name for f in fields(Parameters)]
    assert {row.kind for row in origins()} == {"seed", "fitted", "assumed", "reference"}


def test_the_page_is_current():
    assert markdown() in PAGE.read_text("utf-8"), "run: make acceptance"
