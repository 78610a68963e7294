"""The bias board handler: against the emulated GAIA, with profiles of other boards, and profiles that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pvs.laboratory import Laboratory, perform

from cryoioc.clock import Clock
from cryoioc.devices.bias_board import FOLDER, GAIA, Answered, load
from cryoioc.errors import DeviceRefused, Refused, ReplyError, StationError
from cryoioc.ioc import Ioc
from cryoioc.link import Conversation
from cryoioc.station import load as load_station
from cryoioc.views.check import report

from .test_handlers import STATION, reached, say

SHIPPED = (FOLDER / "gaia.toml").read_text()


def test_every_exchange_is_understood_by_the_board() -> None:
    async def play(lab: Laboratory) -> None:
        device = await reached(lab)
        rows = GAIA.model.rows

        async def work(talk: Conversation) -> None:
            for row in rows.values():
                assert isinstance(row, Answered)
                for place in GAIA.model.places(row):
                    if row.query:
                        values = row.parse(await say(row.ask(*place), talk))
                        assert values.get("echo", 0) in (0, *map(int, place))
                    else:
                        values = {one.name: max(getattr(one.codec, "low", 0), 0) + 1 for one in row.fields}
                        row.obeyed(await say(row.tell(values, *place), talk), values, *place)

        await device.transact(work)

    perform(play, station=STATION.format(model="gaia"), cold=True)


def test_what_is_set_is_measured_at_that_transistor_alone() -> None:
    async def play(lab: Laboratory) -> None:
        device = await reached(lab)
        does = GAIA.interface

        async def measured(talk: Conversation, channel: int) -> tuple[float, float, float]:
            names = (("read_drain", "drain"), ("read_gate", "gate"), ("read_current", "current"))
            found = [does[name].parse(await say(does[name].ask(channel), talk))[field] for name, field in names]
            return found[0], found[1], found[2]

        async def work(talk: Conversation) -> None:
            before = await measured(talk, 2)
            for name, values in (("set_drain", {"drain": 1.0}), ("set_gate", {"gate": -2.0}), ("enable", {})):
                does[name].obeyed(await say(does[name].tell(values, 3), talk), values, 3)
            drain, gate, current = await measured(talk, 3)
            # 100 ohm behind each, and the step of a converter of ten bits.
            assert drain == pytest.approx(1.0, abs=0.005)
            assert gate == pytest.approx(-2.0, abs=0.01)
            assert current == pytest.approx(10.0, abs=0.1)
            assert await measured(talk, 2) == pytest.approx(before, abs=0.05)
            does["disable"].obeyed(await say(does["disable"].tell({}, 3), talk), {}, 3)
            assert (await measured(talk, 3))[2] == pytest.approx(0.0, abs=0.1)

        await device.transact(work)

    perform(play, station=STATION.format(model="gaia"), cold=True)


def test_a_refusal_of_the_board_is_told() -> None:
    async def play(lab: Laboratory) -> None:
        device = await reached(lab)
        row = GAIA.interface["set_drain"]

        async def work(talk: Conversation) -> None:
            reply = await say("#SETD 11 512 111", talk)
            with pytest.raises(DeviceRefused, match="1003"):
                row.obeyed(reply, {"drain": 1.25}, 1)
            with pytest.raises(ReplyError, match="SETD: expected '#2 112'"):
                row.obeyed(await say(row.tell({"drain": 1.25}, 3), talk), {"drain": 1.25}, 2)

        await device.transact(work)

    perform(play, station=STATION.format(model="gaia"), cold=True)


CARD = """
maker = "the house"
channels = 2
identity = '(?P<model>CARD) (?P<serial>[0-9]+)'
error = 'NO (?P<code>[0-9]+) ?(?P<words>.*)'
drain_voltage = 1.8
drain_current = 14.0
[line]
identify = "id"
sent = "CR"
answered = "CR LF"
timeout = 1.5
[interface]
set_drain = "D"
set_gate = "G"
read_drain = "VD"
read_gate = "VG"
read_current = "ID"
enable = "ON"
disable = "OFF"
[exchange.D]
doc = "Drain"
set = "d {channel} {drain}"
reply = "ok d {channel} {drain}"
[exchange.D.fields.drain]
doc = "Drain voltage"
scale = 0.001
high = 1.8
low = 0.0
[exchange.G]
doc = "Gate"
set = "g {channel} {gate}"
reply = "ok"
[exchange.G.fields.gate]
doc = "Gate voltage"
decimals = 3
[exchange.VD]
doc = "Drain"
query = "vd {channel}"
reply = '(?P<drain>\\S+) mV'
[exchange.VD.fields.drain]
doc = "Drain voltage"
scale = 0.001
[exchange.VG]
doc = "Gate"
query = "vg {channel}"
reply = '(?P<gate>\\S+)'
[exchange.VG.fields.gate]
doc = "Gate voltage"
[exchange.ID]
doc = "Current"
query = "i {channel}"
reply = '(?P<current>\\S+) uA'
[exchange.ID.fields.current]
doc = "Drain current"
scale = 0.001
[exchange.ON]
doc = "On"
set = "on {channel}"
reply = "ok"
[exchange.OFF]
doc = "Off"
set = "off {channel}"
reply = "ok"
"""


def test_a_card_made_in_the_house_needs_a_file_alone(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(CARD)
    (tmp_path / "station.toml").write_text(STATION.format(model="gaia") + 'profile = "card.toml"\n')
    ioc = Ioc(load_station(tmp_path / "station.toml"), Clock())
    device = ioc.devices["PS1"]
    assert device.identify("CARD 17").serial == "17"
    with pytest.raises(ReplyError, match="the board said"):
        device.identify("#GAIA 10")
    card = load(tmp_path / "card.toml")
    assert card.interface["set_drain"].tell({"drain": 1.2}, 2) == "d 2 1200"
    card.interface["set_drain"].obeyed("ok d 2 1200", {"drain": 1.2}, 2)
    assert card.interface["read_current"].parse("4120 uA") == {"current": 4.12}
    assert card.interface["set_gate"].tell({"gate": -1.1904}, 1) == "g 1 -1.190"
    with pytest.raises(Refused, match="outside 0 to 1.8"):
        card.interface["set_drain"].tell({"drain": 1.81}, 2)
    with pytest.raises(ReplyError, match="refused"):
        card.interface["read_current"].parse("NO 7 such channel")
    assert "not protected: PS1: the board" not in report(ioc)


def test_check_says_that_a_gaia_board_protects_nothing(tmp_path: Path) -> None:
    (tmp_path / "station.toml").write_text(STATION.format(model="gaia"))
    text = report(Ioc(load_station(tmp_path / "station.toml"), Clock()))
    assert "not protected: PS1: the board itself gives a drain up to 2.5 V, a transistor stands 2 V" in text
    assert "not protected: PS1: the board itself lets through a drain up to 50 mA, a transistor stands 15 mA" in text


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("channels = 10", "", "key channels is missing"),
        ("channels = 10", "channels = 0", "channels: expected a whole number from 1 to 64, found 0"),
        ("channels = 10", "channels = 10\nchanels = 1", "unknown key; did you mean channels"),
        ("maker = ", "maker = = ", "not TOML"),
        ('enable = "ENABLE"', 'enable = "ENABEL"', "interface.enable: expected an exchange of this file"),
        ('enable = "ENABLE"', 'enable = "GETVD"', "interface.enable: expected a command, found GETVD"),
        ('set_drain = "SETD"', 'set_drain = "SETG"', "interface.set_drain: expected a command with a field drain"),
        ('read_drain = "GETVD"', 'read_drain = "SETD"', "interface.read_drain: expected a query with a field drain"),
        ("#SETD {channel} {drain} 11", "#SETD {chanel} {drain} 11", "exchange.SETD.set: expected no braces but"),
        ("#SETD {channel} {drain} 11", "#SETD {channel {drain} 11", "exchange.SETD.set: expected no braces but"),
        ("(?P<drain>", "(?P<drian>", "exchange.GETVD.reply: expected a group and a field drain"),
        ("(?P<drain>", "(?P<drain", "exchange.GETVD.reply: expected a regular expression"),
        ("error = '#ERROR", "error = '(#ERROR", "error: expected a regular expression"),
        ("scale = 0.0024437927663734115", "scale = 0.0", "exchange.SETD.fields.drain.scale: expected a number other"),
        ("scale = 0.0024437927663734115", 'scale = "x"', "exchange.SETD.fields.drain.scale: expected a number"),
        ('kind = "channel"', 'kind = "chanel"', "expected one of number, channel, text, found 'chanel'"),
        ('query = "#NAME? 41"', 'qery = "#NAME? 41"', "exchange.NAME.qery: unknown key; did you mean query"),
        ('query = "#NAME? 41"', "", "exchange.NAME: expected either query or set"),
    ],
)
def test_a_mistake_in_a_profile_is_one_clear_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in SHIPPED
    path = tmp_path / "board.toml"
    path.write_text(SHIPPED.replace(old, new, 1))
    with pytest.raises(StationError) as told:
        load(path)
    assert any(complaint in line and str(path) in line for line in told.value.lines), told.value.lines


def test_a_profile_that_is_not_there_or_not_wanted(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text(STATION.format(model="gaia") + 'profile = "none.toml"\n')
    with pytest.raises(StationError, match=r"none\.toml: cannot be read"):
        Ioc(load_station(path), Clock())
    path.write_text(STATION.format(model="rs_hmp4040") + 'profile = "none.toml"\n')
    with pytest.raises(StationError, match="instrument.PS1.profile: a rs_hmp4040 has none"):
        load_station(path)
