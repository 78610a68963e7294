"""What a drill is made of, job by job, and a file that keeps what was done, so that a broken off drill goes on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cryoioc
import cryosim
from cryoioc.errors import CryoError
from cryoioc.rehearsal.clean import Clean
from cryoioc.rehearsal.clean import run as clean_run
from cryoioc.rehearsal.drill import play
from cryoioc.rehearsal.drill_play import Outcome
from cryoioc.rehearsal.drill_watch import Seen
from cryoioc.station import Station
from cryosim.drill.draw import Draw, draw, timed

PROTECTED, CONTROL, TIMED, CLEAN = "protected", "control", "timed", "clean"
# They show what was found, or play again over TCP, which is not kept: no result is another one by them.
BESIDE = ("drill_command.py", "drill_jobs.py", "drill_pool.py", "drill_processes.py", "drill_report.py",
          "drill_tables.py", "remote.py")  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One draw with interlocks or without, one reaction, or one life of a healthy cryostat."""

    kind: str
    seed: int
    number: int
    seconds: float = 0.0  # of a life

    @property
    def draw(self) -> Draw:
        """What is played; of no life."""
        return timed(self.seed, self.number) if self.kind == TIMED else draw(self.seed, self.number)

    def outcome(self, seen: Seen) -> Outcome:
        """Return what was seen, with its draw."""
        return Outcome(self.draw, self.kind != CONTROL, seen)


def perform(station: Station, job: Job) -> Seen | Clean:
    """Do a job."""
    if job.kind == CLEAN:
        return clean_run(station, job.seconds, job.number)
    return play(station, job.draw, protected=job.kind != CONTROL).seen


class Kept:
    """Results of jobs in a file, one line of JSON each, good for the code and the station they were found with.

    Parameters
    ----------
    path : Path or None
        None: nothing is kept.
    station : Station

    Raises
    ------
    CryoError
        When the file cannot be read, or holds something else.
    """

    def __init__(self, path: Path | None, station: Station) -> None:
        self.path, self.code = path, fingerprint(station)
        self._results: dict[Job, Seen | Clean] = {}
        if path is not None and path.exists():
            self._results.update(self._read(path))

    def _read(self, path: Path) -> Iterator[tuple[Job, Seen | Clean]]:
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CryoError(f"{path}: cannot be read: {error}") from error
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
                if entry["code"] == self.code:
                    job = Job(**entry["job"])
                    yield job, _result(job, entry["result"])
            except (ValueError, TypeError, KeyError) as error:
                if number == len(lines):  # the drill was broken off in the middle of it
                    path.write_text("".join(f"{whole}\n" for whole in lines[:-1]), "utf-8")
                    return
                raise CryoError(f"{path}: line {number}: expected a result of a drill, found {line:.40}") from error

    def get(self, job: Job) -> Seen | Clean | None:
        """Return what a job has shown before."""
        return self._results.get(job)

    def add(self, job: Job, result: Seen | Clean) -> None:
        """Keep what a job has shown."""
        if self.path is None:
            return
        line = json.dumps({"code": self.code, "job": asdict(job), "result": vars(result)})
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _result(job: Job, fields: dict[str, object]) -> Seen | Clean:
    if job.kind != CLEAN:
        return Seen(**fields)  # type: ignore[arg-type]
    clean = Clean(**fields)  # type: ignore[arg-type]
    return replace(clean, trips=Counter(clean.trips), scenes=Counter(clean.scenes))


def fingerprint(station: Station) -> str:
    """Return what tells code and station file from others: all but where the file is, and ``BESIDE``."""
    digest = hashlib.sha256(repr(replace(station, path=Path())).encode())
    for package in (cryoioc, cryosim):
        folder = Path(package.__file__ or "").parent
        for file in sorted(folder.rglob("*.py")):
            if file.name not in BESIDE:
                digest.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]
