"""The put log: one line per put, whatever a client claims; rotation; a disk that does not take it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from cryoioc.putlog import PutLog, line
from cryoioc.records import Origin, Report

ANN = Origin("ann", "hmi", "127.0.0.1:4000", True)


def written(log: PutLog, *reports: Report) -> None:
    log.open()
    for report in reports:
        log.note(report)
    log.close()


def test_a_line_says_when_who_what_and_what_came_of_it(tmp_path):
    path = tmp_path / "deep" / "puts.jsonl"
    log = PutLog(path, 10_000, 3, lambda: 1.5)
    written(log, Report("A:SP", ANN, 1.0, 2.0), Report("A:SP.DESC", ANN, "a", "b", "no write access"))
    first, second = map(json.loads, path.read_text().splitlines())
    assert first == {
        "time": "1970-01-01T00:00:01.500+00:00", "user": "ann", "host": "hmi", "peer": "127.0.0.1:4000",
        "pv": "A:SP", "old": 1.0, "new": 2.0, "result": "accepted", "why": "",
    }  # fmt: skip
    assert (second["pv"], second["old"], second["new"]) == ("A:SP.DESC", "a", "b")
    assert (second["result"], second["why"]) == ("refused", "no write access")


def test_a_full_file_is_moved_aside_and_the_oldest_goes(tmp_path):
    path = tmp_path / "puts.jsonl"
    reports = [Report("A:SP", ANN, 0, number) for number in range(20)]
    size = len(line(reports[0], 0.0)) * 3 + 5
    written(PutLog(path, size, 2, lambda: 0.0), *reports)
    files = [path.with_name("puts.jsonl.2"), path.with_name("puts.jsonl.1"), path]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    kept = [json.loads(text)["new"] for file in files for text in file.read_text().splitlines()]
    assert kept == list(range(20 - len(kept), 20))
    assert all(file.stat().st_size <= size for file in files)


def test_what_cannot_be_written_is_counted_and_tried_again(tmp_path):
    place = tmp_path / "place"
    place.write_text("a file where the folder should be")
    log = PutLog(place / "puts.jsonl", 10_000, 3, lambda: 0.0)
    written(log, Report("A:SP", ANN, 0, 1), Report("A:SP", ANN, 1, 2))
    assert (log.lost, log.failing) == (2, "File exists")
    place.unlink()
    written(log, Report("A:SP", ANN, 2, 3))
    assert (log.lost, log.failing) == (2, "")
    assert json.loads((place / "puts.jsonl").read_text())["new"] == 3


values = st.one_of(st.none(), st.floats(), st.integers(), st.text(), st.tuples(st.floats(), st.floats()), st.binary())


@given(st.text(), st.text(), values, values, st.none() | st.text())
def test_nothing_a_client_sends_makes_a_second_line(user, host, was, asked, refusal):
    text = line(Report("A:SP", Origin(user, host, "1.2.3.4:5"), was, asked, refusal), 0.0)
    assert text.endswith("\n") and text.count("\n") == 1 and text.isascii()

    def no_such_number(word):
        raise AssertionError(word)

    json.loads(text, parse_constant=no_such_number)
