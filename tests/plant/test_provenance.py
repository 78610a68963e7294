"""Every number of a cryostat says where it comes from, and its page says it too."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from cryosim.plant.crx_parameters import YEBES
from cryosim.plant.provenance import markdown, origins
from cryosim.plant.stvp_parameters import AS_RECORDED

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [pytest.param(AS_RECORDED, "twin-stvp.md", id="stvp"), pytest.param(YEBES, "receiver.md", id="crx")]


@pytest.mark.parametrize(("parameters", "page"), PAGES)
def test_every_parameter_has_an_origin(parameters, page):
    assert [row.name for row in origins(parameters)] == [f.name for f in fields(parameters)]
    assert {row.kind for row in origins(parameters)} == {"seed", "fitted", "assumed", "reference"}


@pytest.mark.parametrize(("parameters", "page"), PAGES)
def test_the_page_is_current(parameters, page):
    assert markdown(parameters) in (DOCS / page).read_text("utf-8"), "run: make acceptance"
