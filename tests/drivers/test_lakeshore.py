"""The maker's own driver against the emulated 335 and 336, over TCP and over a pseudo-terminal.

Every public method of ``Model335`` and ``Model336`` makes a round trip, except those that ``BROKEN`` says the
driver itself cannot do.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from lakeshore import InstrumentException, Model335, Model336
from lakeshore.model_335 import Model335InputSensorSettings

from . import trips_inputs, trips_outputs, trips_system
from .lakeshore_bench import IDENTITIES, TCP, Bench
from .round_trips import MODELS, PLACES, ROUND_TRIPS, RoundTrip
from .trips_inputs import ONLY_335, ONLY_336

REGISTERED = (trips_inputs, trips_outputs, trips_system)
DRIVERS = {"lakeshore335": Model335, "lakeshore336": Model336}
ERRATA = Path(__file__).parents[2] / "docs" / "errata.md"
POINTS = [(0.5, 300.0), (1.0, 80.0), (1.6, 4.2)]


class WrongAnswerError(Exception):
    """The driver has made something else of what the instrument said."""


def demand(found: object, wanted: object) -> None:
    """Raise unless the driver gives what the instrument has."""
    if found != wanted:
        raise WrongAnswerError(f"{found!r} instead of {wanted!r}")


# --- what the driver cannot do -------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """A method, or one use of it, that fails in the driver with an instrument that is in order.

    Parameters
    ----------
    method : str
    use : str
        The use that fails; empty when the method has no use that works.
    reason : str
    failure : type of Exception
        What ``attempt`` ends in.
    attempt : callable
        The round trip as it ought to be; plain assertions in it say that the instrument is not to blame.
    models : tuple of str
    """

    method: str
    use: str
    reason: str
    failure: type[Exception]
    attempt: Callable[[Bench], None]
    models: tuple[str, ...] = MODELS


def upload_curve(bench: Bench) -> None:
    bench.driver.set_curve(21, POINTS)


def download_curve(bench: Bench) -> None:
    bench.tell(*(f"CRVPT 21,{index},{units},{kelvin}" for index, (units, kelvin) in enumerate(POINTS, 1)))
    assert bench.raw("CRVPT? 21,3;CRVPT? 21,4") == "+1.60000,+4.20000;+0.00000,+0.00000"
    demand(bench.driver.get_curve(21), POINTS)


def fixed_range(bench: Bench) -> None:
    driver = bench.driver
    bench.tell("INTYPE B,2,0,4,1,1")
    wanted = Model335InputSensorSettings(driver.InputSensorType.PLATINUM_RTD, False, True, 1, driver.RTDRange(4))
    demand(vars(driver.get_input_sensor("B")), vars(wanted))


def analog_output(bench: Bench) -> None:
    assert bench.raw("AOUT? 2;*ESR?") == "032"
    bench.driver.get_analog_output_percentage(2)


def service_request(bench: Bench) -> None:
    assert bench.raw("*SRE 32;*SRE?") == "032"
    demand(bench.driver.get_service_request().to_integer(), 32)


def status_byte(bench: Bench) -> None:
    assert bench.raw("*STB?") == "000"
    demand(bench.driver.get_status_byte().to_integer(), 0)


def code_3(bench: Bench) -> None:
    bench.tell("HTRSET 1,0,1,3,1,1" if bench.model == "lakeshore335" else "HTRSET 1,1,3,1,1")
    demand(bench.driver.get_heater_setup(1)["max_current"], 1.414)


def resistance_key(bench: Bench) -> None:
    demand(int(bench.driver.get_heater_setup(1)["heater_resistance"]), 1)


def preset_of_output_1(bench: Bench) -> None:
    driver = bench.driver
    driver.set_heater_setup_one(driver.HeaterResistance.HEATER_25_OHM, 1.0, driver.HeaterOutputDisplay.CURRENT)
    demand(bench.raw("HTRSET? 1"), "0,1,2,+1.000,1")


def preset_of_output_2(bench: Bench) -> None:
    driver = bench.driver
    ohm, shown = driver.HeaterResistance.HEATER_25_OHM, driver.HeaterOutputDisplay.CURRENT
    driver.set_heater_setup_two(driver.HeaterOutType.CURRENT, ohm, 1.0, shown)
    demand(bench.raw("HTRSET? 2"), "0,1,2,+1.000,1")


def preset_of_336(bench: Bench) -> None:
    driver = bench.driver
    driver.set_heater_setup(1, driver.HeaterResistance.HEATER_25_OHM, 1.0, driver.HeaterOutputUnits.CURRENT)
    demand(bench.raw("HTRSET? 1"), "1,2,+1.000,1")


def mirroring(bench: Bench) -> None:
    bench.tell("OUTMODE 3,6,1,0")
    demand(int(bench.driver.get_heater_output_mode(3)["mode"]), 6)


CODE_0 = "sends maximum-current code 0 always: a preset becomes the user current of the same size"
NO_REGISTER = "looks up a register class that the 335 keeps under another name, and finds None"
BROKEN = (
    Broken("set_curve", "", "takes each point for a pair of index and point", TypeError, upload_curve),
    Broken("get_curve", "", "drops the last point of the curve", WrongAnswerError, download_curve),
    Broken("get_analog_output_percentage", "", "a 335 has no AOUT?", InstrumentException, analog_output, ONLY_335),
    Broken("get_service_request", "", NO_REGISTER, AttributeError, service_request, ONLY_335),
    Broken("get_status_byte", "", NO_REGISTER, AttributeError, status_byte, ONLY_335),
    Broken(
        "get_input_sensor", "resistive, fixed range", "looks for the type in a number", TypeError, fixed_range, ONLY_335
    ),
    Broken("get_heater_setup", "code 3", "gives 1.141 A for 1.414 A", WrongAnswerError, code_3),
    Broken("get_heater_setup", "resistance", "misspells the key", KeyError, resistance_key, ONLY_335),
    Broken("set_heater_setup_one", "preset", CODE_0, WrongAnswerError, preset_of_output_1, ONLY_335),
    Broken("set_heater_setup_two", "preset", CODE_0, WrongAnswerError, preset_of_output_2, ONLY_335),
    Broken("set_heater_setup", "preset", CODE_0, WrongAnswerError, preset_of_336, ONLY_336),
    Broken("get_heater_output_mode", "mirroring", "does not know mode 6", ValueError, mirroring, ONLY_336),
)


def public_methods(model: str) -> set[str]:
    """Return the names of everything that can be called on the driver of a model, enumerations apart."""
    members = inspect.getmembers(DRIVERS[model], inspect.isroutine)
    return {name for name, _ in members if not name.startswith("_")}


def exercised(model: str) -> set[str]:
    """Return the methods that make a round trip on a model."""
    return {method for trip in ROUND_TRIPS if model in trip.models for method in trip.methods}


def unusable(model: str) -> set[str]:
    """Return the methods that have no use that works on a model."""
    return {broken.method for broken in BROKEN if model in broken.models and not broken.use}


# --- tests ---------------------------------------------------------------------------------------

CONNECTIONS = [pytest.param(place, id="-".join(place)) for place in PLACES]
TRIPS = [
    pytest.param(place, trip, id=f"{'-'.join(place)}-{trip.name}")
    for place in PLACES
    for trip in ROUND_TRIPS
    if place[0] in trip.models and place[1] in trip.doors
]
FAILURES = [
    pytest.param((model, TCP), broken, id=f"{model}-{broken.method}-{broken.use or 'any'}")
    for model in MODELS
    for broken in BROKEN
    if model in broken.models
]


@pytest.mark.parametrize(("bench", "trip"), TRIPS, indirect=["bench"])
def test_round_trip(bench: Bench, trip: RoundTrip) -> None:
    trip.play(bench)
    assert bench.driver.called >= set(trip.methods)
    assert bench.raw("*ESR?") == "000"


@pytest.mark.parametrize("bench", CONNECTIONS, indirect=True)
def test_driver_knows_whom_it_talks_to(bench: Bench) -> None:
    serial, firmware, _ = IDENTITIES[bench.model]
    assert bench.driver.model_number == f"MODEL{bench.model[-3:]}"
    assert bench.driver.serial_number == serial
    assert bench.driver.option_card_serial == "#######"
    assert bench.driver.firmware_version == firmware


@pytest.mark.parametrize(("bench", "broken"), FAILURES, indirect=["bench"])
def test_what_the_driver_cannot_do_still_fails_in_it(bench: Bench, broken: Broken) -> None:
    with pytest.raises(broken.failure):
        broken.attempt(bench)
    assert broken.method in bench.driver.called


@pytest.mark.parametrize("model", MODELS)
def test_every_method_is_exercised_or_known_to_be_broken(model: str) -> None:
    assert public_methods(model) - exercised(model) == unusable(model)
    assert exercised(model) | unusable(model) <= public_methods(model)


@pytest.mark.parametrize("model", MODELS)
def test_no_method_that_works_is_called_unusable(model: str) -> None:
    assert not exercised(model) & unusable(model)
    partly = {broken.method for broken in BROKEN if model in broken.models and broken.use}
    assert partly <= exercised(model)


def test_what_the_driver_cannot_do_is_in_the_errata() -> None:
    listed = [line for line in ERRATA.read_text().splitlines() if line.startswith("| `")]
    models = [", ".join(model.removeprefix("lakeshore") for model in broken.models) for broken in BROKEN]
    assert listed == [
        f"| `{broken.method}` | {names} | {broken.use or 'any'} | {broken.reason} |"
        for broken, names in zip(BROKEN, models, strict=True)
    ]
