"""Lake Shore temperature controllers and monitors.

Rule of this folder: ``common`` holds what all of them share, then one module per family of models: a model
is its rows first, or what it changes in the rows of another.
"""

from cryoioc.devices.lakeshore.common import COMMAND_ERROR, EXECUTION_ERROR, identity
from cryoioc.devices.lakeshore.model218 import LAKESHORE218, LAKESHORE218E
from cryoioc.devices.lakeshore.model218 import STATUS_BITS as MONITOR_STATUS_BITS
from cryoioc.devices.lakeshore.model335 import LAKESHORE335, STATUS_BITS
from cryoioc.devices.lakeshore.model336 import LAKESHORE336, LAKESHORE350
from cryoioc.devices.lakeshore.models import MODELS

__all__ = [
    "COMMAND_ERROR",
    "EXECUTION_ERROR",
    "LAKESHORE218",
    "LAKESHORE218E",
    "LAKESHORE335",
    "LAKESHORE336",
    "LAKESHORE350",
    "MODELS",
    "MONITOR_STATUS_BITS",
    "STATUS_BITS",
    "identity",
]
