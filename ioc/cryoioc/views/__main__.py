"""``python -m cryoioc.views FOLDER``: write the generated pages of the documentation."""

from __future__ import annotations

import sys
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views import safety
from cryoioc.views.reference import as_reference, station_reference


def pages(station_file: Path) -> dict[str, str]:
    """Return the generated pages by file name."""
    station = load(station_file)
    return {
        "pv-reference.md": as_reference(Ioc(station, Clock()).desk, station.prefix) + "\n",
        "station-file.md": station_reference(),
    }


def main(arguments: list[str]) -> int:
    """Write the pages of the station file ``arguments[0]`` into the folder ``arguments[1]``."""
    station_file, folder = Path(arguments[0]), Path(arguments[1])
    for name, text in pages(station_file).items():
        (folder / name).write_text(text)
    page = folder / "safety.md"
    text = page.read_text()
    for name in safety.MARKS:
        text = safety.with_table(text, safety.as_table(Ioc(load(station_file.parent / name), Clock())), name)
    page.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
