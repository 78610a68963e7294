"""What ``cryoioc check`` prints: who is asked what, how often, and whether the line can carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views.access import access_lines
from cryoioc.views.fleet import fleet


def check(files: Sequence[Path], prefix: str | None = None) -> str:
    """Return the report on one station, or on several that shall run on one host.

    Raises
    ------
    StationError
        With the mistakes of all files, or what two of them both want.
    """
    if prefix and len(files) > 1:
        raise StationError([f"--prefix is for one station, found {len(files)}"])
    iocs: list[Ioc] = []
    wrong: list[str] = []
    for file in files:
        try:
            station = load(file)
            iocs.append(Ioc(replace(station, prefix=prefix) if prefix else station, Clock()))
        except StationError as error:
            wrong += error.lines
    if wrong:
        raise StationError(list(dict.fromkeys(wrong)))  # of a file that several include once
    return report(iocs[0]) if len(iocs) == 1 else fleet(iocs)


def report(ioc: Ioc) -> str:
    """Return the report on a station that can run."""
    station = ioc.station
    lines = [
        f"{station.path}: station {station.name}, prefix {station.prefix}, {len(ioc.desk.channels)} PVs, "
        f"{len(ioc.desk.aliases)} aliases",
        f"Channel Access on {', '.join(station.ca.interfaces)} port {station.ca.port}",
    ]
    for name, plan in ioc.plans().items():
        spec = station.instruments[name]
        lines.append(f"\n{name}: {spec.model} at {spec.port}, line used {100 * plan.utilisation:.0f} %")
        lines.append(f"  {'query':<18}{'wanted':>9}{'planned':>9}{'worst':>9}   s")
        lines += [f"  {row.text:<18}{row.every:>9.2f}{row.mean:>9.2f}{row.worst:>9.2f}" for row in plan.table()]
    lines += access_lines(ioc)
    lines += _unprotected(ioc)
    return "\n".join(lines)


def _unprotected(ioc: Ioc) -> list[str]:
    """Name what no rule of this station guards."""
    lines = [""]
    lines += [f"not protected: {loop.name} has no interlock" for loop in ioc.loops]
    if ioc.flow is None and ioc.loops:
        lines.append("not protected: no flow meter, so a heater can be on without helium")
    return lines
