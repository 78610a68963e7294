"""Every model is in every table: station file, driver, line, twin."""

from __future__ import annotations

import pytest

from cryoioc.devices.catalogue import DRIVERS
from cryoioc.link.dialects import DIALECTS
from cryoioc.station_models import MODELS
from cryosim.mounting.table import MOUNTINGS


@pytest.mark.parametrize("table", [DRIVERS, DIALECTS, MOUNTINGS], ids=["drivers", "dialects", "mountings"])
def test_every_model_has_a_row(table: object) -> None:
    assert isinstance(table, dict)
    assert table.keys() == MODELS.keys()


@pytest.mark.parametrize("model", MODELS)
def test_station_file_and_rows_agree_on_what_can_be_wired(model: str) -> None:
    facts, rows = MODELS[model], DRIVERS[model].model
    assert (facts.inputs, facts.outputs) == (rows.inputs, rows.outputs)
    assert set(facts.currents) == set(rows.heaters)
    assert facts.supplies == rows.supplies
    assert set(map(str, facts.channels)) <= set(rows.channels) or not rows.channels


@pytest.mark.parametrize("model", MODELS)
def test_the_twin_reads_to_the_terminator_that_the_driver_sends(model: str) -> None:
    assert DIALECTS[model].send_terminator[-1:] in MOUNTINGS[model].terminator
