"""The world itself: speed, pause, and states to begin from, to save and to load."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.records import Put, Record
from cryosim.plant.protocol import Playable
from cryosim.plant.stvp import Stvp
from cryosim.pvs.board import Board
from cryosim.pvs.pace import FASTEST, SLOWEST, Pacing

LAGS = 0.9  # share of the speed asked for below which SPEED:REACHED complains
LONGEST_NAME = 200  # bytes of the name of a state


class Tachometer:
    """How fast the world really goes, between one look and the next."""

    def __init__(self, pacing: Pacing) -> None:
        self.pacing = pacing
        self._real = Clock()
        self._last: tuple[float, float] | None = None

    def look(self) -> float | None:
        """Return world seconds per second since the last look; None when no time has passed."""
        now = (self.pacing.world.elapsed, self._real.now())
        before, self._last = self._last, now
        if before is None or not now[1] > before[1]:
            return None
        return (now[0] - before[0]) / (now[1] - before[1])


def add_pacing(board: Board, pacing: Pacing) -> None:
    """Declare speed, pause and the time of the world."""
    board.setting(
        Record(name="SPEED", kind="ao", unit="s/s", precision=1, low=SLOWEST, high=FASTEST,
               doc="World seconds per second"),
        lambda: pacing.speed,
        lambda request: pacing.set_speed(request.value),
    )  # fmt: skip
    board.setting(
        Record(name="PAUSE", kind="bo", states=("Running", "Paused"), doc="World stands still, instruments answer"),
        lambda: pacing.paused,
        lambda request: pacing.pause(bool(request.index)),
        {"Paused": "MINOR"},
    )
    board.reading(
        Record(name="TIME", kind="ai", unit="s", precision=1, doc="Since the world began"),
        lambda: pacing.world.elapsed,
    )


def add_reached(board: Board, pacing: Pacing) -> Tachometer:
    """Declare the speed that is reached; who looks at the tachometer posts it."""
    board.declare(Record(name="SPEED:REACHED", kind="ai", unit="s/s", precision=1, doc="Speed this computer reaches"))
    return Tachometer(pacing)


def post_reached(board: Board, tachometer: Tachometer) -> None:
    """Show the speed that is reached; MINOR when it falls behind."""
    reached = tachometer.look()
    if reached is None:
        return
    lags = not tachometer.pacing.paused and reached < LAGS * tachometer.pacing.speed
    severity = ("SOFT", "MINOR") if lags else ("NO_ALARM", "NO_ALARM")
    board.channels["SPEED:REACHED"].post(reached, status=severity[0], severity=severity[1])


def add_resets(board: Board, plant: Playable) -> None:
    """Declare what a plant can begin anew from."""
    for state in plant.STATES:
        board.command(f"RESET:{state.upper()}", f"Begin anew, {state}", partial(plant.reset, state))


def add_files(board: Board, plant: Stvp, folder: Path | None) -> None:
    """Declare save and load.

    Parameters
    ----------
    board : Board
    plant : Stvp
    folder : Path or None
        Where saved states are; None when nobody has said.
    """
    def save(request: Put) -> None:
        path = _within(folder, request.value)
        fresh = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            plant.save(fresh)
            fresh.replace(path)
        except OSError as error:
            raise Refused(f"cannot write {request.value}: {error.strerror}") from error
        request.channel.post(request.value)

    def load(request: Put) -> None:
        path = _within(folder, request.value)
        _try(plant, path)
        plant.load(path)
        request.channel.post(request.value)

    for name, doc, act in (("SAVE", "File to save plant and hands to", save), ("LOAD", "File to load them from", load)):
        record = Record(name=name, kind="charout", length=LONGEST_NAME, doc=doc, writable=True, initial="")
        board.accept(board.declare(record), act)


def _try(plant: Stvp, path: Path) -> None:
    """Let another plant go on from a saved state: one that ends it must not reach the one that is served.

    Raises
    ------
    BadState, Refused
        When it cannot.
    """
    other = Stvp(plant.parameters, substep=plant.substep)
    try:
        other.load(path)
        before = other.state.seconds
        other.advance(1.0)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Refused(f"no plant can go on from {path.name}: {error}") from error
    if not other.state.seconds > before:
        raise Refused(f"no plant can go on from {path.name}: its time stands still")


def _within(folder: Path | None, name: str) -> Path:
    """Return the path of a saved state.

    Raises
    ------
    Refused
        When it would lie elsewhere than in the folder.
    """
    if folder is None:
        raise Refused("no folder: --states or state_dir of the station")
    if not name.strip():
        raise Refused("name of a file expected")
    path = (folder / name.strip()).resolve()
    if path == folder.resolve() or not path.is_relative_to(folder.resolve()):
        raise Refused(f"not in the folder of states: {name}")
    return path
