"""What an instrument says it is, and that no other model is taken for it: texts typed from the cited sources."""

from __future__ import annotations

import pytest

from cryoioc.devices.catalogue import DRIVERS
from cryoioc.errors import ReplyError

# bias-flow-vacuum.md 1.2 to 5, lakeshore-protocol.md 2.8; the N6705B: QCoDeS's definition for PyVISA-sim, which
# answers this and nothing else.  Models in one tuple cannot be told apart by what they answer.
SAID = {
    ("lakeshore335",): ["LSCI,MODEL335,335A1B2/#######,1.4"],
    ("lakeshore336",): ["LSCI,MODEL336,LSA2A1J/#######,2.9"],
    ("lakeshore350",): ["LSCI,MODEL350,1234567/1234567,1.0"],
    ("lakeshore218", "lakeshore218e"): ["LSCI,MODEL218S,218123,032406", "LSCI,MODEL218E,218123,032406"],
    ("alicat",): ["A   10v20.0-R24 Jan  9 2025,15:04:07", "A   5v12.0-R22 Jan  9 2025,15:04:07"],
    ("bronkhorst",): [":0F0302716300" + b"M6212345A".hex() + "00"],
    ("ami1700",): ["AMERICAN MAGNETICS INC.,MODEL 1700,0123,1.1"],
    ("lm500",): ["Cryomagnetics,LM-500,0,1.20", "Cryomagnetics,LM-510,0,1.20"],
    ("adam4017",): ["!014017P"],
    ("keysight_e36312a",): ["Keysight Technologies,E36312A,MY59002391,2.1.0-1.0.4-1.12"],
    ("keysight_n6700",): ["Agilent Technologies,N6700B,MY54005645,D.04.01",
                          "Agilent Technologies,N6705B,MY50001897,D.01.08"],
    ("rs_hmp4040",): ["ROHDE&SCHWARZ,HMP4040,109401,HW50020003/SW2.70", "HAMEG,HMP4040,026043549,HW50020001/SW2.50"],
    ("gaia",): ["#GAIA Simulator Rev. 1.0.0 / 2022.02.08.1 10"],
    ("pfeiffer_tpg261", "pfeiffer_tpg262"): ["302-510-D"],
    ("pfeiffer_tpg361",): ["TPG 361,PTG28040,44990000,010100,010100"],
    ("pfeiffer_tpg362",): ["TPG 362,PTG28290,44990000,010100,010100"],
    ("pfeiffer_tpg366",): ["TPG 366,PTG28770,44990000,010100,010100"],
    ("mks937b", "mks946"): ["@253ACKCC,PR,NC", "253ACKCC,PR,NC"],
}  # fmt: skip
# A firmware in whatever form is all that these give: what has no part in their handshake cannot answer them.
ONLY_FIRMWARE = ("pfeiffer_tpg261", "pfeiffer_tpg262")


@pytest.mark.parametrize("model", DRIVERS)
def test_a_model_knows_its_own_and_no_other(model: str) -> None:
    driver = DRIVERS[model]
    (own,) = [models for models in SAID if model in models]
    for models, replies in SAID.items():
        for reply in replies:
            if models == own:
                assert driver.identify(reply, driver.model).text
            elif own != ONLY_FIRMWARE or models[0].startswith("pfeiffer"):
                with pytest.raises(ReplyError):
                    driver.identify(reply, driver.model)


@pytest.mark.parametrize(
    ("model", "reply"),
    [
        ("mks937b", "@254ACKCC,PR,NC"),  # another address on the line
        ("alicat", "B   10v20.0-R24 Jan  9 2025,15:04:07"),
        ("adam4017", "!024017P"),
        ("pfeiffer_tpg262", "010100"),  # the firmware of a 36x
        ("rs_hmp4040", "ROHDE&SCHWARZ,HMP4030,109401,HW50020003/SW2.70"),
        ("keysight_e36312a", "Keysight Technologies,E36312A"),
    ],
)
def test_a_near_relation_is_not_taken(model: str, reply: str) -> None:
    driver = DRIVERS[model]
    with pytest.raises(ReplyError):
        driver.identify(reply, driver.model)
