"""Command line of the twin: parse, call, print."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import math
import os
import sys
from pathlib import Path
from typing import NoReturn

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, StationError
from cryosim.bench import BENCH_MODELS
from cryosim.emulators.line import Spacing
from cryosim.faults import FaultFileError
from cryosim.mounting.rack import Bench
from cryosim.pvs import reference
from cryosim.pvs.pace import FASTEST, SLOWEST
from cryosim.running import Served, StationRun, run_bench, run_station

BAD_INPUT = 2  # exit status
DRILL = "drill"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, 1 for a failed row, or 2 for bad arguments, files or ports."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == [DRILL]:
        # The IOC takes part, which nothing here may import: this process becomes that program, signals and all.
        os.execv(sys.executable, [sys.executable, "-m", "cryoioc", *arguments])
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "emulate" and options.listen is not None and not options.allow_remote:
        host = options.listen[0]
        if not _is_loopback(host):
            parser.error(f"--listen {host}: not a loopback address; --allow-remote lets it be one")
    try:
        if options.command == "acceptance":
            return _acceptance(options)
        if options.command == "pvs":
            return _pvs(options)
        asyncio.run(_run(options) if options.command == "run" else _emulate(options))
    except (StationError, FaultFileError) as error:
        print("\n".join(error.lines), file=sys.stderr)
        return BAD_INPUT
    except CryoError as error:
        print(f"cryosim: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


def _acceptance(options: argparse.Namespace) -> int:
    from cryosim import acceptance_command  # rich, which nothing else here needs

    wanted = acceptance_command.Wanted(options.station, options.physical, options.plot, options.doc)
    return acceptance_command.run(wanted)


def _pvs(options: argparse.Namespace) -> int:
    text = reference.markdown(options.station, options.plant)
    if options.doc is None:
        print(text)
    else:
        reference.publish(options.doc, text)
    return 0


async def _run(options: argparse.Namespace) -> None:
    def announce(served: Served) -> None:
        if options.announce:
            print(json.dumps(served.urls), flush=True)
            return
        for name, url in served.urls.items():
            print(f"{name:<12} {served.models[name]:<14} {url}", flush=True)
        if served.ca:
            print(f"{'Channel Access':<27} {served.ca}", flush=True)

    wanted = StationRun(
        options.station,
        options.seed,
        options.faults,
        dict(options.port),
        until_eof=options.announce,
        ca_port=options.ca_port,
        # A parent that reads the announcement has an IOC of its own and no use for a port it did not choose.
        ca=not options.no_ca and (options.ca_port is not None or not options.announce),
        states=options.states,
    )
    await run_station(wanted, options.speed, announce)


async def _emulate(options: argparse.Namespace) -> None:
    bench = Bench(
        model=options.model,
        controller=options.controller,
        baud=options.baud,
        latency=options.latency,
        spacing=Spacing(options.spacing),
        serial_line=options.pty is not None,
    )

    def announce(where: str) -> None:
        print(f"{options.model:<14} {where}", flush=True)

    counted = await run_bench(bench, Clock(), options.pty or options.listen, announce)
    if bench.spacing is not Spacing.OFF:
        print(f"{counted.messages} messages, {counted.violations} too early, {counted.dropped} dropped")


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"cryosim: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="cryosim", description="The digital twin of a cryostat.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("run", help="serve every instrument of a station on loopback TCP ports")
    serve.add_argument("station", type=Path, help="station file (TOML); its ports are not opened")
    serve.add_argument("--speed", type=_speed, default=1.0, help="world seconds per second, 1 to 1000")
    serve.add_argument("--seed", type=int, help="seed of everything random, instead of the station's")
    serve.add_argument("--faults", type=Path, metavar="FILE", help="script of faults (TOML)")
    serve.add_argument("--port", type=_named_port, action="append", default=[], metavar="TC1=7777")
    serve.add_argument("--announce", action="store_true", help="print one line of JSON, and end with standard input")
    channel_access = serve.add_mutually_exclusive_group()
    channel_access.add_argument("--ca-port", type=_port, metavar="N", help="Channel Access port of the simulator IOC")
    channel_access.add_argument("--no-ca", action="store_true", help="serve no simulator IOC")
    serve.add_argument("--states", type=Path, metavar="FOLDER", help="of SAVE and LOAD, instead of state_dir")
    table = commands.add_parser("pvs", help="list the PVs of the simulator IOC as Markdown")
    table.add_argument("station", type=Path, help="station file (TOML)")
    table.add_argument("--plant", help="as if the station had this plant")
    table.add_argument("--doc", type=Path, metavar="FILE.md", help="publish them between the markers of a page")
    sheet = commands.add_parser("acceptance", help="play the acceptance sheet of a cryostat, seed against twin")
    sheet.add_argument("station", type=Path, nargs="?", help="station file (TOML); the STVP when not given")
    sheet.add_argument("--physical", action="store_true", help="295 K row as the energy balance asks for it")
    sheet.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the day")
    sheet.add_argument("--doc", type=Path, metavar="FILE.md", help="publish both tables between the markers of a page")
    commands.add_parser(DRILL, help="play random faults against IOC and twin; the same as `cryoioc drill`")
    alone = commands.add_parser("emulate", help="one instrument alone, with a resistive load, for drivers")
    alone.add_argument("model", choices=BENCH_MODELS)
    door = alone.add_mutually_exclusive_group(required=True)
    door.add_argument("--listen", type=_address, metavar="HOST:PORT")
    door.add_argument("--pty", type=Path, metavar="LINK", help="symbolic link to a pseudo-terminal")
    alone.add_argument("--allow-remote", action="store_true", help="let --listen leave the loopback interface")
    alone.add_argument("--baud", type=_baud, default=0, help="throttle to this rate, 10 bits per character")
    alone.add_argument("--latency", type=_not_negative, default=0.008, help="seconds before a reply")
    alone.add_argument("--spacing", choices=[mode.value for mode in Spacing], default="off")
    alone.add_argument("--controller", action="store_true", help="flow meters: a controller, not a meter")
    return parser


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named_port(text: str) -> tuple[str, int]:
    name, equals, port = text.partition("=")
    if not equals or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"expected INSTRUMENT=PORT, found {text!r}")
    return name, int(port)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port, 1024 to 65535, found {text!r}")
    return int(text)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"expected HOST:PORT, found {text!r}")
    return host, int(port)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"expected a number, found {text!r}")
    return value


def _speed(text: str) -> float:
    value = _number(text)
    if not SLOWEST <= value <= FASTEST:
        raise argparse.ArgumentTypeError(f"expected {SLOWEST:g} to {FASTEST:g}, found {text!r}")
    return value


def _not_negative(text: str) -> float:
    value = _number(text)
    if value < 0.0:
        raise argparse.ArgumentTypeError(f"expected 0 or more, found {text!r}")
    return value


def _baud(text: str) -> int:
    if not text.isdecimal() or not 300 <= int(text) <= 921600:
        raise argparse.ArgumentTypeError(f"expected 300 to 921600 bit/s, found {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
