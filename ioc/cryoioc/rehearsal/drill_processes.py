"""Draws played again at 1x with IOC and twin as processes of their own: TCP, Channel Access, ``kill -9``."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryoioc.clock import Clock
from cryoioc.errors import CryoError
from cryoioc.records.client import PATIENCE, Lost
from cryoioc.records.ports import free_port
from cryoioc.rehearsal.drill_play import Outcome, play_on
from cryoioc.rehearsal.drill_report import Replayed
from cryoioc.rehearsal.drill_scene import CONTROLLER, Sight
from cryoioc.rehearsal.remote import Remote
from cryoioc.station import Station
from cryosim.drill.draw import Draw, Event, Stand
from cryosim.drill.hazards import AtInstrument, AtPanel, ByHand, InPlant
from cryosim.plant.stvp_parameters import SLPM

BESIDE = 4  # draws side by side
SHORT = 75.0  # s that a draw may have lasted on the virtual clock
LOOK = 0.1  # s between two looks whether a port is open yet
TRIES = 3  # ports a process may find taken by somebody else after all
TRUTHS = ("WINDING", "VAPORIZER", "SAMPLE", "WINDING:OPEN", "JOINTS:FAILED", "FEED", "EXHAUST")
TOLD = ("OK", "INTLK", "INTLK:FIRST")


def short_draws(outcomes: Sequence[Outcome], most: int) -> list[Outcome]:
    """Return up to ``most`` short draws, two thirds of them such in which the IOC is killed, if there are so many."""
    short = [one for one in outcomes if one.seen.played <= SHORT and _distinct(one.draw)]
    killed = [one for one in short if one.draw.kills][: -(-2 * most // 3)]
    others = [one for one in short if not one.draw.kills][: most - len(killed)]
    return sorted([*killed, *others], key=lambda one: one.draw.number)


def _distinct(draw: Draw) -> bool:
    """Say whether no two faults of a draw need the same PV with different parameters."""
    acts = [event.hazard.act for event in draw.events]
    kinds = [(act.instrument, act.kind) for act in acts if isinstance(act, AtInstrument)]
    return len(kinds) == len(set(kinds))


async def replay(station: Station, outcomes: Sequence[Outcome], done: Callable[[], None]) -> tuple[Replayed, ...]:
    """Play draws again, some side by side; ``done`` is called after each.

    Raises
    ------
    CryoError
        When a process does not start, or ends by itself.
    """
    turns = asyncio.Semaphore(BESIDE)

    async def again(outcome: Outcome) -> Replayed:
        async with turns, processes(station, outcome.draw) as scene:
            await scene.ready()
            seen = await play_on(scene, outcome.draw, protected=True)
        done()
        return Replayed(outcome, seen)

    try:
        async with asyncio.TaskGroup() as tasks:
            playing = [tasks.create_task(again(outcome)) for outcome in outcomes]
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    return tuple(task.result() for task in playing)


@asynccontextmanager
async def processes(station: Station, draw: Draw) -> AsyncIterator[ProcessScene]:
    """Let a twin and an IOC run for a draw while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="drill-") as name:
        file = Path(name) / "station.toml"
        file.write_text(_overlay(station, draw.stand))
        twin, twin_port, urls = await _twin(file, draw.world)
        scene = None
        try:
            file.write_text(_overlay(station, draw.stand, urls))
            scene = ProcessScene(station, file, Remote(f"{station.prefix}TWIN:", twin_port))
            await scene.twin.connect()
            await scene.twin.watch(*(f"TRUE:{name}" for name in TRUTHS), *scene.signs)
            if draw.stand.superfluid:
                await scene.twin.put("RESET:SUPERFLUID", 1)
            await scene.restart()
            yield scene
        finally:
            if scene is not None:
                await scene.kill()
                await scene.twin.close()
            await _kill(twin)


async def _twin(file: Path, seed: int) -> tuple[Process, int, dict[str, str]]:
    """Start a twin; return it with the port of its PVs and where its instruments are."""
    for _ in range(TRIES):
        port = free_port()
        twin = await _start("cryosim", "run", str(file), "--announce", "--seed", str(seed), "--ca-port", str(port),
                            log=file.with_suffix(".twin"), output=PIPE)  # fmt: skip
        try:
            assert twin.stdout is not None
            async with asyncio.timeout(PATIENCE):
                line = await twin.stdout.readline()
        except BaseException:  # cancellation too: no process is left behind
            await _kill(twin)
            raise
        if line:
            return twin, port, json.loads(line)
        await _kill(twin)
    raise CryoError(f"the twin did not start: {_last_word(file.with_suffix('.twin'))}")


class ProcessScene:
    """The scene of a draw with processes.

    Parameters
    ----------
    station : Station
    file : Path
        Station file with the ports of the twin.
    twin : Remote
        Of the simulator IOC.
    """

    signs = (f"{CONTROLLER}:HEATS", f"{CONTROLLER}:LIMITED")

    def __init__(self, station: Station, file: Path, twin: Remote) -> None:
        self.station, self.file, self.twin = station, file, twin
        self.clock = Clock()
        self._process: Process | None = None
        self._ioc = Remote(station.prefix, 0)  # until there is one
        self._told = (*TOLD, f"{CONTROLLER}:ANSWERS", *(f"{name}:INTERNAL" for name in station.instruments))

    @property
    def instruments(self) -> Sequence[str]:
        """Their names."""
        return tuple(self.station.instruments)

    @property
    def running(self) -> bool:
        """Whether there is an IOC at the moment."""
        return self._process is not None

    async def ready(self) -> None:
        """Return when the station is OK."""
        await self._ioc.until(lambda: self._ioc.values["OK"] == "Yes")

    def sight(self) -> Sight:
        """Return what is true, as the twin said last."""
        true = {name: self.twin.values[f"TRUE:{name}"] for name in TRUTHS}
        heats, limited = (self.twin.values[sign] == "Yes" for sign in self.signs)
        return Sight(
            winding=true["WINDING"],
            vaporizer=true["VAPORIZER"],
            sample=true["SAMPLE"],
            burnt="Yes" in (true["WINDING:OPEN"], true["JOINTS:FAILED"]),
            heats=heats,
            limited=limited,
            flow=1e-6 * true["FEED"] / SLPM,
            metered=1e-6 * true["EXHAUST"] / SLPM,
        )

    def get(self, name: str) -> Any:
        """Return the value of a PV of the IOC as it was told last."""
        return self._ioc.values[name]

    async def put(self, name: str, value: Any) -> None:
        """Put to the IOC and wait for the completion."""
        await self._ioc.put(name, value)

    async def begin(self, event: Event) -> None:
        """Let something go wrong, by way of the twin's PVs."""
        put = self.twin.put
        match event.hazard.act:
            case InPlant(fault):
                if event.value is not None:
                    await put(f"FAULT:{fault.upper()}:ARG", event.value)
                await put(f"FAULT:{fault.upper()}:SP", "On")
            case ByHand(hand, to):
                await put(f"{hand.upper().replace('_', ':')}:SP", to)
            case AtInstrument(instrument, kind, parameters):
                for value in parameters.values():
                    await put(f"{instrument}:FAULT:{kind.upper()}:ARG", str(value))
                await put(f"{instrument}:FAULT:{kind.upper()}:SP", "On")
            case AtPanel(message):
                await put(f"{CONTROLLER}:PANEL", message)

    async def end(self, event: Event) -> None:
        """Let it be over."""
        match event.hazard.act:
            case InPlant(fault):
                await self.twin.put(f"FAULT:{fault.upper()}:SP", "Off")
            case AtInstrument(instrument, kind, _):
                await self.twin.put(f"{instrument}:FAULT:{kind.upper()}:SP", "Off")

    async def kill(self) -> None:
        """Kill the IOC, signal 9."""
        process, self._process = self._process, None
        if process is not None:
            await _kill(process)
            await self._ioc.close()

    async def restart(self) -> None:
        """Start the IOC; return when what it says is watched."""
        log = self.file.with_suffix(".ioc")
        for _ in range(TRIES):
            port = free_port()
            process = await _start("cryoioc", "run", str(self.file), "--port", str(port), log=log)
            ioc = Remote(self.station.prefix, port)
            try:
                if await self._serves(process, ioc):
                    await ioc.watch(*self._told)
                    ioc.values = self._ioc.values | ioc.values
                    self._ioc, self._process = ioc, process
                    return
            except BaseException:  # cancellation too: no process is left behind
                await _kill(process)
                raise
        raise CryoError(f"the IOC has ended with status {process.returncode}: {_last_word(log)}")

    async def _serves(self, process: Process, ioc: Remote) -> bool:
        """Return when the IOC can be connected; say False when it has ended."""
        async with asyncio.timeout(PATIENCE):
            while not await _connected(ioc):
                if process.returncode is not None:
                    return False
                await self.clock.sleep(LOOK)
        return True


async def _connected(ioc: Remote) -> bool:
    try:
        await ioc.connect()
    except Lost:
        return False
    return True


async def _start(module: str, *arguments: str, log: Path, output: int = DEVNULL) -> Process:
    with log.open("ab") as errors:
        return await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, stdin=PIPE, stdout=output,
                                                    stderr=errors)  # fmt: skip


def _last_word(log: Path) -> str:
    """Return the last line a process has written to its standard error."""
    return (log.read_text("utf-8", "replace").splitlines() or ["without a word"])[-1]


async def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


def _overlay(station: Station, stand: Stand, urls: dict[str, str] | None = None) -> str:
    """Return a station file that is the station's with another beginning, and on the twin's ports."""
    lines = ["[station]", f"include = [{json.dumps(str(station.path.resolve()))}]", 'state_dir = "state"', "[sim]",
             f"flow = {stand.flow or 8.8}", "[sim.temperatures]", f"VAP = {stand.vaporizer}",
             f"SAMPLE = {stand.sample}"]  # fmt: skip
    for name, url in (urls or {}).items():
        lines += [f"[instrument.{name}]", f"port = {json.dumps(url)}"]
    return "\n".join(lines) + "\n"
