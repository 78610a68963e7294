"""Every model that the twin has, by its name in the station file."""

from __future__ import annotations

from collections.abc import Mapping

from cryosim.mounting import adam, alicat, bronkhorst, gauges, lakeshore, lakeshore218, level_meters, supplies
from cryosim.mounting.rack import Mounting

MOUNTINGS: Mapping[str, Mounting] = {
    "lakeshore335": lakeshore.MOUNTING,
    "lakeshore336": lakeshore.MOUNTING,
    "lakeshore350": lakeshore.MOUNTING,
    "lakeshore218": lakeshore218.MOUNTING,
    "lakeshore218e": lakeshore218.MOUNTING,
    "alicat": alicat.MOUNTING,
    "bronkhorst": bronkhorst.MOUNTING,
    "ami1700": level_meters.AMI1700,
    "lm500": level_meters.LM500,
    "adam4017": adam.MOUNTING,
    "pfeiffer_tpg261": gauges.PFEIFFER,
    "pfeiffer_tpg262": gauges.PFEIFFER,
    "pfeiffer_tpg361": gauges.PFEIFFER,
    "pfeiffer_tpg362": gauges.PFEIFFER,
    "pfeiffer_tpg366": gauges.PFEIFFER,
    "mks937b": gauges.MKS,
    "mks946": gauges.MKS,
    "keysight_e36312a": supplies.E36312A,
    "keysight_n6700": supplies.N6700,
    "rs_hmp4040": supplies.HMP4040,
    "gaia": supplies.GAIA,
}
