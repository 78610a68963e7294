"""The cryostats behind the instruments: state advances by ``advance(dt)``, no clock, no thread.

Every plant satisfies :class:`Plant`; the instruments meet it only through temperatures, heater
ports and the gas flow, so that one plant replaces another without anybody in front noticing.
"""

from cryosim.plant.crx import Crx
from cryosim.plant.dummy import DummyPlant, Mount
from cryosim.plant.protocol import Plant
from cryosim.plant.stvp import Stvp

__all__ = ["Crx", "DummyPlant", "Mount", "Plant", "Stvp"]
