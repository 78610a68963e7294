"""From an instrument of the station file to its device and its line, a profile of its own included."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cryoioc.devices.bias_board import GAIA, Profile
from cryoioc.devices.bias_board import load as load_profile
from cryoioc.devices.catalogue import DRIVERS
from cryoioc.link.dialect import Dialect
from cryoioc.link.dialects import DIALECTS
from cryoioc.link.transport import settings_for
from cryoioc.pvs.device import Device
from cryoioc.station import Instrument
from cryoioc.station_models import MODELS


def profile_of(spec: Instrument, folder: Path) -> Profile | None:
    """Return the profile of a bias board; None for any other instrument.

    Raises
    ------
    cryoioc.errors.StationError
        The file that the station names, relative to ``folder``, is wrong.
    """
    if not MODELS[spec.model].profiled:
        return None
    return load_profile(folder / spec.profile, spec.model) if spec.profile else GAIA


def make_device(spec: Instrument, folder: Path) -> Device:
    """Return the device of one instrument of the station file, which is in ``folder``."""
    if (profile := profile_of(spec, folder)) is not None:
        return Device(spec.name, profile.model, profile.identify)
    driver = DRIVERS[spec.model]
    model = replace(driver.model, units=(spec.unit,)) if spec.unit else driver.model
    return Device(spec.name, model, lambda reply: driver.identify(reply, model))


def dialect_of(spec: Instrument, folder: Path) -> Dialect:
    """Return the dialect of one instrument, with what the station file says about its line."""
    dialect = DIALECTS[spec.model]
    if (profile := profile_of(spec, folder)) is not None:
        dialect = replace(dialect, **profile.line.changes)
    # Behind a socket there is no line rate to reckon with, unless the file says what a terminal server has.
    settings = replace(dialect.settings, baud=spec.baud) if spec.baud else settings_for(spec.port, dialect.settings)
    return replace(
        dialect,
        settings=settings,
        identify=dialect.identify.format(unit=spec.unit) if spec.unit else dialect.identify,
        slot=spec.slot or dialect.slot,
    )
