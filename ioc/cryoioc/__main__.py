"""Command line of the IOC: parse arguments, call, print.  No logic."""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from cryoioc import curve_cli
from cryoioc.clock import Clock
from cryoioc.errors import CryoError, StationError, Unavailable
from cryoioc.ioc import Ioc
from cryoioc.limits import apply_limits, quiet
from cryoioc.records import check_caproto
from cryoioc.running import Running
from cryoioc.station import PREFIX, Station, load
from cryoioc.station_ports import HIGHEST, LOWEST
from cryoioc.views.check import check
from cryoioc.views.formats import FORMATS

BAD_INPUT = 2  # exit status
BROKEN = 1  # what another start may mend
HEARD_ENOUGH = 128 + signal.SIGPIPE  # as a program that this signal ends
CHECK = "read station files, show what would run, and find what two of them both want"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, 2 for bad input, 1 without a service, 141 unheard."""
    options = _parser().parse_args(arguments)
    _log(options.verbose)
    try:
        status = int(options.call(options))
        sys.stdout.flush()  # what is not taken shows here, and not when the interpreter ends
        return status
    except BrokenPipeError:  # whoever reads has heard enough, as head has
        with Path(os.devnull).open("w") as nowhere:  # for what is still in the buffer when the interpreter ends
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return HEARD_ENOUGH
    except StationError as error:
        print("\n".join(error.lines), file=sys.stderr)
    except CryoError as error:
        print(f"cryoioc: {error}", file=sys.stderr)
        return BROKEN if isinstance(error, Unavailable) else BAD_INPUT
    return BAD_INPUT


def _log(verbose: int) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("caproto", "asyncio"):
        logging.getLogger(name).setLevel(max(level, logging.INFO))


def _station(options: argparse.Namespace) -> Station:
    station = load(options.station)
    return replace(station, prefix=options.prefix) if options.prefix else station


def _say(line: str) -> None:
    """Print a line about a running IOC; a console that takes nothing, a file on a full disk, is no reason to end."""
    try:
        print(line, flush=True)
    except OSError as error:
        logging.getLogger("cryoioc").warning("not printed (%s): %s", error.strerror, line)


def _run(options: argparse.Namespace) -> int:
    running = Running(_station(options), options.clock_speed, options.port, _say)
    return serve(running.service)


def _check(options: argparse.Namespace) -> int:
    print(check(options.stations, options.prefix))
    if not options.apply_limits:
        return 0
    if len(options.stations) > 1:
        raise CryoError("--apply-limits is for one station")
    ioc = Ioc(quiet(load(options.stations[0])), Clock())

    async def ask(question: str) -> str:
        return await asyncio.to_thread(input, question)

    return asyncio.run(apply_limits(ioc, print, ask))


def _describe(options: argparse.Namespace) -> int:
    station = _station(options)
    print(FORMATS[options.form](Ioc(station, Clock()).desk, station.prefix))
    return 0


def _demo(options: argparse.Namespace) -> int:
    from cryoioc.demo import Demo  # the live table is not needed to run an IOC

    return serve(Demo(_station(options), options.port, options.duration, options.twin_port).run)


def _acceptance(options: argparse.Namespace) -> int:
    from cryoioc.rehearsal import command  # the twin is not needed to run an IOC

    return command.run(_station(options), options.doc)


def _day(options: argparse.Namespace) -> int:
    from cryoioc.rehearsal import day_command  # the twin is not needed to run an IOC

    return day_command.run(_station(options), options.doc)


def _drill(options: argparse.Namespace) -> int:
    from cryoioc.rehearsal import drill_command, drill_pool  # the twin is not needed to run an IOC

    drill_pool.end_on_sigterm()
    wanted = drill_command.Wanted(options.runs, options.seed, options.only, options.timed, options.months, options.jobs,
                                  options.tcp, options.keep, options.doc)  # fmt: skip
    return drill_command.run(_station(options), wanted)


def serve(service: Callable[[], Awaitable[None]]) -> int:
    """Run a service until it ends, or until SIGINT or SIGTERM end it cleanly; return the exit status."""

    async def until_told() -> None:
        problem = check_caproto()
        if problem:
            logging.getLogger("cryoioc").warning("%s", problem)
        work = asyncio.ensure_future(service())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            return

    try:
        asyncio.run(until_told())
    except CryoError:
        raise
    except Exception:  # noqa: BLE001 - whatever it was, it is told and the process ends, for a supervisor
        logging.getLogger("cryoioc").critical("the service has ended", exc_info=True)
        return BROKEN
    return 0


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="cryoioc", description="EPICS IOC of a helium cryostat.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, call: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(call=call)
        sub.add_argument("station", type=Path, help="station file (TOML)")
        sub.add_argument("--prefix", type=_prefix, help="PV prefix, instead of the station's")
        sub.add_argument("-v", "--verbose", action="count", default=0, help="more in the log; -vv shows the wire")
        return sub

    run = command("run", _run, "run the IOC on the instruments of a station")
    run.add_argument("--port", type=_port, help="Channel Access port, instead of the station's")
    run.add_argument("--clock-speed", type=_positive, default=1.0, metavar="N", help="clock seconds per second")
    check = commands.add_parser("check", help=CHECK, description=CHECK)
    check.set_defaults(call=_check)
    check.add_argument("stations", type=Path, nargs="+", metavar="station", help="station file (TOML)")
    check.add_argument("--prefix", type=_prefix, help="PV prefix, instead of the station's; for one file alone")
    check.add_argument("--apply-limits", action="store_true",
                       help="read the limits kept in the instruments, and write them after a question")  # fmt: skip
    check.add_argument("-v", "--verbose", action="count", default=0, help="more in the log")
    describe = command("describe", _describe, "print the PVs of a station")
    describe.add_argument("--as", dest="form", choices=FORMATS, default="table")
    demo = command("demo", _demo, "run a station against emulated instruments, with a live table")
    demo.add_argument("--port", type=_port, help="Channel Access port, instead of the station's")
    demo.add_argument("--twin-port", type=_port, metavar="N", help="serve the simulator IOC as well, on this port")
    demo.add_argument("--for", dest="duration", type=_positive, metavar="SECONDS", help="stop after this time")
    sheet = command("acceptance", _acceptance, "play the sheet of the STVP or warm the CRX up, through IOC and twin")
    sheet.add_argument("--doc", type=Path, metavar="FILE.md", help="publish the table between the markers of a page")
    day = command("day", _day, "live 24 h of healthy life of the STVP through IOC and twin: nothing may trip")
    day.add_argument("--doc", type=Path, metavar="FILE.md", help="publish the result between the markers of a page")
    drill = command("drill", _drill, "play random faults against IOC and twin, with interlocks and without")
    drill.add_argument("--runs", type=_count, default=20, metavar="N", help="how many draws")
    drill.add_argument("--seed", type=int, default=1, help="of all draws")
    drill.add_argument("--only", type=int, metavar="N", help="play one draw and tell everything of it")
    drill.add_argument("--timed", type=_count, metavar="N", help="draws for the timing of reactions alone (6)")
    drill.add_argument("--months", type=_positive, help="of clean running by generated readings (0.1)")
    drill.add_argument("--jobs", type=_count, default=2, metavar="N", help="processes")
    drill.add_argument("--tcp", type=_count, metavar="N",
                       help="draws that are played again over TCP with processes and kill -9")  # fmt: skip
    drill.add_argument("--keep", type=Path, metavar="FILE", help="keep results, and go on from what it holds")
    drill.add_argument("--doc", type=Path, metavar="FILE.md", help="publish the tables between the markers of a page")
    curve_cli.add_to(commands)
    return parser


def _prefix(text: str) -> str:
    if not PREFIX.fullmatch(text):
        raise argparse.ArgumentTypeError(f"expected upper-case letters, digits, _ - : and a final ':', found {text!r}")
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or not LOWEST <= int(text) <= HIGHEST:
        raise argparse.ArgumentTypeError(f"expected {LOWEST} to {HIGHEST}, found {text!r}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number of 1 or more, found {text!r}")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (number > 0 and math.isfinite(number)):
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
