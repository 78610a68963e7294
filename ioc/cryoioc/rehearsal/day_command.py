"""``cryoioc day``: a day of healthy life through the whole chain, of which nothing may trip."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cryoioc.clock import run_virtual
from cryoioc.rehearsal.command import insist_on_plant
from cryoioc.rehearsal.day_person import Person
from cryoioc.rehearsal.day_scenes import DAY, WHOLE_DAY, Doing
from cryoioc.rehearsal.day_watch import Seen, Watch, clock_time
from cryoioc.rehearsal.drill_tables import table
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station
from cryosim.acceptance_report import Markers, parts, write
from cryosim.mounting.rack import Equipment

FAILED = 1  # exit status
PLACE = Markers("<!-- day: begin, written by `make day` -->", "<!-- day: end -->")
TITLE = "A day of healthy life"
ROOM = 290.0  # K
SETTLES = 30.0  # s, until every input has been read of a cryostat that begins anew
COLUMNS = ("from", "what", "vaporizer, K", "sample, K", "flow, SLPM", "heaters, %", "UNANSWERED at most, J")

Tell = Callable[[str, float], None]


def run(station: Station, document: Path | None) -> int:
    """Live the day; return 0 when nothing went wrong, else 1.

    Raises
    ------
    CryoError
        When the station is another one, or the document has no place for the result.
    """
    insist_on_plant(station)
    if document:
        parts(document, PLACE)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[part]}"), TimeElapsedColumn())
    begun = time.process_time()
    with Progress(*columns, console=Console(), transient=True) as progress:
        task = progress.add_task(TITLE, total=60.0 * DAY, part="")
        seen = live(station, WHOLE_DAY, tell=lambda part, now: progress.update(task, completed=now, part=part))
    text = markdown(seen, seen.seconds / (time.process_time() - begun))
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
    if document:
        write(document, [text], PLACE)
    return FAILED if seen.wrong else 0


def live(station: Station, scenes: Sequence[tuple[str, Doing]], *, warm: bool = True,
         tell: Tell = lambda part, now: None) -> Seen:  # fmt: skip
    """Play scenes in this process, on the virtual clock, with noise on the readings and interlocks as they are.

    Parameters
    ----------
    station : Station
        Of the STVP.
    scenes : sequence
        What each is called, and who does it.
    warm : bool
        Begin warm, instead of as the station file says.
    tell : callable
        Told the name of each as it begins, and the time of the day, [s].
    """

    async def play() -> Seen:
        # A rehearsal leaves nothing behind.
        stage = Stage(replace(station, state_dir=""), Equipment(noise=True))
        async with stage.open():
            if warm:
                await stage.put("TWIN:RESET:WARM")
            while warm and stage.get("VAP:TEMP") < ROOM:
                await stage.wait()
            await stage.clock.sleep(SETTLES)
            await stage.ready()
            watch = Watch(stage)
            person = Person(stage, watch)
            for name, doing in scenes:
                watch.begin(name)
                tell(name, watch.elapsed)
                await doing(person)
            return watch.seen

    return run_virtual(play())


def markdown(seen: Seen, speed: float) -> str:
    """Return what the day has shown, for terminal and page."""
    rows = [
        (clock_time(part.begun), part.name, f"{part.vaporizer:.2f}", f"{part.sample:.2f}", f"{part.flow:.1f}",
         " and ".join(f"{percent:.0f}" for percent in part.heaters), f"{part.unanswered:.0f}")
        for part in seen.parts
    ]  # fmt: skip
    counted = (
        f"{seen.interlocks} interlocks and {seen.alarms} PVs of the alarm tree, followed through {seen.events} events; "
        f"{seen.puts} puts."
    )
    verdict = ["**Not so:**", "\n".join(f"* {what}" for what in seen.wrong)] if seen.wrong else [
        "Nothing tripped, nothing else was MAJOR, nothing was refused, and everything that was waited for came. "
        f"Rightly MAJOR for a while: {', '.join(sorted(seen.expected)) or 'nothing'}."
    ]  # fmt: skip
    title = f"### {clock_time(seen.seconds)} h of plant time, {speed:.0f} x real time on one core"
    return "\n\n".join((title, *verdict, counted, table(COLUMNS, rows)))
