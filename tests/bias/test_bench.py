"""Bias supplies on the bench: behind their lines, with faults, and from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import Refused
from cryoioc.link.transport import memory_pair
from cryoioc.records import put
from cryosim.bench import build_bench
from cryosim.emulators.scpi import Supply
from cryosim.faults import Fault, FaultFileError, begin, end, load
from cryosim.mounting.rack import Bench
from cryosim.mounting.table import MOUNTINGS
from cryosim.plant.table import Table
from cryosim.pvs.board import Board
from cryosim.pvs.instrument_faults import add_instrument_faults
from cryosim.world import World

IDENTITY = {
    "keysight_e36312a": ("*IDN?", "Keysight Technologies,E36312A,"),
    "keysight_n6700": ("*IDN?", "Agilent Technologies,N6700B,"),
    "rs_hmp4040": ("*IDN?", "ROHDE&SCHWARZ,HMP4040,"),
    "gaia": ("#*IDN? 7", "#GAIA Simulator Rev. 1.0.0 / 2022.02.08.1 7"),
}


def bench(model: str) -> World:
    return build_bench(Bench(model), Clock())


def talk(world: World, model: str, *messages: str) -> list[str]:
    """Say something over the line and return the answers to what is asked."""

    async def scene() -> list[str]:
        here, there = memory_pair()
        serving = asyncio.create_task(world.installed[model].line.serve(there))
        answers = []
        for message in messages:
            here.write(message.encode() + b"\n")
            if "?" in message or message.startswith("#"):
                answers.append((await here.read()).decode().removesuffix("\n"))
        here.close()
        await asyncio.gather(serving, return_exceptions=True)
        return answers

    return run_virtual(scene())


def test_every_model_is_known_here():
    assert set(IDENTITY) <= set(MOUNTINGS)


@pytest.mark.parametrize("model", IDENTITY)
def test_it_answers_on_its_line_and_time_passes(model: str):
    query, start = IDENTITY[model]

    async def build() -> World:
        return bench(model)

    world = run_virtual(build())
    assert talk(world, model, query)[0].startswith(start)
    for _ in range(5):
        world.step()
    assert isinstance(world.plant, Table)
    assert world.plant.temperature("anything") == 297.0
    assert world.plant.flow().mass_flow == 0.0
    with pytest.raises(KeyError):
        world.plant.heater("1")


def test_two_stages_hang_on_a_frame():
    world = run_virtual(_build("keysight_n6700"))
    currents = talk(
        world,
        "keysight_n6700",
        "CURR 0.012,(@1,3);:CURR:LIM 0.001,(@2,4);:VOLT:PROT 2,(@1,3)",
        "VOLT -4.5,(@2,4);:OUTP 1,(@2,4);:VOLT 1,(@1,3);:OUTP 1,(@1,3)",
        "VOLT -2.8,(@2)",
        "MEAS:CURR? (@1,3)",
    )
    first, second = (float(text) for text in currents[0].split(","))
    assert 1e-3 < first < 12.1e-3
    assert second < 0.1e-3
    assert isinstance(world.plant, Table)
    world.step()
    assert world.plant.amplifiers[0].stages[0].point.current == pytest.approx(first, abs=1e-5)
    assert not world.plant.amplifiers[0].burnt


async def _build(model: str) -> World:
    return bench(model)


def test_faults_of_supplies():
    world = run_virtual(_build("keysight_e36312a"))
    unit = world.installed["keysight_e36312a"]
    supply = unit.instrument
    assert isinstance(supply, Supply)
    talk(world, "keysight_e36312a", "VOLT 1,(@1);:OUTP 1,(@1)")
    stuck = Fault(0.0, unit.model, "stuck_output", None, {"channel": 1})
    begin(stuck, unit)
    begin(Fault(0.0, unit.model, "front_panel", None, {"change": "1 volts 3"}), unit)
    assert supply.outputs[0].settings.volts == 3.0
    assert supply.outputs[0].terminals().volts == 1.0
    end(stuck, unit)
    assert supply.outputs[0].terminals().volts == 3.0
    begin(Fault(0.0, unit.model, "unanswered", None, {"query": "MEAS:VOLT?"}), unit)
    assert talk(world, "keysight_e36312a", "MEAS:VOLT? (@1);*OPC?") == ["1"]
    begin(Fault(0.0, unit.model, "wrong_id"), unit)
    assert talk(world, "keysight_e36312a", "*IDN?")[0].startswith("Keysight Technologies,OTHER,")
    begin(Fault(0.0, unit.model, "power_cycle", None, {"line_stays": True}), unit)
    assert supply.outputs[0].terminals().volts == 0.0


def test_faults_of_a_board():
    world = run_virtual(_build("gaia"))
    unit = world.installed["gaia"]
    begin(Fault(0.0, "gaia", "stuck_output", None, {"channel": 1}), unit)
    talk(world, "gaia", "#ENABLE 1 1")
    assert talk(world, "gaia", "#GETVG 1 1")[0].split()[0].lstrip("#-") == "0.000"
    begin(Fault(0.0, "gaia", "wrong_id"), unit)
    assert talk(world, "gaia", "#NAME? 12") == ["#GAIASIMBOARD x12"]


@pytest.mark.parametrize(
    ("model", "fault", "mistake"),
    [
        ("gaia", 'kind = "stuck_output"\nchannel = 11', "channel: expected 1 to 10, found 11"),
        ("gaia", 'kind = "front_panel"\nchange = "1 on 1"', "kind: gaia has no front panel for it"),
        ("alicat", 'kind = "stuck_output"\nchannel = 1', "kind: alicat has no outputs for it"),
        ("rs_hmp4040", 'kind = "front_panel"\nchange = "5 on 1"', "change: expected an output, one of volts,"),
        ("rs_hmp4040", 'kind = "front_panel"\nchange = "1 watts 1"', "change: expected an output, one of volts,"),
        ("rs_hmp4040", 'kind = "front_panel"\nchange = "1 volts nan"', "change: expected an output, one of volts,"),
        ("rs_hmp4040", 'kind = "front_panel"\nchange = "1 volts x"', "change: expected an output, one of volts,"),
    ],
)
def test_mistakes_in_a_script(tmp_path: Path, model: str, fault: str, mistake: str):
    path = tmp_path / "faults.toml"
    path.write_text(f'[[fault]]\nat = 1\ninstrument = "{model}"\n{fault}\n')
    with pytest.raises(FaultFileError) as caught:
        load(path, run_virtual(_build(model)).installed)
    assert len(caught.value.lines) == 1
    assert caught.value.lines[0].startswith(f"{path}: fault 1: {mistake}")


def test_faults_as_pvs_of_the_simulator_ioc():
    async def scene() -> None:
        unit = bench("rs_hmp4040").installed["rs_hmp4040"]
        assert isinstance(unit.instrument, Supply)
        board = Board()
        add_instrument_faults(board, {"PS1": unit, "FM1": bench("alicat").installed["alicat"]})

        async def say(name: str, value: str) -> str:
            await put(board.channels[f"PS1:FAULT:{name}"], (value,), hooks=board.hooks)
            return board.channels[f"PS1:FAULT:{name.partition(':')[0]}"].value

        await say("FRONT_PANEL:ARG", "2 limit 0.5")
        assert await say("FRONT_PANEL:SP", "On") == "Off", "over at once"
        assert unit.instrument.outputs[1].settings.limit == 0.5
        await say("STUCK_OUTPUT:ARG", "4")
        assert await say("STUCK_OUTPUT:SP", "On") == "On"
        assert unit.instrument.outputs[3].stuck
        assert await say("STUCK_OUTPUT:SP", "Off") == "Off"
        with pytest.raises(Refused, match="channel: expected 1 to 4, found 5"):
            await say("STUCK_OUTPUT:ARG", "5")
        with pytest.raises(Refused, match="change: expected an output"):
            await say("FRONT_PANEL:ARG", "2 watts 1")
        assert not {"FM1:FAULT:STUCK_OUTPUT", "FM1:FAULT:FRONT_PANEL"} & board.channels.keys()

    run_virtual(scene())
