"""What ``cryoioc check`` prints: who is asked what, how often, and whether the line can carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.instruments import profile_of
from cryoioc.ioc import Ioc
from cryoioc.pvs.second_line_order import not_compared, not_protected
from cryoioc.pvs.supply_limits import WATCHDOG
from cryoioc.station import load
from cryoioc.station_interlock import Interlock
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
    lines += _interlocks(ioc)
    lines += _not_compared(ioc)
    return "\n".join(lines)


def _interlocks(ioc: Ioc) -> list[str]:
    """Say what each interlock watches and switches off, and name what no rule of this station guards."""
    lines = [""]
    for name, spec in ioc.station.interlocks.items():
        lines.append(f"interlock {name}: {trips_when(spec, when_on(ioc, spec))}: {what_it_does(ioc, spec)}")
    lines += [f"not protected: {name}: {why}" for name, why in ioc.interlocks.unprotected.items()]
    for instrument in ioc.station.instruments.values():
        if (profile := profile_of(instrument, ioc.folder)) is not None:
            lines += [f"not protected: {instrument.name}: the board itself {why}" for why in profile.unprotected]
    lines += [f"DISABLED: {name}: enabled = false in the station file" for name in ioc.interlocks.disabled]
    guarded = {one.removesuffix(":COLD") for rule in ioc.interlocks.engine.rules.values() for one in rule.guards}
    lines += [f"not protected: {one.name} has no interlock"
              for one in (*ioc.loops, *ioc.powers, *ioc.amplifiers) if one.name not in guarded]  # fmt: skip
    lines += [f"not protected: {what}" for what in not_protected(ioc.station)]
    lines += [f"not protected: {spec.name}: {spec.excess}" for spec in ioc.station.powers.values() if spec.excess]
    if ioc.flow is None and ioc.loops:
        lines.append("not protected: no flow meter, so a heater can be on without helium")
    return lines


def _not_compared(ioc: Ioc) -> list[str]:
    """Say which limits of instruments nobody compares, for want of a key or because they are written each time."""
    lines = not_compared(ioc.station)
    for power in ioc.powers:
        if not power.spec.ocp:
            lines.append(f"{power.name}: over-current protection not compared")
        if power.spec.watchdog is None and WATCHDOG in power.device.model.rows:
            lines.append(f"{power.name}: output watchdog not compared")
    return lines + [
        f"{one.name}: limits of its supplies are programmed and verified before each switching on and compared while "
        "it is on; not by --apply-limits" for one in ioc.amplifiers if not one.around.unprotected
    ]  # fmt: skip


def what_it_does(ioc: Ioc, spec: Interlock) -> str:
    """Return in words what an interlock does to what."""
    guards = spec.guards or ioc.interlocks.deeds.heating()
    kinds = (("range off", [name for name in guards if name in ioc.station.loops]),
             ("output off", [name for name in guards if name in ioc.station.powers]),
             ("pinch-off", [name for name in guards if name in ioc.station.amplifiers]),
             ("cold bias to pinch-off", [name.removesuffix(":COLD") for name in guards if name.endswith(":COLD")]))
    deeds = [f"{deed}, {', '.join(names)}" for deed, names in kinds if names]
    return "; ".join([*deeds, *(["every heater off"] if spec.action == "all off" else [])])


def when_on(ioc: Ioc, spec: Interlock) -> str:
    """Return in a word what is done by something that an interlock guards while it is judged."""
    heats = any(ioc.interlocks.guarded[name].heats for name in spec.guards) if spec.guards else True
    return "heating" if heats else "biased"


def trips_when(spec: Interlock, on: str = "heating") -> str:
    """Return in words when an interlock trips.

    >>> trips_when(Interlock(name="NOFLOW", input="FLOW", below=1.0, stale=1.0))
    'FLOW below 1, or silent for 1 s, while heating'
    """
    parts = []
    if spec.limit is not None:
        parts.append(f"{'above' if spec.above is not None else 'below'} {spec.limit:g}")
    if spec.is_state:
        parts.append(f"other than {' or '.join(spec.healthy or ('OK',))}")
    if parts and spec.for_:
        parts[-1] += f" for {spec.for_:g} s"
    if spec.floor is not None:
        parts[-1] += f" when warmer than {spec.floor:g} K"
    if spec.suffix == "TEMP" and spec.above is not None:
        parts.append(f"over range or shorted while {on}")
    silent = f"silent for {spec.stale:g} s"
    said = f"{spec.input} {', or '.join([*parts, silent])}"
    return f"{said} while {on}" if spec.while_ == "always" else f"{said}, while {on}"
