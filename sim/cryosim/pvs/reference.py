"""The PVs of the simulator IOC as a table for people, made of their declarations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cryoioc.errors import CryoError
from cryoioc.records import Record
from cryoioc.records.declaration import NUMBERS
from cryoioc.station import load
from cryosim.pvs.ioc import TwinIoc
from cryosim.pvs.pace import Pace, Pacing
from cryosim.station_world import build

BEGIN, END = "<!-- pvs: begin, written by `cryosim pvs --doc` -->", "<!-- pvs: end -->"
HEAD = ("| PV | kind | unit | limits or states | alarm | what it is |", "|---|---|---|---|---|---|")


class NoMarkers(CryoError):
    """A page without the markers between which the table belongs."""


def markdown(station: Path, plant: str | None = None) -> str:
    """Return the table of a station's PVs.

    Parameters
    ----------
    station : Path
        Station file.
    plant : str, optional
        Plant instead of the station's.

    Raises
    ------
    StationError
        When the station cannot be read or built.
    """
    read = load(station)
    if plant is not None:
        read = replace(read, sim=replace(read.sim, plant=plant))
    lines = Pace()
    twin = TwinIoc(read, Pacing(build(read, lines), lines))
    channels = twin.board.channels
    pairs = {f"{name}:SP" for name in channels if f"{name}:SP" in channels}
    rows = [
        _row(channels.get(f"{name}:SP", channel).record, channel.record, f"{name}:SP" in channels)
        for name, channel in channels.items()
        if name not in pairs
    ]
    return "\n".join((*HEAD, *rows))


def _row(wish: Record, fact: Record, pair: bool) -> str:
    # Names are set without back ticks: the page's rows with them are the kinds of fault of a script.
    name = f"{fact.name}, :SP" if pair else fact.name
    if wish.command:
        return f"| {name} | command | | | | {wish.doc} |"
    return f"| {name} | {wish.kind} | {wish.unit} | {_limits(wish)} | {_alarm(fact)} | {wish.doc} |"


def _limits(record: Record) -> str:
    if record.kind in NUMBERS and record.low is not None and record.high is not None:
        return f"{record.low:g} to {record.high:g}"
    return " ".join(record.states)


def _alarm(record: Record) -> str:
    sides = (
        ("MAJOR below", record.lolo),
        ("MINOR below", record.low_alarm),
        ("MINOR above", record.high_alarm),
        ("MAJOR above", record.hihi),
    )
    words = [f"{side} {limit:.4g}" for side, limit in sides if limit is not None]
    return ", ".join(words + [f"{state}: {severity}" for state, severity in record.severities.items()])


def publish(page: Path, table: str) -> None:
    """Put a table between the markers of a page.

    Raises
    ------
    NoMarkers
        When the page has none, or cannot be read.
    """
    try:
        text = page.read_text("utf-8")
    except OSError as error:
        raise NoMarkers(f"{page}: {error.strerror}") from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoMarkers(f"{page}: no lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", "utf-8")
