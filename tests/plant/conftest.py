"""The STVP plant and short programmes of hands, heaters and faults."""

from __future__ import annotations

import pytest

from cryosim.plant.stvp import Stvp


@pytest.fixture
def plant():
    """The plant, warm and purged."""
    return Stvp()


@pytest.fixture
def cold():
    """The plant at 13 K and 15 K with 8.8 SLPM."""
    plant = Stvp()
    plant.reset("cold")
    return plant


@pytest.fixture
def superfluid():
    """The plant with 20 g of superfluid helium under the pump."""
    plant = Stvp()
    plant.reset("superfluid")
    return plant
