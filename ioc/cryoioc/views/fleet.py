"""What ``cryoioc check`` says of several stations on one host: what each binds, and what two of them both want."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

from cryoioc.access.acf import DEFAULT
from cryoioc.access.rules import writers
from cryoioc.errors import StationError
from cryoioc.ioc import Ioc
from cryoioc.running import put_log_of, state_folder
from cryoioc.station_ports import far_end

ANYWHERE = "0.0.0.0"


def fleet(iocs: Sequence[Ioc]) -> str:
    """Return a paragraph per station.

    Raises
    ------
    StationError
        With one line per thing that two stations both want.
    """
    wrong = list(collisions(iocs))
    if wrong:
        raise StationError(wrong)
    return "\n".join(line for ioc in iocs for line in _station(ioc))


def _station(ioc: Ioc) -> list[str]:
    station, rules = ioc.station, ioc.access.rules
    folder = _folder(ioc)
    lines = [
        f"{station.path}: {station.name}, {len(ioc.desk.channels)} PVs {station.prefix}*",
        f"  binds {', '.join(f'{one}:{station.ca.port} TCP and UDP' for one in station.ca.interfaces)}",
    ]
    lines += [f"  opens {spec.port} for {name} ({spec.model})" for name, spec in station.instruments.items()]
    lines.append(f"  keeps its state in {folder or '$STATE_DIRECTORY, if that is set'}")
    groups = sorted({channel.asg or DEFAULT for channel in ioc.desk.channels.values() if channel.accepts_puts})
    for name in groups:
        lines.append(f"  {name} may be put by {'; '.join(writers(rules, rules.group(name))) or 'nobody'}")
    return lines


def collisions(iocs: Sequence[Ioc]) -> Iterator[str]:
    """Yield one line per thing that two stations both want, with both files."""
    owners: dict[Hashable, Ioc] = {}
    for ioc in iocs:
        told = False  # of a prefix that is the same all PVs are the same too
        for what, key in _wanted(ioc):
            other = owners.setdefault(key, ioc)
            if other is ioc or (told and what.startswith("PV ")):
                continue
            told = told or what.startswith(("prefix", "PV "))
            yield f"{ioc.station.path}: {what} is also used by {other.station.path}"
    yield from _ports(iocs)


def _wanted(ioc: Ioc) -> Iterator[tuple[str, Hashable]]:
    station = ioc.station
    yield f"prefix {station.prefix}", ("prefix", station.prefix)
    for name in (*ioc.desk.channels, *ioc.desk.aliases):
        yield f"PV {station.prefix}{name}", ("pv", station.prefix + name)
    for name, spec in station.instruments.items():
        yield f"port {spec.port} of {name}", ("port", far_end(spec.port))
    folder = _folder(ioc)
    if folder is not None:
        yield f"state folder {folder}", ("folder", folder.resolve())
    log = put_log_of(station, folder)
    if log is not None:
        yield f"put log {log.path}", ("log", log.path.resolve())


def _folder(ioc: Ioc) -> Path | None:
    """Return the state folder a station file names; what a supervisor gives each IOC is that one's own."""
    return state_folder(ioc.station) if ioc.station.state_dir else None


def _ports(iocs: Sequence[Ioc]) -> Iterator[str]:
    """Yield the Channel Access ports of which two stations want the same, on an address or on all."""
    for n, ioc in enumerate(iocs):
        for other in iocs[:n]:
            mine, theirs = ioc.station.ca, other.station.ca
            shared = set(mine.interfaces) & set(theirs.interfaces) or ANYWHERE in (*mine.interfaces, *theirs.interfaces)
            if mine.port == theirs.port and shared:
                yield f"{ioc.station.path}: Channel Access port {mine.port} is also used by {other.station.path}"
