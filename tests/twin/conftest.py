"""The room of the STVP, for every test of the simulator IOC."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .room import Scene, play, station_file


@pytest.fixture
def in_room(tmp_path: Path) -> Callable[[Scene], None]:
    """Play a scene in the room of the STVP."""
    station = station_file(tmp_path)
    return lambda scene: play(station, scene)
