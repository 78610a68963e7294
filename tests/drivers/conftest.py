"""The maker's driver, connected to an emulated Lake Shore; one connection for all tests that use it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache

import lakeshore.generic_instrument as maker
import pytest
from serial.tools.list_ports_common import ListPortInfo

from cryosim.emulators.lakeshore import Model

from .lakeshore_bench import Backstage, Bench, open_bench

Connect = Callable[[Model, str], Bench]


@pytest.fixture(scope="session")
def backstage() -> Iterator[Backstage]:
    """Return the thread in which cryosim serves."""
    made = Backstage()
    yield made
    made.close()


@pytest.fixture(scope="session")
def usb_bus() -> Iterator[list[ListPortInfo]]:
    """Return what the driver finds when it looks for its port: a pseudo-terminal is on no real bus."""
    ports: list[ListPortInfo] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maker, "comports", lambda: ports)
        yield ports


@pytest.fixture(scope="session")
def connected(
    backstage: Backstage, usb_bus: list[ListPortInfo], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connect]:
    """Return what gives the bench of a model and a door: the driver sleeps when it connects, so once each."""
    with contextlib.ExitStack() as benches:

        @cache
        def connect(model: Model, door: str) -> Bench:
            folder = tmp_path_factory.mktemp(door)
            return benches.enter_context(open_bench(model, door, backstage, folder, usb_bus))

        yield connect


@pytest.fixture
def bench(request: pytest.FixtureRequest, connected: Connect) -> Bench:
    """Return the bench of the parameter ``(model, door)``, with an instrument nobody has touched."""
    wanted = connected(*request.param)
    wanted.renew()
    return wanted
