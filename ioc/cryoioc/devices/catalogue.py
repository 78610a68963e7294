"""Every model there is a driver for; a new family is added here and its lines in ``link/dialects.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryoioc.devices import adam, alicat, ami, bias_board, bronkhorst, cryomagnetics, lakeshore, mks, pfeiffer, scpi
from cryoioc.quantities import Identity, Model


@dataclass(frozen=True)
class Family:
    """Models with one grammar, and how each says what it is."""

    models: Mapping[str, Model]  # by name in the station file
    identify: Callable[[str, Model], Identity]  # reply to the identification; ReplyError if it is another model


@dataclass(frozen=True)
class Driver:
    """Rows of one model, and how it says what it is."""

    model: Model
    identify: Callable[[str, Model], Identity]


FAMILIES = (
    Family(lakeshore.MODELS, lakeshore.identity),
    Family(alicat.MODELS, alicat.identity),
    Family(bronkhorst.MODELS, bronkhorst.identity),
    Family(ami.MODELS, ami.identity),
    Family(cryomagnetics.MODELS, cryomagnetics.identity),
    Family(adam.MODELS, adam.identity),
    Family(scpi.MODELS, scpi.identity),
    Family(bias_board.MODELS, bias_board.identity),
    Family(pfeiffer.MODELS, pfeiffer.identity),
    Family(mks.MODELS, mks.identity),
)
DRIVERS = {name: Driver(model, family.identify) for family in FAMILIES for name, model in family.models.items()}
