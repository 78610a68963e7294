"""The station as client libraries see it, each library in a process of its own."""

from __future__ import annotations

import signal

import pytest

LIBRARIES = ("pyepics", "aioca", "ophyd", "ophyd_async", "apstools")


@pytest.mark.timeout(400)  # set points are reached in the station's own time: half a minute alone, more beside others
@pytest.mark.parametrize("library", LIBRARIES)
def test_running_station(demo, library):
    demo.let(library)
    assert demo.end(signal.SIGTERM) == 0
    # Between other tests the twin may be without a processor for seconds: links say so, and nothing else is said.
    assert all(" WARNING cryoioc.link." in line for line in demo.stderr.splitlines())
