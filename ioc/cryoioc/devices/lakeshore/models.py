"""The models there is a driver for, by their names in the station file."""

from __future__ import annotations

from cryoioc.devices.lakeshore.model218 import LAKESHORE218, LAKESHORE218E
from cryoioc.devices.lakeshore.model335 import LAKESHORE335
from cryoioc.devices.lakeshore.model336 import LAKESHORE336, LAKESHORE350

MODELS = {model.name: model for model in (LAKESHORE335, LAKESHORE336, LAKESHORE350, LAKESHORE218, LAKESHORE218E)}
