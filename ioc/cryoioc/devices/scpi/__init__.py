"""Power supplies with several outputs that speak SCPI.

Rule of this folder: ``common`` holds what every one of them has, then one module per dialect, which is how an
output is meant: by a list of channels behind each command, or by a selection in front of it; ``bias`` puts rows of
either together for several outputs.
"""

from cryoioc.devices.scpi.bias import bias_rows, of_output, row_of_output
from cryoioc.devices.scpi.common import identity, is_on, trips
from cryoioc.devices.scpi.hmp import HMP4040
from cryoioc.devices.scpi.keysight import E36312A, N6700

MODELS = {model.name: model for model in (E36312A, N6700, HMP4040)}

__all__ = [
    "E36312A",
    "HMP4040",
    "MODELS",
    "N6700",
    "bias_rows",
    "identity",
    "is_on",
    "of_output",
    "row_of_output",
    "trips",
]
