"""Which file is which: reading by name, writing by kind; nothing is half read and nothing half written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryoioc.curves.errors import CurveFileError
from cryoioc.curves.files import cof, columns, headed, text
from cryoioc.curves.tables import Breakpoints, Calibration, ChebychevFit, InterpolationTable, TestData

READERS: dict[str, Callable[[text.Text], Calibration]] = {
    ".340": headed.read_headed,
    ".34a": headed.read_headed,
    ".330": headed.read_headed,
    ".91c": headed.read_headed,
    ".93c": headed.read_headed,
    ".curve": headed.read_headed,
    ".234": columns.read_234,
    ".dat": columns.read_dat,
    ".tbl": columns.read_tbl,
    ".cof": cof.read_cof,
    ".csv": columns.read_csv,
}
"""By the ending of the file's name; a cubic spline (format 7) is a .340 or .csv with a curvature column."""

BREAKPOINT_WRITERS: dict[str, Callable[[Breakpoints], str]] = {
    ".340": headed.write_340,
    ".34a": headed.write_34a,
    ".330": headed.write_330,
    ".91c": headed.write_330,
    ".93c": headed.write_330,
    ".234": columns.write_234,
    ".csv": columns.write_csv,
}


def read(path: Path, serial: str | None = None) -> Calibration:
    """Read a calibration file.

    Parameters
    ----------
    path : Path
        Its ending says what it is.
    serial : str, optional
        The sensor it has to be about; files that name none are refused then.

    Raises
    ------
    CurveFileError
        One line: file, line, what is wrong.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise CurveFileError(f"{path}: an ending out of {', '.join(READERS)} is expected")
    content = text.load(path)
    calibration = reader(content)
    if serial is not None:
        headed.expect_serial(content, calibration.serial, serial)
    return calibration


def render(calibration: Calibration, ending: str) -> str:
    """Return the text of a file of that ending; CurveFileError if this kind of data has no such file."""
    ending = ending.lower()
    if isinstance(calibration, Breakpoints) and ending in BREAKPOINT_WRITERS:
        return BREAKPOINT_WRITERS[ending](calibration)
    if isinstance(calibration, TestData) and ending == ".dat":
        return columns.write_dat(calibration)
    if isinstance(calibration, InterpolationTable) and ending == ".tbl":
        return columns.write_tbl(calibration)
    if isinstance(calibration, ChebychevFit) and ending == ".cof":
        return cof.write_cof(calibration)
    raise CurveFileError(f"{type(calibration).__name__} cannot be written as {ending or 'a file without ending'}")


def write(path: Path, calibration: Calibration) -> None:
    """Write a file as a whole or not at all."""
    content = render(calibration, path.suffix)
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(content, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise CurveFileError(f"{path}: {error.strerror or error}") from error
