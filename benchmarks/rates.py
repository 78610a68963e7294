"""Figures of (a): how often each quantity arrives, counted on the wire and at a client."""

from __future__ import annotations

import numpy as np

from benchmarks.limits import Limit, Line, Part, Traffic, fast_rate, longest_gap, part, slow_rate
from benchmarks.report import Table
from benchmarks.session import BEGINNING, NEVER_ANSWERED, Session
from benchmarks.twin import BAUD, LATENCY
from benchmarks.wirelog import (
    SENTINEL,
    Message,
    Window,
    answer_sizes,
    answer_times,
    changes,
    first_alone,
    first_asked,
    longest_silence,
    within,
)

FAST = {"temperatures": "KRDG", "reading status": "RDGST", "heater outputs": "HTR", "ranges": "RANGE"}
MOVING = {"sensor units": "SRDG", "working setpoints": "SETP", "ramp states": "RAMPST"}
FAST_WANTED, MOVING_WANTED, SETTING_WANTED = 9.5, 2.0, 10.0  # Hz, Hz, s
COLUMNS = ("quantity", "wanted", "measured", "limit", "how the limit comes about")


def line_of(session: Session) -> Line:
    """Return the line of a session, for its limits."""
    return Line(BAUD if session.setup.serial else 0, LATENCY)


def traffic_of(session: Session) -> Traffic:
    """Return the polls of a session in the time without puts."""
    messages = within(session.messages, session.rates)
    begin, end = session.rates
    return Traffic(len(messages) / (end - begin), float(np.mean([m.size + m.reply_size for m in messages])))


class Asked:
    """The queries of a session by how often they are wanted, and their sizes."""

    def __init__(self, session: Session) -> None:
        messages = within(session.messages, session.steady)
        self.window, self.long_window = session.rates, session.steady
        self.sizes = answer_sizes(messages)
        self.times = answer_times(within(messages, self.window))
        self.all_times = answer_times(messages)
        names = [q for q in self.sizes if q != SENTINEL and not q.startswith("*")]
        self.fast = [q for q in names if q.split("?")[0] in FAST.values()]
        self.moving = [q for q in names if q.split("?")[0] in MOVING.values()]
        # Points of curves are compared once an hour, slowly; they are no settings that are followed.
        others = (*self.fast, *self.moving, NEVER_ANSWERED)
        self.settings = [q for q in names if q not in others and not q.startswith("CRVPT?")]

    def of(self, mnemonic: str) -> list[str]:
        """Return the queries with a mnemonic."""
        return [q for q in (*self.fast, *self.moving) if q.split("?")[0] == mnemonic]

    def rate(self, mnemonic: str) -> float:
        """Return how often the rarest of the queries with a mnemonic was answered, [Hz]."""
        begin, end = self.window
        return min((len(self.times.get(q, ())) for q in self.of(mnemonic)), default=0) / (end - begin)

    def gap(self, mnemonic: str) -> float:
        """Return the longest time without an answer to one of the queries with a mnemonic, [s]."""
        return max(longest_silence(self.times.get(q, ()), self.window) for q in self.of(mnemonic))


def table(session: Session) -> Table:
    """Return the rates of a session."""
    asked, line = Asked(session), line_of(session)
    begin, end = session.rates
    fast = part(asked.fast, asked.sizes)
    out = Table(f"Rates: {session.setup.title}, {state(session)}, {end - begin:.0f} s", COLUMNS)
    for title, mnemonic in FAST.items():
        _rate(out, title, FAST_WANTED, asked, mnemonic, fast_rate(line, fast))
    _monitors(out, session)
    limit = slow_rate(line, fast, part(asked.moving, asked.sizes))
    for title, mnemonic in MOVING.items():
        _rate(out, title, MOVING_WANTED, asked, mnemonic, limit)
    _settings(out, asked, line, fast)
    traffic = traffic_of(session)
    out.add("messages", "", f"{traffic.rate:.2f} Hz", f"{1 / line.message_time(traffic.characters):.2f} Hz",
            f"1/({line.formula(traffic.characters)} ms): characters of the mean message")  # fmt: skip
    out.add("violations of the 50 ms rule", "0", f"{session.violations}", "0", f"of {len(session.messages)} messages")
    return out


def state(session: Session) -> str:
    """Say what the instrument does not answer."""
    if session.bad_unit is None:
        return "everything answered"
    rest = "the rest of its chain is answered" if session.bad_unit == "others" else "its whole chain is silent"
    return f"{NEVER_ANSWERED} never answered, {rest}"


def _rate(out: Table, title: str, wanted: float, asked: Asked, mnemonic: str, limit: Limit) -> None:
    measured = f"{asked.rate(mnemonic):.2f} Hz (longest gap {1e3 * asked.gap(mnemonic):.0f} ms)"
    out.add(title, f">= {wanted:g} Hz", measured, f"{limit.value:.1f} Hz", limit.formula)


def _monitors(out: Table, session: Session) -> None:
    """Add what arrived at the client: a reading that is the same as before makes no event."""
    begin, end = session.rates
    messages = within(session.messages, session.rates)
    changed = {query: changes(messages, query) / (end - begin) for query in session.events}
    events = {query: (len(heard) - 1) / (end - begin) for query, heard in session.events.items()}
    fewest = min(events, key=lambda query: events[query] - changed[query])
    out.add("temperatures at the client", "each change", f"{events[fewest]:.2f} Hz", f"{changed[fewest]:.2f} Hz",
            f"changes of the answer to {fewest} on the wire")  # fmt: skip
    late = np.percentile(_lateness(session, messages), [50, 99]) * 1e3
    out.add("from the reply to the client", "", f"{late[0]:.1f} ms (99 %: {late[1]:.1f} ms)", "0 ms",
            "last byte to event")  # fmt: skip


def _lateness(session: Session, messages: list[Message]) -> list[float]:
    """Return the time from the last byte of a reply to its event at the client, [s]."""
    late = []
    for query, heard in session.events.items():
        replies = [(m.replied, float(m.answers[m.queries.index(query)])) for m in messages
                   if m.complete and m.replied is not None and query in m.queries]  # fmt: skip
        for when, value in heard[1:]:
            same = [replied for replied, answer in replies if replied <= when and abs(answer - value) < 1e-6]
            if same:
                late.append(when - same[-1])
    return late or [float("nan")]


def _settings(out: Table, asked: Asked, line: Line, fast: Part) -> None:
    limit = longest_gap(line, fast, part(asked.settings, asked.sizes))
    out.add(f"every setting ({len(asked.settings)}), longest gap", f"<= {SETTING_WANTED:g} s",
            _rarest(asked.settings, asked.times, asked.window), f"{limit.value:.2f} s", limit.formula)  # fmt: skip
    out.add("the same, with two puts a second", "", _rarest(asked.settings, asked.all_times, asked.long_window),
            f"{limit.value:.2f} s", "as above; what the puts need comes on top")  # fmt: skip


def _rarest(queries: list[str], times: dict[str, list[float]], window: Window) -> str:
    gaps = {query: longest_silence(times.get(query, ()), window) for query in queries}
    worst = max(gaps, key=lambda query: gaps[query])
    return f"{gaps[worst]:.2f} s ({worst})"


def beginnings(session: Session) -> Table:
    """Return what happens to the fast readings until a query that is not answered is found out."""
    columns = ("query", "asked alone after", f"temperatures in the first {BEGINNING:g} s", "longest gap")
    out = Table(f"Finding out: {session.setup.title}, {state(session)}", columns)
    for since, query in session.muted:
        onset = first_asked(session.messages, query, since)
        if onset is None:
            continue
        alone = first_alone(session.messages, query, onset.sent)
        found = f"{1e3 * (alone.sent - onset.sent):.0f} ms" if alone is not None else "not"
        window = (onset.sent, onset.sent + BEGINNING)
        times = answer_times(within(session.messages, window)).get("KRDG? A", [])
        out.add(query, found, f"{len(times) / BEGINNING:.2f} Hz", f"{1e3 * longest_silence(times, window):.0f} ms")
    return out
