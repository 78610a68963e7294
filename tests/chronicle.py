"""All that PVs and wires of a stage have told, so that two runs can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryoioc.records import dbr
from cryoioc.rehearsal import Stage

OF_THIS_PROCESS = "IOC:"  # memory, processor, files, threads, date
STAMPED = dbr.DOUBLE + 14  # DBR_TIME_DOUBLE


@dataclass
class Chronicle:
    """What was told, in its order."""

    heard: list[tuple[float, str, str, str]] = field(default_factory=list)  # s, PV, value, severity
    wire: list[tuple[float, str, bytes]] = field(default_factory=list)


def chronicle(stage: Stage) -> Chronicle:
    """Return what is told from now on by every PV and on every wire."""
    told = Chronicle()
    for unit in stage.world.installed.values():
        unit.line.log = told.wire
    for name in stage.ioc.desk.channels:
        if not name.startswith(OF_THIS_PROCESS):
            _Listener(stage, name, told)
    return told


class _Listener:
    """A subscription to a PV; asks for the time stamp as clients do, and does not keep it: it is wall time."""

    mask = 1 | 4  # DBE_VALUE, DBE_ALARM

    def __init__(self, stage: Stage, name: str, told: Chronicle) -> None:
        self.stage, self.name, self.told = stage, name, told
        self.channel = stage.channel(name)
        self.channel.subscribe(self)

    def deliver(self) -> None:
        if self.channel.kind == dbr.DOUBLE:
            self.channel.encoded(STAMPED, 1)
        self.told.heard.append((self.stage.clock.now(), self.name, repr(self.channel.value), self.channel.severity))
