"""The insulating vacuum where another IOC has its gauges."""

from __future__ import annotations

import pytest

from cryoioc.errors import StationError
from cryoioc.station import load

from .laboratory import scene
from .site_ioc import SiteIoc

STATION = """
[station]
name = "LAB"
prefix = "LAB:"
[ca]
search = ["127.0.0.1:9"]
[vacuum]
source = "ca:SITE:VAC"
high_alarm = 1e-3
hihi_alarm = 1.0
"""


@scene(station=STATION, cold=True)
async def test_the_vacuum_of_another_ioc(lab):
    site = SiteIoc(2e-6, "mbar")
    await lab.run(1.0)
    assert not lab.channel("VAC").valid and lab["VAC:STATUS"] == "No reading"
    async with site.followed(lab.ioc.sources.others):
        await lab.becomes("VAC", 2e-6)
        assert lab["VAC:STATUS"] == "OK"
        site.post(5e-3)
        await lab.run(0.1)
        assert lab.alarm("VAC") == ("HIGH", "MINOR")
        site.post(0.0)  # a gauge that is off
        await lab.run(0.1)
        assert (lab["VAC"], lab["VAC:STATUS"], lab.alarm("VAC")) == (5e-3, "No reading", ("READ", "INVALID"))
        site.post(3.0)
        await lab.run(0.1)
        assert lab.alarm("VAC") == ("HIHI", "MAJOR")
        site.stopped = True
        await lab.until(lambda: not lab.channel("VAC").valid, within=30.1)
        assert lab.alarm("VAC") == ("LINK", "INVALID")


@pytest.mark.parametrize(("old", "new", "line"), [
    ("ca:SITE:VAC", "manual", "vacuum.source: expected ca: and the name of a PV, found 'manual'"),
    ("ca:SITE:VAC", "ca:", "vacuum.source: expected ca: and the name of a PV, found 'ca:'"),
    ("1.0", "1.0\n[vacuum.pirani]\ninstrument = \"VG1\"\nchannel = 1",
     "vacuum.source: expected gauges or a source, found vacuum.pirani too"),
])  # fmt: skip
def test_one_line_for_a_mistake(tmp_path, old, new, line):
    path = tmp_path / "lab.toml"
    path.write_text(STATION.replace(old, new))
    with pytest.raises(StationError) as caught:
        load(path)
    assert caught.value.lines == [f"{path}: {line}"]
