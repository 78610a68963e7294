"""The day as a figure for the wall: temperatures, flow, heaters and helium, with the sheet's points on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cryoioc.errors import CryoError
from cryosim.acceptance_day import Day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VAPORIZER, SAMPLE, SHIELD, FLOW, HELIUM = "#b5342c", "#1f5f99", "#8a8f94", "#2c7a54", "#6b4c9a"
Corner = Literal["lower right", "upper right", "upper left"]
CORNERS: tuple[Corner, ...] = (
    "lower right",
    "upper right",
    "upper left",
    "upper left",
)  # of the legends, where no curve runs
BEGINS = 6.75  # h on the sheet's clock, minute 0 of the day

# Minute, value, as on the sheet.
SHEET_VAPORIZER = (
    (0, 293.68),
    (12, 10.0),
    (45, 4.34),
    (60, 2.0),
    (80, 5.02),
    (90, 5.01),
    (110, 13),
    (125, 145),
    (160, 295),
)
SHEET_SAMPLE = ((0, 293.50), (45, 4.16), (80, 4.98), (90, 4.97), (110, 15.01), (125, 150.01), (160, 300.01))
SHEET_FLOW = ((80, 18.0), (90, 17.6), (110, 8.8), (125, 5.0), (160, 4.5))
SHEET_HEATER = ((110, 11), (125, 42), (160, 40))
SHEET_HELIUM = ((160, 3.0),)
# Begin of each part of the sheet, min.
PARTS = (
    (0, "cooldown"),
    (12, "shield cools"),
    (45, "liquid"),
    (55, "superfluid"),
    (66, "5 K on flow alone"),
    (105, "13 K"),
    (110, "145 K"),
    (125, "295 K"),
)


class NoPlot(CryoError):
    """Matplotlib is not installed, or the file cannot be written."""


def draw(day: Day, path: Path, title: str) -> None:
    """Draw the day.

    Raises
    ------
    NoPlot
        Without matplotlib, or when the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NoPlot("--plot needs matplotlib: pip install matplotlib") from error
    figure = Figure(figsize=(16.5, 11.7), layout="constrained")  # A3, inches
    FigureCanvasAgg(figure)
    axes = figure.subplots(4, 1, sharex=True, height_ratios=[4, 1.6, 1.6, 1.3])
    figure.suptitle(title, x=0.01, ha="left", fontsize=20, fontweight="bold")
    minutes = [look.minutes for look in day.log]
    _temperatures(axes[0], minutes, day)
    _curve(axes[1], minutes, [look.flow for look in day.log], FLOW, "flow at the meter", SHEET_FLOW)
    axes[1].set(ylabel="SLPM (70 °F)", ylim=(0, 60))
    _curve(axes[2], minutes, [look.heater for look in day.log], VAPORIZER, "vaporizer", SHEET_HEATER)
    _curve(axes[2], minutes, [look.second_heater for look in day.log], SAMPLE, "sample mount", ())
    axes[2].set(ylabel="heater, % of current", ylim=(0, 105))
    _curve(axes[3], minutes, [look.used for look in day.log], HELIUM, "liquid drawn", SHEET_HELIUM)
    axes[3].set(ylabel="liquid helium, L", ylim=(0, 4))
    for number, (ax, corner) in enumerate(zip(axes, CORNERS, strict=True)):
        _dress(ax, corner, named=number == 0)
    _clock(axes[3])
    try:
        figure.savefig(path, dpi=200)
    except (OSError, ValueError) as error:
        raise NoPlot(f"{path}: {error}") from error


def _temperatures(ax: Axes, minutes: list[float], day: Day) -> None:
    _curve(ax, minutes, [look.shield for look in day.log], SHIELD, "radiation shield", ())
    _curve(ax, minutes, [look.vaporizer for look in day.log], VAPORIZER, "vaporizer, Cernox X138113", SHEET_VAPORIZER)
    _curve(ax, minutes, [look.sample for look in day.log], SAMPLE, "sample mount, DT-670", SHEET_SAMPLE)
    ax.set(yscale="log", ylabel="temperature, K", ylim=(1.3, 420))
    ticks = [1.5, 2, 3, 4.2, 6, 10, 20, 50, 100, 200, 300]
    ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()


def _curve(
    ax: Axes, minutes: list[float], values: list[float], colour: str, label: str, sheet: tuple[tuple[float, float], ...]
) -> None:
    ax.plot(minutes, values, color=colour, lw=1.8, label=label)
    if sheet:
        points: dict[str, Any] = {"s": 70, "facecolor": "white", "edgecolor": colour, "linewidth": 2, "zorder": 5}
        ax.scatter(*zip(*sheet, strict=True), **points, label=f"{label.split(',')[0]}, on the sheet")


def _dress(ax: Axes, corner: Corner, named: bool) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#e3e3e3", lw=0.8)
    ax.set_axisbelow(True)
    ax.margins(x=0.01)
    for minute, name in PARTS:
        ax.axvline(minute, color="#c8c8c8", lw=0.9, ls=(0, (4, 3)), zorder=0)
        if named:
            ax.text(minute + 0.6, 395, name, fontsize=10, color="#555555", va="top", rotation=0)
    ax.legend(loc=corner, frameon=True, framealpha=0.9, edgecolor="none", fontsize=11)


def _clock(ax: Axes) -> None:
    ticks = range(0, 165, 15)
    ax.set_xticks(list(ticks), [f"{int(BEGINS + t / 60)}:{int(round((BEGINS + t / 60) % 1 * 60)):02d}" for t in ticks])
    ax.set_xlabel("clock of the sheet, 9 March 2019")
