"""Where nothing may be asked behind the identification, the sentinels that number an attempt stand in front of it."""

from __future__ import annotations

import pytest

from cryoioc.link.alignment import _identification
from cryoioc.link.dialects import LAKESHORE, SCPI


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("1;1;MAKER,X,7,1.0", "MAKER,X,7,1.0"),
        ("1;MAKER,X,7,1.0", ""),  # of an earlier attempt
        ("1;1;1;MAKER,X,7,1.0", ""),  # of another one
        ("MAKER,X,7,1.0;1;1", ""),
        ("MAKER,X,7,1.0", ""),
        ("1;1;", ""),
        ("0;1;MAKER,X,7,1.0", ""),
        ("", ""),
    ],
)
def test_only_the_reply_to_this_attempt_counts(reply: str, found: str) -> None:
    assert _identification(reply, 2, SCPI) == found


def test_elsewhere_they_stand_behind_it() -> None:
    assert _identification("MAKER,X,7,1.0;1;1", 2, LAKESHORE) == "MAKER,X,7,1.0"
    assert _identification("1;1;MAKER,X,7,1.0", 2, LAKESHORE) == ""
