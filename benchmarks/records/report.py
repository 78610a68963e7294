"""Tables of what was measured, in the terminal and in ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from benchmarks.records.measures import Monitors, Requests, Start, Stopped

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- serving: written by python -m benchmarks.records, do not edit -->", "<!-- end of serving -->"
NAMES = {"base": "C IOC", "ours": "cryoioc", "caproto": "caproto", "uvloop": "cryoioc on uvloop"}


def machine(echo: float, load: float) -> str:
    """Return one line about where this was measured, and what a bare asyncio server does there."""
    model = next((line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), "unknown")
    return (
        f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, load before and behind the run up to "
        f"{load:.1f}; an asyncio server that only echoes answers {echo:,.0f} requests/s one after another here."
    )


def _cpuinfo() -> list[str]:
    return Path("/proc/cpuinfo").read_text().splitlines()


def monitors_table(found: dict[tuple[int, int, str], Monitors | None]) -> list[str]:
    """Return one row per load and server."""
    columns = (
        "PVs x 10 Hz x clients", "server", "events/s", "of what is due", "client that got least", "values missing",
        "median", "95 % within", "CPU", "put, 95 % within", "CPU of the C IOC",
    )  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---|---|" + "---:|" * 9]
    for (pvs, clients, kind), one in found.items():
        head = f"| {pvs} x {clients} | {NAMES[kind]} "
        if one is None:
            lines.append(f"{head}| not served: no first values within 30 s |" + " |" * 8)
            continue
        base = found.get((pvs, clients, "base"))
        times = f"{one.cpu / base.cpu:.1f} x" if base and base.cpu else ""
        lines.append(
            f"{head}| {one.delivered:,.0f} | {one.share:.0%} | {one.worst:.0%} | {one.lost:,} | {one.p50:.1f} ms | "
            f"{one.p95:.1f} ms | {one.cpu:.0%} of a core | {one.put:.1f} ms | {times} |"
        )
    return lines


def requests_table(found: dict[str, Requests]) -> list[str]:
    """Return one row per figure, with ratios to the C IOC."""
    base = found["base"]
    lines = [f"| | {' | '.join(NAMES[kind] for kind in found)} |", "|---|" + "---:|" * len(found)]
    for title, name, more_is_better, form in (
        ("connect 200 channels, ms", "connect", False, ".1f"),
        ("gets, one after another, /s", "gets", True, ",.0f"),
        ("median of one, ms", "get", False, ".3f"),
        ("gets, 200 at a time, /s", "gets_at_once", True, ",.0f"),
        ("puts with completion, one after another, /s", "puts", True, ",.0f"),
        ("median of one, ms", "put", False, ".3f"),
        ("puts with completion, 200 at a time, /s", "puts_at_once", True, ",.0f"),
    ):
        cells = []
        for one in found.values():
            value, of = getattr(one, name), getattr(base, name)
            ratio = of / value if more_is_better else value / of
            cells.append(f"{value:{form}}" + (f" ({ratio:.1f} x)" if one is not base else ""))
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def starts_table(found: dict[str, Start], records: int) -> list[str]:
    """Return one row per server."""
    lines = [f"| {records} records | start to the first search answered | memory with 1 record | per further record |"]
    lines.append("|---|---:|---:|---:|")
    for kind, one in found.items():
        lines.append(f"| {NAMES[kind]} | {one.seconds:.2f} s | {one.idle:.0f} MB | {one.per_pv:.1f} kB |")
    return lines


def stopped_lines(one: Stopped, pvs: int) -> list[str]:
    """Return what became of a client that stopped reading."""
    return [
        f"One of two clients of {pvs} PVs at 10 Hz reads nothing for {one.seconds:.0f} s (SIGSTOP): the server grows "
        f"from {one.before:.1f} to {one.after:.1f} MB; the other client gets {one.share:.0%} of its events, {one.lost} "
        f"missing, 95 % within {one.p95:.1f} ms; the stopped one "
        f"{'has the newest values' if one.newest else 'is behind'} when it goes on."
    ]


def write(lines: list[str]) -> None:
    """Put the tables into the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + "\n".join([BEGIN, "", *lines, "", END]) + rest.partition(END)[2])
