"""The short form of the fuzzer of ``ca:`` inputs."""

from __future__ import annotations

from cryoioc.records.messages import MAX_MESSAGE

from . import fuzz_client

SEED = 20101214
MESSAGES = 6000


def test_no_answer_of_another_ioc_ends_an_input_or_is_a_number_that_is_none():
    result = fuzz_client.run(MESSAGES, SEED)
    assert result.faults == []
    assert result.values > 100 and result.connections > MESSAGES / 50
    assert result.held <= MAX_MESSAGE
