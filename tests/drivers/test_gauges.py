"""Public drivers against the emulated gauge controllers, and a public simulator against ours.

The TPGs meet ``pylablib``, ``tpg366-ioc`` and ``labmcp-pfeiffer-tpg``; the simulator of the latter, written from the
makers' communication manuals, meets our rows and our handshake.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from labmcp import InstrumentProtocolError, open_transport
from labmcp_pfeiffer_tpg.driver import TPGController
from labmcp_pfeiffer_tpg.simulator import TPGSimulator
from pylablib.devices.Pfeiffer import TPG260
from tpg366_ioc.main import PfeifferDevice, PfeifferGaugeStatus

from cryoioc.devices.catalogue import DRIVERS
from cryoioc.errors import ReplyError
from cryoioc.link import Conversation, Poll

from .far_end import converse
from .lakeshore_bench import LOOPBACK, PATIENCE
from .test_doors import emulator

# --- public drivers, our emulator ---------------------------------------------------------------------


def test_pylablib_and_a_tpg262(tmp_path: Path) -> None:
    link = tmp_path / "ttyTPG"
    with emulator("pfeiffer_tpg262", "--pty", str(link)):
        driver = TPG260((str(link), 9600))
        assert driver.get_units() == "mbar"
        assert driver.get_gauge_kind(1) == "TPR" and driver.get_gauge_kind(2) == "IKR9"
        assert driver.get_channel_status(1) == "under"  # 1e-6 mbar, below a Pirani
        assert driver.is_enabled(1) is None and driver.is_enabled(2) is False
        assert driver.get_channel_status(2) == "sensor_off"
        # Its own enable() counts channels from 0 and fails on what it gets back: its query does the same.
        assert driver.query("SEN,0,2", ["int", "int"]) == [0, 2]
        assert driver.is_enabled(2) is True
        while driver.get_channel_status(2) == "under":  # it takes a second to strike
            pass
        assert driver.get_pressure(2) == pytest.approx(1e-4, rel=1e-3)  # Pa
        assert driver.set_display_resolution(3) == 3
        assert driver.set_display_channel(2) == 2
        assert driver.set_measurement_filter("slow", 1) == "slow"
        assert driver.set_calibration_factor(5.9, 2) == 5.9
        assert driver.get_switch_status() == [True] * 4
        assert tuple(driver.setup_switch(2, 1, 0.01, 0.02)) == pytest.approx((1, 0.01, 0.02))  # Pa
        while driver.get_switch_status() != [True, False, True, True]:
            pass
        assert tuple(driver.get_switch_settings(2)) == pytest.approx((1, 0.01, 0.02))
        control = ("manual", "self_control", 0.2, 0.5)
        assert tuple(driver.setup_gauge_control(2, *control)) == ("manual", "self_control", pytest.approx(0.2), 0.5)
        assert tuple(driver.get_gauge_control_settings(2))[:2] == ("manual", "self_control")
        assert driver.get_current_errors() == driver.reset_error() == ["no_error"]
        with pytest.raises(TPG260.Error):
            driver.query("XYZ")
        driver.close()


@contextmanager
def controller(model: str, option: str) -> Iterator[TPGController]:
    """Return the public driver on an emulator."""
    with emulator(f"pfeiffer_{model}", "--listen", f"{LOOPBACK}:0") as where:
        transport = open_transport(f"tcp://{where.rpartition('/')[2]}", read_termination="\r\n",
                                   write_termination="\r", timeout=5.0)  # fmt: skip
        driver = TPGController(transport, model=option)
        yield driver
        driver.close()


OLD, NEW = "302-510-D", "010100"  # firmware


@pytest.mark.parametrize(
    ("model", "firmware"), [("tpg261", OLD), ("tpg262", OLD), ("tpg361", NEW), ("tpg362", NEW), ("tpg366", NEW)]
)
def test_labmcp_reads_every_model(model: str, firmware: str) -> None:
    with controller(model, model) as driver:
        identity = driver.identify()
        assert (identity["model"], identity["firmware"]) == (model.upper(), firmware)
        assert driver.unit() == "mbar"
        cold = {"2": 2, "6": 6}.get(model[-1], 1)
        assert driver.pressure(cold).status == "sensor off" and driver.pressure(cold).value is None
        assert driver.set_sensor(cold, True)[cold - 1] == 2
        while not driver.pressure(cold).valid:  # it takes a second to strike
            pass
        assert driver.pressure(cold).mbar == pytest.approx(1e-6, rel=1e-3)
        assert driver.set_unit("Pa") == "Pa"
        assert driver.pressure(cold).raw_value == pytest.approx(1e-4, rel=1e-3)
        assert driver.set_sensor(cold, False)[cold - 1] == 1
        assert driver.gauge_ids()[cold - 1].startswith("IKR")
        with pytest.raises(InstrumentProtocolError, match="syntax error"):
            driver.query("SEN,2,2,2")
        with pytest.raises(InstrumentProtocolError, match="inadmissible parameter"):
            driver.query("UNI,9")
        driver.set_unit("mbar")


def test_labmcp_knows_a_36x_by_what_it_says() -> None:
    with controller("tpg362", "auto") as driver:
        assert driver.identify()["serial"] == "44990000"
        assert [one.status for one in driver.pressures()] == ["underrange", "sensor off"]
        assert driver.sensor_states() == [0, 1] and driver.errors() == []


def test_tpg366_ioc_reads_six_gauges() -> None:
    """The driver of an IOC on PyPI.  It does not know that a 36x talks of its own accord until it is spoken to."""
    with emulator("pfeiffer_tpg366", "--listen", f"{LOOPBACK}:0") as where:
        host, _, port = where.rpartition("/")[2].partition(":")
        with socket.create_connection((host, int(port)), PATIENCE) as line, line.makefile("rb") as said:
            line.sendall(b"AYT\r")
            while said.readline() != b"\x06\r\n":
                pass
        device = PfeifferDevice(f"TCPIP::{host}::{port}::SOCKET", "@py")
        try:
            readings = asyncio.run(device.PRX())
        finally:
            device.instr.close()
    assert readings[0::2] == [1, 1, 1, 1, 1, 4]
    assert [PfeifferGaugeStatus[code] for code in (1, 4)] == ["underrange", "sensor-off"]
    assert readings[1::2] == pytest.approx([8e-4] * 5 + [0.0])


# --- a public simulator, our handler --------------------------------------------------------------------


@pytest.mark.parametrize("model", ["pfeiffer_tpg261", "pfeiffer_tpg262", "pfeiffer_tpg361", "pfeiffer_tpg362",
                                   "pfeiffer_tpg366"])  # fmt: skip
def test_our_rows_against_the_simulator_of_labmcp(model: str) -> None:
    simulator = TPGSimulator(model.removeprefix("pfeiffer_").upper(), clock=lambda: 0.0)
    rows = DRIVERS[model].model
    gauge = rows.channels[:2][-1]  # the second where there is one
    polls = [Poll(key=name, text=";".join(text), every=1.0, reply_chars=20) for name, text in (
        ("PR", ("UNI", f"PR{gauge}")), ("SEN", ("SEN",)), ("TID", ("TID",)))]  # fmt: skip
    several = len(rows["SEN"].fields) > 1

    async def work(talk: Conversation) -> list[str]:
        row = rows["SEN"]
        every = await talk.chain(["PRX" if several else "PR1"])
        off = row.tell({field.name: "Off" if field.name == "channel1" else "Fixed" for field in row.fields})
        replies = await talk.chain([off, "SEN"])
        with pytest.raises(ReplyError, match="0001"):
            await talk.chain(["XYZ"])
        return [*every, *replies, *await talk.chain(["UNI"])]

    heard = converse(model, polls, simulator.handle_bytes, work)
    assert heard.identity.model.replace(" ", "") == simulator.spec.model
    # A 366 of that simulator has a cold cathode on its third socket, which is off.
    states = {"pfeiffer_tpg366": "1,0,1,0,0,0", "pfeiffer_tpg361": "1"}.get(model, "1,0")
    assert heard.result[1:3] == [states, states] and heard.counted.timeouts == 0
    assert heard.values["SEN"] == rows["SEN"].parse(states)
    assert heard.values["TID"]["channel1"] == "PKR"
    # hPa is what a 36x comes with.  Its chamber begins at 8e-5, its foreline at 2.4e-2, with some percent of noise.
    first = rows["PRX"].parse(heard.result[0]) if several else rows["PR"].parse(heard.result[0])
    number = "1" if several else ""
    assert first[f"status{number}"] == "OK" and first[f"pressure{number}"] == pytest.approx(8e-5, rel=0.1)
    if gauge == "1":
        assert heard.values["PR"]["status"] == "Off"
    else:
        assert heard.values["PR"]["status"] == "OK"
        assert heard.values["PR"]["pressure"] == pytest.approx(2.4e-2, rel=0.05)
