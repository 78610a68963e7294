"""Handlers of bias supplies speak with the emulators: every row, through the line, at every output."""

from __future__ import annotations

from functools import partial

import pytest
from tests.pvs.laboratory import Laboratory, perform

from cryoioc.devices.scpi import MODELS
from cryoioc.errors import ReplyError
from cryoioc.link import Conversation
from cryoioc.pvs.device import Device

STATION = """
[station]
name = "BIAS"
prefix = "T:"
[instrument.PS1]
model = "{model}"
port = "socket://127.0.0.1:5025"
"""
# Rows that this emulated module does not have, and why.
MISSING = {("keysight_n6700", "CURR:LIM"): (1, 3), ("keysight_n6700", "OUTPUT.smu"): (1, 3)}  # N6761A is no SMU


async def reached(lab: Laboratory) -> Device:
    """Return the supply once it has said who it is; nothing is wired to it, so nothing is polled."""
    device = lab.ioc.devices["PS1"]
    async with lab.clock.timeout(20.0):
        while not device.connected:
            await lab.clock.sleep(0.1)
    return device


async def say(text: str, talk: Conversation) -> str:
    return ";".join(await talk.chain(text.split(";")))


@pytest.mark.parametrize("model", MODELS)
def test_every_query_is_answered_at_every_output(model: str) -> None:
    async def play(lab: Laboratory) -> None:
        device = await reached(lab)
        for row in MODELS[model].rows.values():
            for place in MODELS[model].places(row) if row.query else ():
                if place and place[0] in MISSING.get((model, row.name), ()):
                    continue

                row.parse(await device.transact(partial(say, row.ask(*place))))

    perform(play, station=STATION.format(model=model), cold=True)


@pytest.mark.parametrize("model", MODELS)
def test_what_is_set_is_read_back_at_that_output_alone(model: str) -> None:
    async def play(lab: Laboratory) -> None:
        device, rows = await reached(lab), MODELS[model].rows
        changes = {"VOLT": ("voltage", 1.25), "CURR": ("limit", 0.25), "VOLT:PROT": ("over_voltage", 5.5)}

        async def ask(talk: Conversation, name: str, n: int) -> object:
            (reply,) = await talk.chain(rows[name].ask(n).split(";"))
            return rows[name].parse(reply)[changes[name][0]]

        for name, (_, value) in changes.items():
            for n in (2, 1):

                async def work(talk: Conversation, name: str = name, n: int = n, value: float = value) -> None:
                    row, other = rows[name], 3 - n
                    before = await ask(talk, name, other)
                    await device.checked(talk, row.tell({changes[name][0]: value + n / 4}, n).split(";"))
                    assert await ask(talk, name, n) == pytest.approx(value + n / 4)
                    assert await ask(talk, name, other) == before

                await device.transact(work)

    perform(play, station=STATION.format(model=model), cold=True)


@pytest.mark.parametrize("model", MODELS)
def test_a_refused_query_shifts_no_answer(model: str) -> None:
    async def play(lab: Laboratory) -> None:
        device = await reached(lab)

        async def work(talk: Conversation) -> None:
            with pytest.raises(ReplyError, match="2 of 3 answers"):
                await talk.chain(["*ESR?", ":NOSUCH:THING?", "*STB?"])
            assert len(await talk.chain(["*ESR?", "*STB?"])) == 2

        await device.transact(work)

    perform(play, station=STATION.format(model=model), cold=True)
