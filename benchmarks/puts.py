"""Figures of (b): from a client's put to the last byte of its command on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.limits import put_delay, silent_chain
from benchmarks.rates import line_of, state, traffic_of
from benchmarks.report import Table
from benchmarks.session import BEGINNING, KINDS, Kind, Put, Session
from benchmarks.wirelog import Message, Window, find_command, first_asked

PARTS = (50.0, 95.0, 99.0)  # percent
WANTED = {True: (60.0, 120.0), False: (130.0, 190.0)}  # ms, median and 99 %; one message, read-modify-write
COLUMNS = ("put", "n", "wanted", "measured", "longest", "limit", "how the limit comes about (ms)")


@dataclass(frozen=True)
class Delay:
    """A put that was found on the wire."""

    put: Put
    seconds: float
    characters: int  # of the message, up to the end of the command
    message: Message  # with the command
    before: Message  # the one before it


def delays(session: Session, puts: Iterable[Put]) -> list[Delay]:
    """Return the puts whose command is on the wire; one that was refused is not."""
    found = []
    character = line_of(session).character
    for put in puts:
        command = find_command(session.messages, put.kind.command, put.value, put.issued)
        if command is not None and command[0].sent < put.done:
            message, characters = command
            before = session.messages[session.messages.index(message) - 1]
            sent = message.sent - (message.size - characters) * character
            found.append(Delay(put, sent - put.issued, characters, message, before))
    return found


def table(session: Session) -> Table:
    """Return the delays of the puts under steady load."""
    puts = [put for put in session.puts if session.steady[0] <= put.issued < session.steady[1]]
    out = Table(f"Puts: {session.setup.title}, {state(session)}", COLUMNS, note=_failures(puts))
    found = delays(session, puts)
    for kind in KINDS:
        _row(out, session, kind.title, kind, [delay for delay in found if delay.put.kind is kind])
    return out


def beginning(session: Session) -> Table:
    """Return the delays of the puts made within the first seconds of a query that is not answered."""
    windows: list[Window] = []
    for since, query in session.muted:
        onset = first_asked(session.messages, query, since)
        if onset is not None:
            windows.append((onset.sent - 0.1, onset.sent + BEGINNING))
    puts = [put for put in session.puts if any(begin <= put.issued < end for begin, end in windows)]
    title = f"Puts in the first {BEGINNING:g} s: {session.setup.title}, {state(session)}, {len(windows)} beginnings"
    out = Table(title, COLUMNS, note=_failures(puts))
    found = delays(session, puts)
    for one_message, name in ((True, "one message"), (False, "read-modify-write")):
        some = [delay for delay in found if delay.put.kind.one_message is one_message]
        if session.bad_unit == "all":
            _silent_row(out, session, name, some)
        elif some:
            _row(out, session, name, some[0].put.kind, some)
    return out


def _failures(puts: Iterable[Put]) -> str:
    failed = [put for put in puts if put.error]
    return f"{len(failed)} puts failed, the first: {failed[0].error}" if failed else ""


def _row(out: Table, session: Session, name: str, kind: Kind, found: list[Delay]) -> None:
    median, worst = WANTED[kind.one_message]
    wanted = f"<= {median:.0f} / - / {worst:.0f} ms"
    if not found:
        out.add(name, "0", wanted, "-", "-", "-", "")
        return
    line, traffic = line_of(session), traffic_of(session)
    command = float(np.mean([delay.characters for delay in found]))
    before = 0.0 if kind.one_message else float(np.mean([d.before.size + d.before.reply_size for d in found]))
    limits = [put_delay(line, traffic, command, before, percent / 100.0) for percent in PARTS]
    out.add(name, str(len(found)), wanted, *_measured(found), f"{_triple(1e3 * limit.value for limit in limits)} ms",
            limits[0].formula)  # fmt: skip


def _silent_row(out: Table, session: Session, name: str, found: list[Delay]) -> None:
    """Add a row whose limit is that of the worst moment: a reply is waited for that never comes."""
    if not found:
        return
    command = float(np.mean([delay.characters for delay in found]))
    identification = next(m for m in session.messages if "*IDN?" in m.queries)
    size = identification.size + identification.reply_size
    limit = silent_chain(line_of(session), traffic_of(session), command, size)
    out.add(name, str(len(found)), "reported apart", *_measured(found), f"{1e3 * limit.value:.0f} ms at worst",
            limit.formula)  # fmt: skip


def _measured(found: list[Delay]) -> tuple[str, str]:
    times = [1e3 * delay.seconds for delay in found]
    return f"{_triple(np.percentile(times, PARTS))} ms", f"{max(times):.0f} ms"


def _triple(numbers: Iterable[float]) -> str:
    return " / ".join(f"{number:.0f}" for number in numbers)
