"""Health of host and process in devIocStats names, below ``IOC:``; what the process itself counts is the station's.

``SYSRESET`` is left out: a PV with which anybody ends the process is none that a cryostat should have.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

from cryoioc.pvs.about import About
from cryoioc.pvs.desk import Group
from cryoioc.records import Record
from cryoioc.station import Station

SLOW = About(sampled=60.0)
LOOKED = 10  # ticks between two looks at the host
MEMORY = Path("/proc/meminfo")  # Linux; elsewhere these PVs stay undefined
OWN_PAGES = Path("/proc/self/statm")  # the second number is resident


class Health:
    """PVs of host and process.

    Parameters
    ----------
    group : Group
        The station's own group.
    station : Station
        Who is responsible, and where it is.
    """

    def __init__(self, group: Group, station: Station) -> None:
        self._ticks = 0
        texts = (
            ("ENGINEER", "Who is responsible", station.engineer),
            ("LOCATION", "Where it is", station.location),
            ("ST_SCRIPT", "Station file", station.path.name),
            ("APP_DIR", "Folder of the station file", str(station.path.parent)),
            ("PARENT_ID", "Parent process", str(os.getppid())),
        )
        for name, doc, text in texts:
            group.declare(Record(name=f"IOC:{name}", kind="stringin", doc=doc)).post(_short(text))
        self._time = group.declare(Record(name="IOC:TOD", kind="stringin", doc="Time of this host, UTC"))
        starts = int(group.desk.saved.get("IOC:START_CNT") or 0) + 1
        group.desk.saved.put("IOC:START_CNT", starts)
        group.declare(Record(name="IOC:START_CNT", kind="longin", doc="Starts, over all restarts")).post(starts)
        self._numbers = {
            name: group.declare(Record(name=f"IOC:{name}", kind="ai", precision=digits, unit=unit, doc=doc), about=SLOW)
            for name, unit, digits, doc in (
                ("SYS_CPU_LOAD", "%", 1, "Load of all cores of the host"),
                ("MEM_USED", "byte", 0, "Resident memory of this process now"),
                ("MEM_FREE", "byte", 0, "Memory the host has left"),
                ("MEM_MAX", "byte", 0, "Memory of the host"),
            )
        }
        self._files = {
            name: group.declare(Record(name=f"IOC:{name}", kind="longin", unit="files", doc=doc), about=SLOW)
            for name, doc in (("FD_MAX", "Files that may be open"), ("FD_FREE", "Files that may still be opened"))
        }

    def tick(self, open_files: int) -> None:
        """Bring them up to date; called about once a second."""
        self._time.post(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()))
        self._ticks += 1
        if self._ticks % LOOKED != 1:
            return
        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._files["FD_MAX"].post(min(most, 2**31 - 1))
        self._files["FD_FREE"].post(min(most, 2**31 - 1) - open_files)
        self._numbers["SYS_CPU_LOAD"].post(100.0 * os.getloadavg()[0] / (os.cpu_count() or 1))
        if sys.platform == "linux":
            memory = dict(line.split(":") for line in MEMORY.read_text().splitlines())
            for name, key in (("MEM_FREE", "MemAvailable"), ("MEM_MAX", "MemTotal")):
                self._numbers[name].post(1024.0 * int(memory[key].split()[0]))  # the kernel says kB
            pages = int(OWN_PAGES.read_text().split()[1])
            self._numbers["MEM_USED"].post(float(pages * resource.getpagesize()))


def _short(text: str) -> str:
    """Return a text as a PV holds it; of a long one the end says more."""
    plain = text.encode("ascii", "replace").decode()
    return plain if len(plain) <= 39 else "..." + plain[-36:]
