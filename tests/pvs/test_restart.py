"""What survives a restart of the IOC, what does not, and that a restart sends nothing to any instrument."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cryoioc.errors import StationError, Unavailable
from cryoioc.pvs.saved import Saved

from .laboratory import STVP, Laboratory, perform


def at(state: Path, play, **conditions) -> None:
    """Play a scene with a state folder, as one life of the IOC."""
    perform(play, state=state, **conditions)


async def nothing(lab: Laboratory) -> None:
    """Let the IOC live and end."""
    await lab.sweep()


async def put_settings(lab: Laboratory) -> None:
    await lab.put("LOOP1:TOL:SP", 0.3)
    await lab.put("LOOP1:DWELL:SP", 33.0)
    await lab.put("LOOP2:RAMP:FROM:SP", "Setpoint")
    await lab.put_field("VAP:TEMP", "HIHI", 310.0)
    await lab.put_field("VAP:TEMP", "HHSV", "INVALID")
    await lab.put_field("VAP:TEMP", "DESC", "vaporizer, new sensor")
    await lab.put_field("LOOP1:STATE", "ZRSV", "MAJOR")
    await lab.put_field("LOOP1:TEMP:SP", "DRVH", 50.0)
    await lab.put_field("LOOP2:P:SP", "DISP", 1)
    await lab.put_field("LOOP1:P:SP", "ASG", "INTERLOCK")


def shown(lab: Laboratory) -> dict[str, object]:
    vap = lab.channel("VAP:TEMP")
    return {
        "settings": (lab["LOOP1:TOL"], lab["LOOP1:TOL:SP"], lab["LOOP1:DWELL"], lab["LOOP2:RAMP:FROM"]),
        "limits": (vap.limits.hihi, vap.limits.hhsv, vap.doc, lab.channel("LOOP1:STATE").severities[0]),
        "others": (lab.channel("LOOP1:TEMP:SP").high, lab.channel("LOOP2:P:SP").disp, lab.channel("LOOP1:P:SP").asg),
    }


def test_settings_of_the_ioc_survive_and_nothing_is_sent(tmp_path):
    seen, sent = [], []

    async def first(lab):
        await put_settings(lab)
        await lab.sweep()  # the limits of TEMP:SP follow the curve, and stay where the client put them
        seen.append(shown(lab))

    async def look(lab):
        seen.append(shown(lab))
        await lab.sweep()
        seen.append(shown(lab))
        assert (lab["IOC:STATE"], lab["IOC:STATE:WHY"]) == ("OK", "")
        sent.append(lab.commands(0))
        sent.append([lab.messages(name) for name in lab.world.installed])

    async def without(lab):
        await lab.sweep()
        sent.append([lab.messages(name) for name in lab.world.installed])

    at(tmp_path, first)
    assert seen[0]["settings"] == (0.3, 0.3, 33.0, "Setpoint")
    assert seen[0]["others"] == (50.0, 1, "INTERLOCK")
    at(tmp_path, look, cold=True)
    assert seen[1] == seen[2] == seen[0]
    assert sent[0] == []
    # Byte for byte what an IOC sends that remembers nothing.
    perform(without, cold=True)
    assert sent[1] == sent[2]


def test_what_is_put_back_to_the_station_file_is_not_kept(tmp_path):
    async def play(lab):
        await put_settings(lab)
        await lab.put("LOOP1:TOL:SP", 0.1)
        await lab.put_field("VAP:TEMP", "HIHI", 320.0)
        await lab.run(2.0)

    at(tmp_path, play)
    kept = json.loads((tmp_path / "saved.json").read_text())["values"]
    assert "LOOP1:DWELL" in kept and "LOOP1:TOL" not in kept and "VAP:TEMP.HIHI" not in kept


def test_a_station_file_that_has_changed_since_is_what_somebody_means(tmp_path):
    at(tmp_path, put_settings)

    async def look(lab):
        await lab.run(2.0)
        assert (lab["LOOP1:TOL"], lab["LOOP1:DWELL"]) == (0.2, 33.0)
        assert lab.channel("VAP:TEMP").limits.hihi == 315.0
        assert lab["IOC:STATE"] == "Dropped" and lab.alarm("IOC:STATE") == ("STATE", "MINOR")
        why = lab["IOC:STATE:WHY"]
        assert "LOOP1:TOL: 0.3 was put over 0.1, the station now says 0.2" in why
        assert "VAP:TEMP.HIHI: 310.0 was put over 320.0, the station now says 315.0" in why

    loop, vap = "[loop.LOOP1]", "[thermometer.VAP]"
    changed = f'[station]\ninclude = ["{STVP}"]\n{loop}\ntolerance = 0.2\n{vap}\nhihi_alarm = 315.0\n'
    at(tmp_path, look, station=changed)


def test_what_the_record_does_not_take_any_more_is_told_and_dropped(tmp_path):
    at(tmp_path, nothing)
    path = tmp_path / "saved.json"
    whole = json.loads(path.read_text())
    whole["values"] |= {
        "LOOP1:TOL": [1e6, 0.1], "LOOP1:RAMP:FROM": ["Nowhere", "Reading"], "LOOP1:TEMP:SP.DRVH": [4000.0, 300.0],
        "GONE:TOL": [1.0, 2.0], "GONE:TEMP.HIHI": [1.0, 2.0], "VAP:TEMP.PROC": [1, 0], "VAP:TEMP.NAME": ["x", "y"],
    }  # fmt: skip
    path.write_text(json.dumps(whole))

    async def look(lab):
        await lab.run(2.0)
        assert (lab["LOOP1:TOL"], lab["LOOP1:RAMP:FROM"], lab.channel("LOOP1:TEMP:SP").high) == (0.1, "Reading", 300.0)
        assert lab["IOC:STATE"] == "Dropped"
        for name in ("LOOP1:TOL", "LOOP1:RAMP:FROM", "LOOP1:TEMP:SP.DRVH"):
            assert name in lab["IOC:STATE:WHY"]

    at(tmp_path, look)
    kept = json.loads(path.read_text())["values"]
    assert "GONE:TOL" in kept, "a PV that is taken out for a day has its settings when it comes back"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b'{"version": 2}', b'{"version": 99, "values": {}}', b'{"version": 2, "values": [1]}',
     b'{"version": 2, "values": {"A": 1}}', b'{"version": 2, "values": {"A": [NaN, null]}}', b"\xff\xfe\x00",
     b"[" * 100_000, b'{"version": 2, "values": {"A": [[], null]}}', b'{"version": 1, "values": {"A": null}}'],
)  # fmt: skip
def test_a_damaged_file_is_set_aside_and_told_and_the_ioc_runs(tmp_path, content):
    path = tmp_path / "saved.json"
    path.write_bytes(content)

    async def look(lab):
        await lab.run(2.0)
        assert lab["LOOP1:TOL"] == 0.1
        assert lab["IOC:STATE"] == "Set aside" and lab.alarm("IOC:STATE") == ("STATE", "MAJOR")
        assert "saved.bad" in lab["IOC:STATE:WHY"] and "Error" not in lab["IOC:STATE:WHY"]
        assert lab["OK:WHY"] == f"latches not known, put INTLK:RESET: {lab['IOC:STATE:WHY']}"
        await lab.put("LOOP1:TOL:SP", 0.3)

    at(tmp_path, look)
    assert (tmp_path / "saved.bad").read_bytes() == content
    assert json.loads(path.read_text())["values"]["LOOP1:TOL"] == [0.3, 0.1]


def test_numbers_of_the_first_version_are_read(tmp_path):
    (tmp_path / "saved.json").write_text('{"version": 1, "values": {"FLOW:LIQUID:TOTAL": 12.5}}')

    async def look(lab):
        assert lab["FLOW:LIQUID:TOTAL"] >= 12.5
        await lab.run(2.0)
        assert lab["IOC:STATE"] == "OK"

    at(tmp_path, look)


def test_totals_and_hours_go_on(tmp_path):
    ends = []

    async def play(lab):
        await lab.put("LOOP1:RANGE:SP", "Low")
        await lab.run(60.0)
        await lab.put("LOOP1:RANGE:SP", "Off")
        await lab.run(60.0)
        ends.append([lab[name] for name in ("FLOW:LIQUID:TOTAL", "IOC:HOURS", "LOOP1:HOURS", "LOOP2:HOURS")])

    async def look(lab):
        ends.append([lab[name] for name in ("FLOW:LIQUID:TOTAL", "IOC:HOURS", "LOOP1:HOURS", "LOOP2:HOURS")])

    at(tmp_path, play)
    at(tmp_path, look, cold=True)
    liters, hours, heater, other = ends[0]
    assert liters > 0.01 and other == 0.0
    assert hours == pytest.approx(120 / 3600, rel=0.1) and heater == pytest.approx(60 / 3600, rel=0.1)
    assert all(after >= before for before, after in zip(*ends, strict=True))


def test_without_a_folder_nothing_is_kept_and_the_pv_says_so():
    async def look(lab):
        await lab.put("LOOP1:TOL:SP", 0.3)
        await lab.run(2.0)
        assert (lab["IOC:STATE"], lab.alarm("IOC:STATE")[1]) == ("None", "NO_ALARM")

    perform(look)


def test_a_folder_is_taken_by_one_ioc_at_a_time(tmp_path):
    one, other = Saved(tmp_path), Saved(tmp_path)
    one.open()
    with pytest.raises(Unavailable, match=f"^{tmp_path}: state folder is in use by another IOC$"):
        other.open()
    one.close()
    other.open()
    other.close()


def test_what_another_ioc_wrote_in_the_meantime_is_not_overwritten(tmp_path):
    one = Saved(tmp_path)
    one.open()
    late = Saved(tmp_path)  # has read when there was nothing yet
    one.put_text("INTLK:latched", "NOFLOW")
    one.close()
    with pytest.raises(Unavailable, match=f"^{tmp_path}/saved.json: another IOC wrote it while this one started$"):
        late.open()
    assert Saved(tmp_path).get_text("INTLK:latched") == "NOFLOW"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    place = tmp_path / "place"
    place.write_text("")
    with pytest.raises(StationError) as raised:
        Saved(place / "state").open()
    assert raised.value.lines == [f"{place}/state: state folder cannot be used: Not a directory"]


def test_a_power_cut_finds_the_old_text_or_the_new_one(tmp_path, monkeypatch):
    """The order that this takes of the system: whole text, its fsync, rename, fsync of the folder."""
    steps: list[tuple[str, object]] = []
    fsync, replace = os.fsync, os.replace

    def sync(number: int) -> None:
        place = Path(f"/proc/self/fd/{number}").readlink()
        held = place.read_text() if place.is_file() else sorted(one.name for one in place.iterdir())
        steps.append((f"fsync {place.name}", held))
        fsync(number)

    def rename(old: Path, new: Path) -> None:
        steps.append((f"rename {old.name} {new.name}", None))
        replace(old, new)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    saved = Saved(tmp_path / "state")
    saved.open()
    saved.put("HOURS", 12.5)
    saved.close()
    assert steps == [
        ("fsync saved.new", (tmp_path / "state" / "saved.json").read_text()),
        ("rename saved.new saved.json", None),
        ("fsync state", ["lock", "saved.json"]),
    ]
    assert Saved(tmp_path / "state").get("HOURS") == 12.5


def test_what_a_disk_does_not_take_is_written_when_it_does(tmp_path):
    saved = Saved(tmp_path)
    saved.open()
    (tmp_path / "saved.new").mkdir()  # no file can be opened there, as on a disk without room
    saved.put("LOOP1:TOL", 0.3, 0.1)
    saved.close()
    assert saved.failing == "Is a directory" and not (tmp_path / "saved.json").exists()
    (tmp_path / "saved.new").rmdir()
    saved.open()
    saved.close()
    assert saved.failing == ""
    assert json.loads((tmp_path / "saved.json").read_text())["values"] == {"LOOP1:TOL": [0.3, 0.1]}


def test_a_disk_that_does_not_take_it_is_an_alarm(tmp_path):
    async def play(lab):
        lab.ioc.saved.failing = "No space left on device"
        lab.ioc.kept.tick()
        assert (lab["IOC:STATE"], lab["IOC:STATE:WHY"]) == ("Failing", "No space left on device")
        assert lab.alarm("IOC:STATE") == ("STATE", "MAJOR")

    at(tmp_path, play)
