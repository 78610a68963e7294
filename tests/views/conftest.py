"""The declarations of the stations, what is generated from them, and EPICS base serving the databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cryoioc.__main__ import main
from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.pvs.desk import Desk
from cryoioc.station import load

from ..ports import find_free_port
from .places import HERE, Place

SOFT_IOC = HERE.parent / "records" / "soft_ioc.py"


@pytest.fixture(scope="session", params=["stvp", "crx"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each station that comes with the project."""
    return Place(request.param)


@pytest.fixture
def describe(place: Place, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What ``cryoioc describe`` prints for the station."""

    def call(form: str, *options: str) -> str:
        assert main(["describe", str(place.station), "--as", form, *options]) == 0
        return capsys.readouterr().out

    return call


@pytest.fixture
def committed(place: Place) -> Callable[[str], str]:
    """The committed file of a format."""
    return lambda form: place.committed(form).read_text()


@pytest.fixture(scope="session")
def desk(place: Place) -> Desk:
    """The declarations of the station."""
    return Ioc(load(place.station), Clock()).desk


class Reader:
    """Reads many PVs of EPICS base in one go, in a process of its own: libca reads its ports once."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, names: list[str], form: str = "raw") -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, str(HERE / "read_all.py"), form],
            input=json.dumps(names),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture(scope="session")
def base(place: Place) -> Iterator[Reader]:
    """A reader of EPICS base that serves the committed database."""
    port = str(find_free_port())
    environment = {
        **os.environ,
        "EPICS_CA_SERVER_PORT": port,
        "EPICS_CAS_SERVER_PORT": port,
        "EPICS_CA_REPEATER_PORT": str(find_free_port()),
        "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
        "EPICS_CAS_BEACON_ADDR_LIST": f"127.0.0.1:{find_free_port()}",
    }
    process = subprocess.Popen(
        [sys.executable, str(SOFT_IOC), str(place.committed("db"))],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert "serving\n" in iter(process.stdout.readline, ""), "EPICS base did not take the database"
    yield Reader(environment)
    process.kill()
    process.communicate()
