"""Command line: all figures, as tables and with ``--write`` in ``docs/performance.md``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.records import measures, report
from benchmarks.records.limit import echo_rate
from benchmarks.records.processes import compile_client

KINDS = ("base", "ours", "caproto")
RECORDS = 500
QUICK = {"seconds": 2.0, "rounds": 1, "pvs": [200], "clients": [1, 20], "stopped": 5.0}


def main() -> None:
    """Measure in turns, so that what disturbs one server disturbs all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.records", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pvs", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--stopped", type=float, default=60.0, help="seconds one client reads nothing")
    parser.add_argument("--quick", action="store_true", help="one short round of each, in two minutes or so")
    parser.set_defaults(**QUICK if "--quick" in sys.argv else {})
    options = parser.parse_args()
    if options.quick and options.write:
        parser.error("a quick run is not for the page")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        program = compile_client(Path(folder))
        lines = _monitors(program, options) + _overload(program, options) + _requests(program, options)
        lines += ["", *_starts()]
        lines += ["", *report.stopped_lines(measures.stopped(program, RECORDS, options.stopped), RECORDS)]
    lines = [report.machine(echo_rate(options.seconds), max(load, os.getloadavg()[0])), "", *lines]
    print("\n".join(lines))
    if options.write:
        report.write(lines)


def _monitors(program: Path, options: argparse.Namespace) -> list[str]:
    found = {}
    for pvs in options.pvs:
        for clients in options.clients:
            rounds = [
                {kind: measures.monitors(program, kind, pvs, clients, options.seconds) for kind in KINDS}
                for _ in range(options.rounds)
            ]
            for kind in KINDS:
                served = [one for turn in rounds if (one := turn[kind]) is not None]
                found[pvs, clients, kind] = measures.medians(served) if served else None
                print(pvs, clients, kind, found[pvs, clients, kind], flush=True)
    return report.monitors_table(found)


def _overload(program: Path, options: argparse.Namespace) -> list[str]:
    """More than anybody can serve here: who gets how much, and are puts still answered."""
    pvs, clients = 2 * max(options.pvs), 2 * max(options.clients)
    found = {
        (pvs, clients, kind): measures.monitors(program, kind, pvs, clients, options.seconds) for kind in KINDS[:2]
    }
    return report.monitors_table(found)[2:]


def _requests(program: Path, options: argparse.Namespace) -> list[str]:
    kinds = (*KINDS, "uvloop") if find_spec("uvloop") else KINDS
    rounds = [
        {kind: measures.requests(program, kind, options.seconds / 2) for kind in kinds} for _ in range(options.rounds)
    ]
    return ["", *report.requests_table({kind: measures.middle([turn[kind] for turn in rounds]) for kind in kinds})]


def _starts() -> list[str]:
    return report.starts_table({kind: measures.start(kind, RECORDS) for kind in KINDS}, RECORDS)


if __name__ == "__main__":
    main()
