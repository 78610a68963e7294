"""Simulators that other people wrote, and our rows and links: those of ``labmcp`` (PyPI), which take whole lines.

Its simulator of gauge controllers takes bytes and is in ``test_gauges``.
"""

from __future__ import annotations

import pytest
from labmcp_alicat.simulator import AlicatSimulator
from labmcp_lakeshore.simulator import LakeShoreSimulator

from cryoioc.devices.catalogue import DRIVERS
from cryoioc.link import Conversation

from .far_end import by_lines, converse, poll


@pytest.mark.parametrize("controller", [True, False])
@pytest.mark.parametrize("firmware", ["10v20.0-R24", "5v12.0-R22"])
def test_our_rows_of_an_alicat(firmware: str, controller: bool) -> None:
    simulator = AlicatSimulator(controller=controller, firmware=firmware, gas=7, zero_offset=0.0)
    simulator.true_flow = simulator.setpoint = 100.0
    polls = [poll("alicat", "FRAME", "A"), poll("alicat", "DCFRT", "A")]

    async def work(talk: Conversation) -> list[str]:
        return await talk.chain(["A"])

    heard = converse("alicat", polls, by_lines(simulator.handle, "\r"), work)
    assert heard.identity.firmware == firmware
    frame = heard.values["FRAME", ("A",)]
    assert (frame["unit"], frame["gas"], frame["status"]) == ("A", "He", "")
    assert frame["mass"] == pytest.approx(100.0, abs=1.0)
    assert frame["pressure"] == pytest.approx(14.6, abs=0.1)
    assert heard.values["DCFRT", ("A",)] == {"celsius": None}  # it does not know the question
    assert heard.counted.timeouts == heard.counted.bad_replies == 0


ROWS = (("KRDG", "A"), ("RDGST", "A"), ("SRDG", "B"), ("INTYPE", "A"), ("INNAME", "B"), ("OUTMODE", 1), ("RANGE", 1),
        ("HTR", 1), ("HTRST", 1), ("SETP", 1), ("RAMP", 1), ("RAMPST", 1), ("PID", 1))  # fmt: skip


@pytest.mark.parametrize("model", ["lakeshore335", "lakeshore336", "lakeshore350"])
def test_our_rows_and_chains_of_a_temperature_controller(model: str) -> None:
    simulator = LakeShoreSimulator(model[-3:], clock=lambda: 0.0)
    rows = DRIVERS[model].model

    async def work(talk: Conversation) -> list[str]:
        told = [rows["PID"].tell({"p": 41.5, "i": 27.0, "d": 30.0}, 1), rows["SETP"].tell({"setpoint": 12.5}, 1)]
        return await talk.chain(["*ESR?", *told, "NONSENSE", rows["SETP"].ask(1), rows["PID"].ask(1), "*ESR?"])

    heard = converse(model, [poll(model, *place) for place in ROWS], by_lines(simulator.handle, "\r\n"), work)
    assert heard.identity.model.endswith(model[-3:])
    _, setpoint, pid, after = heard.result  # what ends half a command leaves its mark in the first
    assert rows["SETP"].parse(setpoint)["setpoint"] == 12.5
    assert rows["PID"].parse(pid) == {"p": 41.5, "i": 27.0, "d": 30.0}
    assert int(after) == 32
    values = heard.values
    assert values["KRDG", ("A",)]["kelvin"] == pytest.approx(4.2, abs=0.05)
    assert values["INNAME", ("B",)]["name"] == "Sample"
    assert values["OUTMODE", (1,)]["mode"] == "Closed loop" and values["RANGE", (1,)]["range"] == "Off"
    assert values["PID", (1,)]["p"] == 41.5
    # It pads nothing: PID? and SETP? are wider after the work, which is believed the second time.
    assert heard.counted.timeouts == 0 and heard.counted.unanswered == () and heard.counted.bad_replies == 2
