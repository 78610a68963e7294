"""Damages the rows one at a time, in memory, and counts how many damages the transcripts notice.

``python -m tests.contracts.mutants --seed 1`` from the repository root prints the table and the
survivors; exit status 1 if fewer than 95 % are found or a survivor is not on the accepted list
(``tests/transcripts/survivors.txt``, one ``name: reason`` a line).

A row that several models share is damaged once, and the transcripts of all of them are heard.
Not damaged, because no transcript can see it: names, units, documentation, polling period, ``alone``,
lengths for the poll plan, names of bits, limits and decimals of numbers that are only read, and places
after the point that six significant digits never reach.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryoioc.errors import CryoError
from cryoioc.quantities import Exchange, Field, Model
from cryoioc.wire.codecs import Bare, Choice, Integer, Letter, Number, Scaled, SixDigits, Text
from cryoioc.wire.words import Word

from .families import FAMILIES, MODELS, own_rows
from .transcript_reader import FOLDER, Transcript, check, read_all

SURVIVORS = FOLDER / "survivors.txt"
LEAST_FOUND = 0.95

_BRACES = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Mutant:
    """One damaged row.  ``name`` is what the list of accepted survivors calls it."""

    model: str
    row: str
    kind: str
    detail: str
    damaged: Exchange

    @property
    def name(self) -> str:
        """Model, row, kind and detail in one line."""
        return f"{self.model} {self.row} {self.kind} {self.detail}"


Damage = tuple[str, str, Exchange]  # kind, detail, damaged row


def mnemonics(row: Exchange, dice: random.Random) -> Iterator[Damage]:
    """Change one letter of a mnemonic."""
    for kind in ("query", "set"):
        text = getattr(row, kind)
        word = text.split(" ")[0]
        places = {i for found in _BRACES.finditer(word) for i in range(*found.span())}
        letters = [i for i, char in enumerate(word) if char.isalnum() and i not in places]
        if letters:
            at = dice.choice(letters)
            other = dice.choice([c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c != text[at]])
            damaged: dict[str, Any] = {kind: text[:at] + other + text[at + 1 :]}
            yield f"mnemonic of {kind}", "one letter", replace(row, **damaged)


def orders(row: Exchange) -> Iterator[Damage]:
    """Swap neighbours: values of the reply, arguments of the command or of the query."""
    for i in range(len(row.fields) - 1) if row.query else ():
        a, b = row.fields[i : i + 2]
        swapped = (*row.fields[:i], b, a, *row.fields[i + 2 :])
        yield "order of reply", f"{a.name} {b.name}", replace(row, fields=swapped)
    for kind in ("query", "set"):
        text = getattr(row, kind)
        found = list(_BRACES.finditer(text))
        for one, two in zip(found, found[1:], strict=False):
            if one[0] == two[0]:
                continue
            parts = (text[: one.start()], two[0], text[one.end() : two.start()], one[0], text[two.end() :])
            damaged: dict[str, Any] = {kind: "".join(parts)}
            yield f"order of {kind}", f"{one[0]} {two[0]}", replace(row, **damaged)


def addresses(row: Exchange, model: Model) -> Iterator[Damage]:
    """Send a command to the first place whatever was meant; change a constant argument; take another name."""
    places = model.places(row)
    for name, item in zip(row.addresses, places[0], strict=True):
        if row.query and row.set and len(places) > 1:
            yield "address", f"{name} of set", replace(row, set=row.set.replace(f"{{{name}}}", str(item)))
        other = f"{{other_{name}}}"
        renamed = (row.query.replace(f"{{{name}}}", other), row.set.replace(f"{{{name}}}", other))
        yield "address", f"{name} renamed", replace(row, query=renamed[0], set=renamed[1])
    for kind in ("query", "set"):
        text = getattr(row, kind)
        if constant := re.search(r"(?<=[ ,])\d+", text):
            damaged: dict[str, Any] = {
                kind: f"{text[: constant.start()]}{int(constant[0]) - 1}{text[constant.end() :]}"
            }
            yield "address", f"constant of {kind}", replace(row, **damaged)


def dropped(row: Exchange) -> Iterator[Damage]:
    """Forget a field in the reply, or in the command."""
    for one in row.fields:
        kept = tuple(f for f in row.fields if f != one)
        if row.query:
            yield "field dropped", f"{one.name} of reply", replace(row, fields=kept)
        if row.set:
            brief = re.sub(rf"[ ,]?\{{{one.name}\}}", "", row.set)
            yield "field dropped", f"{one.name} of set", replace(row, set=brief)


def _limits(codec: Number | Integer) -> Iterator[tuple[str, str, Any]]:
    """Move each limit by one step either way; where there is none, set a plausible one."""
    step = codec.resolution if isinstance(codec, Number) else 1
    moved: dict[str, Any]
    for name, none in (("low", 0.0), ("high", 1000.0)):
        limit = getattr(codec, name)
        if abs(limit) == float("inf"):
            moved = {name: none}
            yield "limit", f"{name} {none:g}", replace(codec, **moved)
        else:
            for sign in (1, -1):
                moved = {name: round(limit + sign * step, 6)}
                yield "limit", f"{name} {'+-'[sign < 0]} step", replace(codec, **moved)


def _sent(codec: Choice) -> dict[str, Any]:
    """Return what the instrument says for our words, which stays as it is when they are swapped."""
    return {"sent": codec.told} if isinstance(codec, Word) else {}


def _choices(codec: Choice, *, asked: bool) -> Iterator[tuple[str, str, Any]]:
    """Swap two words; shift, shorten and lengthen the list of codes (which only a reply shows)."""
    words, codes = codec.words, codec.codes or tuple(range(len(codec.words)))
    for i in range(len(words) - 1):
        swapped = (*words[:i], words[i + 1], words[i], *words[i + 2 :])
        yield "words", f"{words[i]}, {words[i + 1]}", replace(codec, words=swapped, **_sent(codec))
    if isinstance(codec, Word):
        told = codec.told
        yield "codes", "shifted", replace(codec, sent=(*told[1:], told[0]))
        yield "codes", "last missing", replace(codec, words=words[:-1], sent=told[:-1])
        if asked:
            yield "codes", "one more", replace(codec, words=(*words, "Another"), sent=(*told, "ANOTHER"))
        return
    yield "codes", "shifted", replace(codec, codes=tuple(code + 1 for code in codes))
    yield "codes", "last missing", replace(codec, words=words[:-1], codes=codes[:-1])
    if asked:
        longer = replace(codec, words=(*words, "Another"), codes=(*codes, codes[-1] + 1))
        yield "codes", "one more", longer


def codecs(one: Field, *, asked: bool, told: bool) -> Iterator[tuple[str, str, Any]]:
    """Damage a codec; ``asked`` if the field is in a reply, ``told`` if it is sent."""
    codec = one.codec
    if isinstance(codec, Choice):
        yield from _choices(codec, asked=asked)
    if isinstance(codec, Integer) or (isinstance(codec, Number) and told):
        yield from _limits(codec)
    if isinstance(codec, Scaled):
        yield "scale", "doubled", replace(codec, scale=2.0 * codec.scale)
        yield "scale", "offset", replace(codec, offset=codec.offset + codec.scale)
        if told:
            yield "limit", "low up", replace(codec, low=codec.low + abs(codec.scale))
            yield "limit", "high down", replace(codec, high=codec.high - abs(codec.scale))
            yield "limit", "low down", replace(codec, low=codec.low - abs(codec.scale))
            yield "limit", "high up", replace(codec, high=codec.high + abs(codec.scale))
    if isinstance(codec, Number | SixDigits) and told:
        for more in (-1,) if codec == SixDigits(5) else (1, -1):
            digits = replace(codec, decimals=codec.decimals + more)
            yield "decimals", "one more" if more > 0 else "one less", digits
    if isinstance(codec, Letter):
        yield "codes", "last missing", replace(codec, letters=codec.letters[:-1])
        yield "codes", "one more", replace(codec, letters=(*codec.letters, "E"))
    if isinstance(codec, Text) and told:
        for more in (1, -1):
            longer = replace(codec, length=codec.length + more)
            yield "length", "one more" if more > 0 else "one less", longer
        other = Text(codec.length) if isinstance(codec, Bare) else Bare(codec.length)
        yield "quotes", "the other way", other


def damages(row: Exchange, model: Model, dice: random.Random) -> Iterator[Damage]:
    """Yield every damage of one row."""
    yield from mnemonics(row, dice)
    yield from orders(row)
    yield from addresses(row, model)
    yield from dropped(row)
    for i, one in enumerate(row.fields):
        for kind, detail, codec in codecs(one, asked=bool(row.query), told=bool(row.set)):
            changed = (*row.fields[:i], replace(one, codec=codec), *row.fields[i + 1 :])
            yield kind, f"{one.name}: {detail}", replace(row, fields=changed)


def mutants(seed: int) -> list[Mutant]:
    """Return every mutant of every family; the seed picks the letters."""
    dice = random.Random(seed)
    return [
        Mutant(model, name, *damage)
        for family in FAMILIES
        for model, name, row in own_rows(family)
        for damage in damages(row, family[model], dice)
    ]


def disagrees(one: Transcript, row: Exchange) -> bool:
    """Say whether a transcript and a row contradict each other."""
    try:
        check(one, row)
    except (AssertionError, CryoError, LookupError, ValueError):
        return True
    return False


class Jury:
    """The transcripts that agree with the undamaged rows, by model and row."""

    def __init__(self, transcripts: Iterable[Transcript]) -> None:
        self.by_row: dict[tuple[str, str], list[Transcript]] = {}
        self.dismissed: list[Transcript] = []
        for one in transcripts:
            sound = not disagrees(one, MODELS[one.model][one.row])
            seats = self.by_row.setdefault((one.model, one.row), []) if sound else self.dismissed
            seats.append(one)

    def finds(self, mutant: Mutant) -> bool:
        """Say whether a transcript of the mutant's row turns red."""
        row = MODELS[mutant.model][mutant.row]
        sharing = [name for name, model in MODELS.items() if model.rows.get(mutant.row) == row]
        seats = [one for name in sharing for one in self.by_row.get((name, mutant.row), [])]
        return any(disagrees(one, mutant.damaged) for one in seats)


def accepted() -> dict[str, str]:
    """Return the accepted survivors and why each is accepted."""
    lines = [line for line in SURVIVORS.read_text(encoding="ascii").splitlines() if line[:1] not in ("", "#")]
    return {name: reason for name, _, reason in (line.partition(" -- ") for line in lines)}


@dataclass(frozen=True)
class Outcome:
    """What became of every mutant of one run."""

    made: Counter[str]  # by kind
    missed: Counter[str]
    survivors: tuple[str, ...]

    @property
    def found(self) -> float:
        """Share of the mutants that were found."""
        return 1 - self.missed.total() / self.made.total()


def run(jury: Jury, seed: int) -> Outcome:
    """Hold the transcripts against every mutant."""
    everyone = mutants(seed)
    lost = [one for one in everyone if not jury.finds(one)]
    return Outcome(
        made=Counter(one.kind for one in everyone),
        missed=Counter(one.kind for one in lost),
        survivors=tuple(one.name for one in lost),
    )


def report(jury: Jury, outcome: Outcome, reasons: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of the table, and the survivors with their reasons."""
    for one in jury.dismissed:
        yield f"not heard, contradicts its row: {one.where} {one.kind} {one.row}"
    yield f"{'damage':<20}{'made':>6}{'found':>7}{'survived':>10}"
    for kind, made in outcome.made.items():
        yield f"{kind:<20}{made:>6}{made - outcome.missed[kind]:>7}{outcome.missed[kind]:>10}"
    made, missed = outcome.made.total(), outcome.missed.total()
    yield f"{'all':<20}{made:>6}{made - missed:>7}{missed:>10}   {100 * outcome.found:.1f} % found"
    for name in outcome.survivors:
        yield f"survived: {name} -- {reasons.get(name, 'NOT ACCEPTED')}"


def main() -> int:
    """Print the table and the survivors."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="which letters of the mnemonics are changed")
    jury, reasons = Jury(read_all()), accepted()
    outcome = run(jury, parser.parse_args().seed)
    sys.stdout.writelines(f"{line}\n" for line in report(jury, outcome, reasons))
    return 1 if set(outcome.survivors) - set(reasons) or outcome.found < LEAST_FOUND else 0


if __name__ == "__main__":
    raise SystemExit(main())
