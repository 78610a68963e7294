"""``cryoioc curve``: show, convert, compare, fit, plot, upload, download.  Parse, call, print.

A curve is a file, or the name of a delivered calibration such as ``X138113`` or ``X138113:340``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.link import open_port
from cryoioc.link.dialects import DIALECTS
from cryoioc.link.transport import settings_for

if TYPE_CHECKING:  # numpy and scipy take half a second that `cryoioc run` need not wait for
    from cryoioc.curves import Breakpoints, Calibration, Curve

Handler = Callable[[argparse.Namespace], int]


def add_to(commands: Any) -> None:
    """Add the subcommand ``curve`` to the command line."""
    parser = commands.add_parser("curve", help="calibration curves", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)

    def action(name: str, call: Handler, text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
        sub.set_defaults(call=call)
        sub.add_argument("-v", "--verbose", action="count", default=0, help="more in the log; -vv shows the wire")
        return sub

    show = action("show", _show, "print what a curve is")
    show.add_argument("curve")
    show.add_argument("--serial", help="the sensor it has to be about")
    show.add_argument("--at", type=float, nargs="+", default=(), metavar="K", help="print it at these temperatures")

    convert = action("convert", _convert, "write a curve in another format")
    convert.add_argument("curve")
    convert.add_argument("file", type=Path, help="its ending says the format")
    convert.add_argument("--serial", help="the sensor it has to be about")

    compare = action("compare", _compare, "print the errors of curves against a reference, per temperature band")
    compare.add_argument("reference")
    compare.add_argument("curve", nargs="+")
    compare.add_argument("--figure", type=Path, help="draw them, .svg or .png")

    fit = action("fit", _fit, "fit test data, or choose breakpoints of a curve for an instrument")
    fit.add_argument("curve", help="test data (.dat) or any curve")
    fit.add_argument("file", type=Path, help=".cof for a Chebychev fit, .340 and others for breakpoints")
    fit.add_argument("--splits", type=float, nargs="*", default=(14.2, 80.1), metavar="K", help="joins of the ranges")
    fit.add_argument("--orders", type=int, nargs="*", default=(), help="of the ranges, cold to warm")
    fit.add_argument("--spline", action="store_true", help="follow a smoothing spline instead of Chebychev ranges")
    fit.add_argument("--points", type=int, default=200, help="breakpoints (default 200)")
    fit.add_argument("--low", type=float, help="lowest temperature, K")
    fit.add_argument("--high", type=float, help="highest temperature, K")
    fit.add_argument("--minmax", action="store_true", help="the same error everywhere, not growing with temperature")
    fit.add_argument("--name", help="name of the curve in the instrument")

    plot = action("plot", _plot, "draw a curve")
    plot.add_argument("curve")
    plot.add_argument("figure", type=Path, help=".svg or .png")

    for name, call, text in (("upload", _upload, "store a curve in an instrument and read it back"),
                             ("download", _download, "write a curve of an instrument into a file")):  # fmt: skip
        sub = action(name, call, text)
        sub.add_argument("curve" if name == "upload" else "file", type=str if name == "upload" else Path)
        sub.add_argument("port", help='"/dev/serial/by-id/...", "socket://host:7777" or "rfc2217://host:port"')
        sub.add_argument("slot", type=int, help="number of the curve")
        sub.add_argument("--model", default="lakeshore335", help="of the instrument (default lakeshore335)")
        if name == "upload":
            sub.add_argument("--force", action="store_true", help="replace a curve that is there or in use")
            sub.add_argument("--serial", help="the sensor it has to be about")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


# --- curves by name ----------------------------------------------------------------------------------


def load(name: str, serial: str | None = None) -> Calibration:
    """Return a calibration by file name or by its name in the catalogue."""
    from cryoioc.curves import BadCurve, catalogue, files

    path = Path(name)
    if path.suffix.lower() in files.READERS or path.exists():
        return files.read(path, serial)
    calibration = catalogue.delivered(name)
    if serial is not None and calibration.serial != serial:
        raise BadCurve(f"{name} is a curve of sensor {calibration.serial!r}, expected {serial!r}")
    return calibration


def _curve(name: str) -> Curve:
    from cryoioc.curves import evaluator

    return evaluator(load(name))


def _breakpoints(name: str, serial: str | None = None) -> Breakpoints:
    """Return breakpoints an instrument can take; a sensor's plain name means those of its manifest."""
    from cryoioc.curves import BadCurve, Breakpoints, catalogue

    calibration = load(name, serial)
    if not isinstance(calibration, Breakpoints) and ":" not in name and not Path(name).exists():
        calibration = catalogue.instrument_curve(name)
    if not isinstance(calibration, Breakpoints):
        raise BadCurve(f"{name} has no breakpoints: make some with 'cryoioc curve fit {name} FILE.340'")
    return calibration


# --- commands ------------------------------------------------------------------------------------------


def _show(options: argparse.Namespace) -> int:
    from cryoioc.curves import Breakpoints, evaluator

    calibration = load(options.curve, options.serial)
    curve = evaluator(calibration)
    _say(f"{type(calibration).__name__} of {calibration.name or '?'}, serial {calibration.serial or '?'}")
    _say(f"{curve.low:.6g} to {curve.high:.6g} K, {curve.sensor_low:.6g} to {curve.sensor_high:.6g} {curve.unit}")
    if isinstance(calibration, Breakpoints):
        kind = calibration.format
        _say(f"format {kind.code} ({kind.words}), {len(calibration.units)} points, limit {calibration.limit:g} K, "
              f"{calibration.interpolation}")  # fmt: skip
    for kelvin in options.at:
        reading, slope = curve.sensor(kelvin), float(curve.slope(kelvin))
        sensitivity = float(curve.sensitivity(kelvin))
        _say(f"{kelvin:g} K  {reading:.7g} {curve.unit}  {slope:.6g} {curve.unit}/K  dlogR/dlogT {sensitivity:.5f}")
    return 0


def _convert(options: argparse.Namespace) -> int:
    from cryoioc.curves import files

    files.write(options.file, load(options.curve, options.serial))
    _say(f"{options.file} written")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from cryoioc.curves.compare import band_errors
    from cryoioc.curves.plot import errors_figure

    reference = _curve(options.reference)
    curves = {name: _curve(name) for name in options.curve}
    for name, curve in curves.items():
        table = Table("from K", "to K", "largest mK", "at K", "rms mK", title=f"{name} against {options.reference}")
        for band in band_errors(curve, reference):
            cells = (band.low, band.high, 1e3 * band.largest, band.at, 1e3 * band.rms)
            table.add_row(*(f"{cell:.4g}" for cell in cells))
        Console().print(table)
    if options.figure:
        errors_figure(options.figure, curves, reference, f"difference to {options.reference}")
        _say(f"{options.figure} written")
    return 0


def _fit(options: argparse.Namespace) -> int:
    from cryoioc.curves import TestData, evaluator, files
    from cryoioc.curves.making import breakpoints_of, chebychev_of

    calibration = load(options.curve)
    if options.file.suffix.lower() == ".cof":
        if not isinstance(calibration, TestData):
            raise Refused(f"{options.curve}: only test data can be fitted; a {type(calibration).__name__} is a fit")
        fit, report = chebychev_of(calibration, tuple(options.splits), tuple(options.orders))
        files.write(options.file, fit)
    else:
        if isinstance(calibration, TestData):
            fit, report = chebychev_of(calibration, tuple(options.splits), tuple(options.orders))
            curve = evaluator(fit)
            if options.spline:
                from cryoioc.curves.fit import fit_smoothing

                curve, report = fit_smoothing(calibration), ["smoothing spline of log T against log R"]
        else:
            curve, report = evaluator(calibration), []
        name = options.name or calibration.serial or calibration.name
        table, error = breakpoints_of(curve, options.points, low=options.low, high=options.high,
                                      minmax=options.minmax, name=name, serial=calibration.serial)  # fmt: skip
        files.write(options.file, table)
        report.append(f"{len(table.units)} breakpoints, {error}")
    _say("\n".join([*report, f"{options.file} written"]))
    return 0


def _plot(options: argparse.Namespace) -> int:
    from cryoioc.curves.plot import curve_figure

    curve_figure(options.figure, _curve(options.curve), options.curve)
    _say(f"{options.figure} written")
    return 0


def _upload(options: argparse.Namespace) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from cryoioc.curves.rules import prepare
    from cryoioc.curves.upload import Upload

    rules, model = _rules(options.model)
    wanted = prepare(_breakpoints(options.curve, options.serial), rules)
    for note in wanted.notes:
        _say(note)

    async def work(slots: Any) -> str:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns) as bar:
            task = bar.add_task("connecting", total=None)
            outcome = await Upload(
                slots, rules, options.slot, wanted, force=options.force,
                progress=lambda what, done, total: bar.update(task, description=what, completed=done, total=total),
            ).run()  # fmt: skip
        if not outcome.written:
            return f"curve {options.slot} is this curve already{_to(outcome.coarse)}: nothing was written"
        again = f", {outcome.rewritten} of them again" if outcome.rewritten else ""
        heaters = ", heaters stay off" if model.outputs else ""
        off = f"; input {' and '.join(outcome.inputs)} uses it again{heaters}" if outcome.inputs else ""
        if rules.own_slot and not outcome.inputs:
            off = f"; only input {options.slot - rules.slots[0] + 1} can use it"
        right = f"all read back and right{_to(outcome.coarse)}"
        return f"curve {options.slot}: {outcome.written} points written{again}, {right}{off}"

    return _connected(options, model, work)


def _to(decimals: int | None) -> str:
    return "" if decimals is None else f" to the {decimals} decimals this instrument shows"


def _download(options: argparse.Namespace) -> int:
    from cryoioc.curves import files
    from cryoioc.curves.upload import coarseness

    _, model = _rules(options.model)

    async def work(slots: Any) -> str:
        stored = await slots.read(options.slot)
        if not stored.used:
            raise Refused(f"curve {options.slot} holds no points")
        if (coarse := coarseness(model, stored)) is not None and not stored.distinct:
            raise Refused(f"curve {options.slot} is shown to {coarse} decimals, on which points of it are one")
        files.write(options.file, stored.breakpoints())
        if coarse is not None:
            _say(f"the instrument shows {coarse} decimals of each point: the file is rounded to them")
        return f"{options.file}: {stored.header.name} ({stored.header.serial}), {len(stored.used)} points"

    return _connected(options, model, work)


def _rules(name: str) -> tuple[Any, Any]:
    from cryoioc.curves.rules import RULES
    from cryoioc.devices.lakeshore import MODELS

    if name not in RULES:
        raise Refused(f"no curves can be sent to a {name!r}; there are {', '.join(MODELS)}")
    if not RULES[name].driver:
        raise Refused(f"a {name} is known by its rules only: there is no driver for it yet")
    return RULES[name], MODELS[name]


def _connected(options: argparse.Namespace, model: Any, work: Callable[[Any], Coroutine[Any, Any, str]]) -> int:
    from cryoioc.curves.instrument import connected
    from cryoioc.curves.slots import Slots

    async def run() -> str:
        clock = Clock()
        opener = partial(open_port, options.port, settings_for(options.port, DIALECTS[model.name].settings))
        async with connected(model, opener, clock) as (link, identity):
            _say(f"{identity.model} {identity.serial}, firmware {identity.firmware}")
            return await work(Slots(model, link.transact, clock))

    try:
        _say(asyncio.run(run()))
    except KeyboardInterrupt:
        raise Refused(f"interrupted; 'curve download' shows what curve {options.slot} holds") from None
    return 0
