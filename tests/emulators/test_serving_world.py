"""The world of a station on the virtual clock: set up as a laboratory would, and alive."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import StationError
from cryoioc.link.transport import memory_pair
from cryoioc.station import MODELS, Sim, Station, load
from cryosim.bench import build_bench
from cryosim.emulators.lakeshore import Options
from cryosim.emulators.line import LineSettings, Spacing
from cryosim.faults import Fault
from cryosim.gas import helium_mass_flow
from cryosim.mounting.rack import Bench, Equipment
from cryosim.presets import PresetError, tell
from cryosim.station_world import build
from cryosim.world import World

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"


class Client:
    """A client on the line of one instrument, over a line in memory."""

    def __init__(self, world: World, name: str, terminator: bytes = b"\n") -> None:
        self.end, far = memory_pair()
        self.terminator = terminator
        self.serving = asyncio.create_task(world.installed[name].line.serve(far))

    def tell(self, text: str) -> None:
        self.end.write(text.encode() + self.terminator)

    async def ask(self, text: str) -> str:
        self.tell(text)
        reply = b""
        while not reply.endswith((b"\n", b"\r", b";FF")):
            reply += await self.end.read()
        return reply.decode().strip()


def live(scene: Callable[[World, Clock], Awaitable[None]], world_of: Callable[[Clock], World]) -> None:
    """Play a scene in a world that goes on."""

    async def play() -> None:
        clock = Clock()
        world = world_of(clock)
        stepping = asyncio.create_task(world.run())
        try:
            await scene(world, clock)
        finally:
            stepping.cancel()
            for unit in world.installed.values():
                unit.line.disconnect()

    run_virtual(play())


def plain() -> Station:
    """The STVP with a thermal load behind its instruments that stays where the station file puts it."""
    return replace(load(STVP), sim=Sim(plant="dummy", flow=8.8, temperatures={"VAP": 13.0, "SAMPLE": 15.0}))


def stvp(clock: Clock) -> World:
    return build(plain(), clock)


def test_lakeshore_is_set_up_as_the_laboratory_left_it():
    async def scene(world: World, clock: Clock) -> None:
        tc1 = Client(world, "TC1")
        assert await tc1.ask("*IDN?") == "LSCI,MODEL335,335A12T/#######,3.2"
        assert await tc1.ask("RANGE? 1;RANGE? 2;OUTMODE? 1;OUTMODE? 2") == "0;0;1,1,0;1,2,0"
        assert await tc1.ask("HTRSET? 1;HTRSET? 2") == "0,1,3,+1.414,1;0,1,0,+0.950,1"
        assert await tc1.ask("PID? 1;PID? 2") == "+0050.0,+0020.0,+000.0;+0050.0,+0020.0,+000.0"
        assert await tc1.ask("INTYPE? A;INTYPE? B") == "3,1,5,1,1;1,0,0,0,1"
        assert await tc1.ask("INCRV? A;INCRV? B") == "21;02"
        assert [name.strip() for name in (await tc1.ask("INNAME? A;INNAME? B")).split(";")] == ["VAP", "SAMPLE"]
        assert [float(limit) for limit in (await tc1.ask("TLIMIT? A;TLIMIT? B")).split(";")] == [323.0, 323.0]
        assert [float(point) for point in (await tc1.ask("SETP? 1;SETP? 2")).split(";")] == [13.0, 15.0]
        assert (await tc1.ask("CRVHDR? 21")).startswith("X138113")
        assert await tc1.ask("RDGST? A;RDGST? B;*ESR?") == "000;000;000"
        assert await tc1.ask("MDAT? A") == "+013.000,+013.000"

    live(scene, stvp)


def test_uploaded_curve_is_the_one_of_the_certificate():
    async def scene(world: World, clock: Clock) -> None:
        tc1 = Client(world, "TC1")
        points = [[float(x) for x in (await tc1.ask(f"CRVPT? 21,{n}")).split(",")] for n in (1, 75, 147, 148)]
        assert points == [[1.80265, 325.0], [2.63243, 41.8], [4.35639, 1.4], [0.0, 0.0]]

    live(scene, stvp)


def test_instrument_reads_the_mounts_through_both_calibrations():
    async def scene(world: World, clock: Clock) -> None:
        tc1 = Client(world, "TC1")
        await clock.sleep(0.05)
        vap, sample = (float(kelvin) for kelvin in (await tc1.ask("KRDG? A;KRDG? B")).split(";"))
        assert vap == pytest.approx(13.0, abs=0.01)
        assert sample == pytest.approx(15.0, abs=0.05)  # 75 breakpoints against 144
        await clock.sleep(600.0)
        vap, sample = (float(kelvin) for kelvin in (await tc1.ask("KRDG? A;KRDG? B")).split(";"))
        assert vap == pytest.approx(world.plant.temperature("VAP"), abs=0.02)
        assert sample == pytest.approx(world.plant.temperature("SAMPLE"), abs=0.1)

    live(scene, stvp)


def test_loop_heats_to_its_setpoint_and_holds_it():
    async def scene(world: World, clock: Clock) -> None:
        tc1 = Client(world, "TC1")
        tc1.tell("SETP 1,20")
        await clock.sleep(0.1)
        tc1.tell("RANGE 1,3")
        await clock.sleep(600.0)
        assert float(await tc1.ask("KRDG? A")) == pytest.approx(20.0, abs=0.02)
        assert 5.0 < float(await tc1.ask("HTR? 1")) < 30.0
        assert await tc1.ask("RANGE? 1") == "3"

    live(scene, stvp)


def test_meter_shows_the_stations_flow_and_says_what_it_refers_to():
    async def scene(world: World, clock: Clock) -> None:
        fm1 = Client(world, "FM1", b"\r")
        frame = (await fm1.ask("A")).split()
        assert float(frame[4]) == pytest.approx(8.8, abs=0.006)
        assert frame[-1] == "He"
        assert await fm1.ask("ADCFRT S") == "A +21.110 2 `C"

    live(scene, stvp)


def test_the_same_seed_gives_the_same_bits():
    def run(seed: int) -> list[tuple[float, str, bytes]]:
        log: list[tuple[float, str, bytes]] = []

        async def scene(world: World, clock: Clock) -> None:
            line = world.installed["TC1"].line
            line.log = log
            world.schedule([Fault(5.0, "TC1", "garbage", 2.0)])
            tc1 = Client(world, "TC1")
            for _ in range(100):
                tc1.tell("KRDG? A;SRDG? A;SRDG? B;HTR? 1")
                await clock.sleep(0.1)

        live(scene, lambda clock: build(plain(), clock, seed=seed, equipment=Equipment(noise=True)))
        return log

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_sensor_fault_reaches_the_instrument():
    async def scene(world: World, clock: Clock) -> None:
        world.schedule([Fault(1.0, "TC1", "sensor_open", 1.0, {"input": "A"})])
        tc1 = Client(world, "TC1")
        await clock.sleep(1.5)
        assert await tc1.ask("RDGST? A;RDGST? B") != "000;000"
        await clock.sleep(1.0)
        assert await tc1.ask("RDGST? A;RDGST? B") == "000;000"

    live(scene, stvp)


def test_heater_fault_latches_and_turns_the_output_off():
    async def scene(world: World, clock: Clock) -> None:
        world.schedule([Fault(5.0, "TC1", "heater_open", None, {"output": 1})])
        tc1 = Client(world, "TC1")
        tc1.tell("SETP 1,20;RANGE 1,3")
        await clock.sleep(1.0)
        assert await tc1.ask("RANGE? 1") == "3"
        await clock.sleep(6.0)
        assert await tc1.ask("RANGE? 1;HTRST? 1") == "0;1"

    live(scene, stvp)


def test_power_cycle_shows_in_the_event_register():
    async def scene(world: World, clock: Clock) -> None:
        tc1 = Client(world, "TC1")
        assert await tc1.ask("*ESR?") == "000"
        tc1.tell("SETP 1,20;RANGE 1,3")
        world.schedule([Fault(1.0, "TC1", "power_cycle", 3.0)])
        await clock.sleep(2.0)
        assert await tc1.end.read() == b""
        refused = Client(world, "TC1")
        assert await refused.end.read() == b""
        await clock.sleep(3.0)
        again = Client(world, "TC1")
        assert int(await again.ask("*ESR?")) & 128
        assert await again.ask("RANGE? 1;SETP? 1") == "0;+020.000"

    live(scene, stvp)


@pytest.mark.parametrize(("reading", "reply"), [("others", "+013.000;1"), ("all", "")])
def test_unanswered_query_in_both_readings(reading: str, reply: str):
    def world_of(clock: Clock) -> World:
        equipment = Equipment(lakeshore_options=Options(bad_unit=reading))  # type: ignore[arg-type]
        return build(plain(), clock, equipment=equipment)

    async def scene(world: World, clock: Clock) -> None:
        world.schedule([Fault(1.0, "TC1", "unanswered", 5.0, {"query": "HTRST?"})])
        tc1 = Client(world, "TC1")
        await clock.sleep(2.0)
        tc1.tell("SETP? 1;HTRST? 1;*OPC?")
        await clock.sleep(2.0)
        tc1.tell("*TST?")
        heard = (await tc1.end.read()).decode().strip()
        assert heard == (reply or "0")
        await clock.sleep(4.0)
        assert "0" in await tc1.ask("HTRST? 1")

    live(scene, world_of)


def test_lines_can_be_given():
    line = LineSettings(baud=57600, spacing=Spacing.DROP)

    async def scene(world: World, clock: Clock) -> None:
        assert world.installed["TC1"].line.settings == line
        assert world.installed["FM1"].line.settings.terminator == b"\r"

    live(scene, lambda clock: build(plain(), clock, equipment=Equipment(lines={"lakeshore335": line})))


def station(tmp_path: Path, model: str, extra: str = "") -> Station:
    outputs = 2 if model == "lakeshore335" else 4
    channels = "AB" if model == "lakeshore335" else "ABCD"
    text = f'[station]\nname = "T"\nprefix = "T:"\n[instrument.TC1]\nmodel = "{model}"\nport = "/dev/null/never"\n'
    for letter in channels:
        text += f'[thermometer.T{letter}]\ninstrument = "TC1"\ninput = "{letter}"\ncurve = "DT-670"\nunit = "V"\n'
    for output in range(1, outputs + 1):
        current = 0.1 if (model, output) == ("lakeshore350", 2) else 1.0
        text += f'[loop.L{output}]\ninstrument = "TC1"\noutput = {output}\nheater_ohm = 100.0\n'
        text += f'type = "{"current" if output < 3 else "voltage"}"\n'
        text += f"max_current = {current}\nsp_min = 1.0\nsp_max = 300.0\n"
    path = tmp_path / "station.toml"
    path.write_text(text + extra)
    assert tomllib.loads(path.read_text())
    return load(path)


@pytest.mark.parametrize("model", ["lakeshore335", "lakeshore336", "lakeshore350"])
def test_every_model_with_everything_wired(tmp_path: Path, model: str):
    wanted = station(tmp_path, model)

    async def scene(world: World, clock: Clock) -> None:
        tc1 = Client(world, "TC1")
        await clock.sleep(1.0)
        for letter in "AB" if model == "lakeshore335" else "ABCD":
            kelvin, status = (await tc1.ask(f"KRDG? {letter};RDGST? {letter}")).split(";")
            assert (float(kelvin), status) == (pytest.approx(294.0, abs=0.5), "000")
        assert await tc1.ask("OUTMODE? 2") == "1,2,0"

    live(scene, lambda clock: build(wanted, clock))


def test_unknown_curve_is_named(tmp_path: Path):
    path = tmp_path / "stvp.toml"
    path.write_text(STVP.read_text().replace('"X138113"', '"X999999"'))
    with pytest.raises(StationError, match=r"thermometer.VAP.curve: the twin has sensors X138113, DT-670"):
        build(load(path), Clock())


def test_a_refused_preset_is_an_error():
    async def scene(world: World, clock: Clock) -> None:
        with pytest.raises(PresetError, match="NONSENSE"):
            tell(world.installed["TC1"].instrument, iter(["NONSENSE 1"]))

    live(scene, stvp)


# Instruments that are not asked as a Lake Shore is: end of a message, question, what is in the answer.
ASKED = {
    "alicat": (b"\r", "A", "He"),
    "ami1700": (b"\n", "MEAS:HE:LEV?", "80.0"),
    "lm500": (b"\n", "MEAS? 1", "MEAS? 1"),  # its echo
    "adam4017": (b"\r", "#010", ">+05.000"),
    "lakeshore218": (b"\n", "*IDN?", "MODEL218"),
    "lakeshore218e": (b"\n", "*IDN?", "MODEL218"),
    "keysight_e36312a": (b"\n", "*IDN?", "E36312A"),
    "keysight_n6700": (b"\n", "*IDN?", "N670"),
    "rs_hmp4040": (b"\n", "*IDN?", "HMP4040"),
    "gaia": (b"\n", "#*IDN? 7", "GAIA"),
    "pfeiffer_tpg261": (b"\r", "PNR", "\x06"),
    "pfeiffer_tpg262": (b"\r", "PR2", "\x06"),
    "pfeiffer_tpg361": (b"\r", "AYT", "\x06"),
    "pfeiffer_tpg362": (b"\r", "AYT", "\x06"),
    "pfeiffer_tpg366": (b"\r", "AYT", "\x06"),
    "bronkhorst": (b"\r\n", ":06800421402140", ":0803022140410C"),
    "mks937b": (b";FF", "@253PR1?", "ACKOFF"),
    "mks946": (b";FF", "@253MT?", "ACKCC,PR,PR,NA"),
}


@pytest.mark.parametrize("model", MODELS)
def test_bench_instruments_answer(model: str):
    async def scene(world: World, clock: Clock) -> None:
        await clock.sleep(1.0)
        if model in ASKED:
            end, question, answer = ASKED[model]
            assert answer in await Client(world, model, end).ask(question)
            return
        client = Client(world, model)
        assert f"MODEL{model[-3:]}" in await client.ask("*IDN?")
        assert float(await client.ask("KRDG? B")) == pytest.approx(20.0, abs=0.5)
        assert await client.ask("RDGST? A;RANGE? 1") == "000;0"

    live(scene, lambda clock: build_bench(Bench(model), clock))


def test_bench_controller():
    async def scene(world: World, clock: Clock) -> None:
        client = Client(world, "alicat", b"\r")
        await client.ask("AS 10")
        await clock.sleep(5.0)
        assert (await client.ask("A")).split()[4:6] == ["+010.00", "+010.00"]

    live(scene, lambda clock: build_bench(Bench("alicat", controller=True), clock))


def test_mass_of_a_standard_litre():
    assert helium_mass_flow(1.0, 21.11) == pytest.approx(2.761e-6, rel=1e-3)  # physics.md 6.3
    assert helium_mass_flow(8.8, 0.0) / helium_mass_flow(8.8, 25.0) == pytest.approx(298.15 / 273.15)
