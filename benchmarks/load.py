"""Figures of (e): processor time and memory of the IOC process."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from contextlib import AsyncExitStack
from dataclasses import dataclass

import psutil

from benchmarks.report import Table
from benchmarks.rig import Rig, stop
from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load

CLIENTS = (0, 5)
CONNECTING = 60.0  # s
COLUMNS = ("clients monitoring every PV", "processor", "memory", "PVs", "events per second and client")


@dataclass(frozen=True)
class Use:
    """What a process used in a while."""

    processor: float  # part of one core
    memory: float  # bytes resident


async def measure(rig: Rig, settle: float, seconds: float) -> Table:
    """Return what the IOC of a rig uses without clients and with some."""
    out = Table(f"Load: {rig.setup.title}, everything answered, {seconds:.0f} s each", COLUMNS,
                note="Processor in percent of one core; memory resident.")  # fmt: skip
    async with rig:
        names = [rig.prefix + name for name in Ioc(load(rig.station), Clock()).desk.channels]
        await asyncio.sleep(settle)
        for number in CLIENTS:
            async with AsyncExitStack() as stack:
                clients = [await _watcher(names) for _ in range(number)]
                for client in clients:
                    stack.push_async_callback(stop, client)
                await asyncio.gather(*(_ready(client) for client in clients))
                used = await _use(rig.ioc.pid, seconds)
                events = await asyncio.gather(*(_events(client) for client in clients))
            rate = " ".join(f"{count / seconds:.0f}" for count in events) or "-"
            processor, memory = f"{100 * used.processor:.1f} %", f"{used.memory / 2**20:.1f} MiB"
            out.add(str(number), processor, memory, str(len(names)), rate)
    return out


async def _use(pid: int, seconds: float) -> Use:
    process = psutil.Process(pid)
    before, began = process.cpu_times(), time.monotonic()
    await asyncio.sleep(seconds)
    after, ended = process.cpu_times(), time.monotonic()
    busy = after.user + after.system - before.user - before.system
    return Use(busy / (ended - began), process.memory_info().rss)


async def _watcher(names: list[str]) -> Process:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.watcher", stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps(names).encode() + b"\n")
    return process


async def _ready(client: Process) -> None:
    assert client.stdout is not None
    async with asyncio.timeout(CONNECTING):
        await client.stdout.readline()


async def _events(client: Process) -> int:
    assert client.stdin is not None and client.stdout is not None
    client.stdin.close()
    return int(await client.stdout.readline() or 0)
