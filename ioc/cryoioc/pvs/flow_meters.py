"""What flow meters of different makers say of the gas that passes them, in the same words."""

from __future__ import annotations

from dataclasses import dataclass

from cryoioc.devices import alicat, bronkhorst
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.helium import GAS_DENSITY, rescale
from cryoioc.station import Flow
from cryoioc.wire.propar import HIGHEST_POSITIVE, signed

OVER_RANGE = {"VOV", "MOV"}  # of an Alicat: more flows than the meter shows
BEYOND, UNIT = "Over range", "Wrong unit"


@dataclass(frozen=True, kw_only=True)
class Passing:
    """One answer of a meter."""

    slpm: float | None  # None: it gives no flow that can be understood
    celsius: float | None  # what these litres refer to, [degC]; None: the meter weighs, they are of 0 degC
    gas: str  # it is set to
    word: str = "OK"  # its state
    faulty: bool = False  # the flow is not to be believed
    at_least: bool = True  # it is that much at least, also where it is not to be believed
    pressure: float | None = None  # mbar, absolute
    temperature: float | None = None  # degC, of the gas


class AlicatMeter:
    """An Alicat: one frame has it all, what its standard litres refer to is asked for apart."""

    states = tuple(alicat.STATUS_WORDS.values())
    senses = True  # pressure and temperature

    def __init__(self, device: Device, spec: Flow) -> None:
        unit = device.model.units[0]
        self.slot = device.slot("FRAME", unit)
        self._celsius = spec.meter_tref
        device.watch(device.slot("DCFRT", unit), self._reference)

    def passing(self, values: Values) -> Passing:
        """Return what a frame says."""
        words = tuple(values["status"].split())
        faults = [word for word in words if word in alicat.FLOW_FAULTS]
        first = next(iter([*faults, *words]), None)
        return Passing(
            slpm=values["mass"],
            celsius=self._celsius,
            gas=values["gas"],
            word=alicat.STATUS_WORDS[first] if first is not None else "OK",
            faulty=bool(faults),
            at_least=set(faults) <= OVER_RANGE,
            pressure=values["pressure"] * alicat.PSI,
            temperature=values["temperature"],
        )

    def _reference(self, values: Values) -> None:
        if values["celsius"] is not None:
            self._celsius = values["celsius"]


class BronkhorstMeter:
    """A Bronkhorst: its unit says what the litres refer to; some of them weigh."""

    states = (*(word for _, word in bronkhorst.ALARMS.names), BEYOND, UNIT)
    senses = False

    def __init__(self, device: Device, spec: Flow) -> None:
        self.slot = device.slot("FMEASURE", device.model.units[0])
        assert self.slot.units is not None
        self._frame: Slot = self.slot.units

    def passing(self, values: Values) -> Passing:
        """Return what the frame, and the flow that was asked for behind it, say."""
        frame = self._frame.values
        assert frame is not None  # it was read in the same message
        steps = signed(int(frame["measure"]))
        amount = values["flow"] if values["flow"] is not None else steps / bronkhorst.FULL * frame["capacity"]
        words = bronkhorst.ALARMS.words(frame["alarms"])
        broken = any(word in bronkhorst.FAULTS for word in words)
        beyond = steps >= HIGHEST_POSITIVE
        flow = litres(amount, frame["unit"])
        if flow is None:
            return Passing(slpm=None, celsius=None, gas=frame["fluid"], word=UNIT, faulty=True, at_least=False)
        word = words[0] if broken else BEYOND if beyond else next(iter(words), "OK")
        return Passing(slpm=flow[0], celsius=flow[1], gas=frame["fluid"], word=word, faulty=broken or beyond,
                       at_least=not broken)  # fmt: skip


def litres(amount: float, unit: str) -> tuple[float, float | None] | None:
    """Return litres a minute and what they refer to, None of a mass: of 0 degC; None for any other unit.

    >>> litres(500.0, "mln/min"), litres(6.0, "l/min")
    ((0.5, 0.0), None)
    """
    if unit in bronkhorst.LITRES:
        factor, celsius = bronkhorst.LITRES[unit]
        return amount * factor, celsius
    if unit in bronkhorst.MASS:
        return amount * bronkhorst.MASS[unit] * 60.0 / 1e3 / GAS_DENSITY, None
    return None


def units_for(slpm: float, celsius: float, unit: str) -> float | None:
    """Return how many of a capacity unit litres a minute at ``celsius`` are; None for a unit that is no mass flow.

    >>> units_for(0.5, 0.0, "mln/min"), units_for(1.0, 0.0, "bar")
    (500.0, None)
    """
    one = litres(1.0, unit)
    return rescale(slpm, celsius, one[1] or 0.0) / one[0] if one is not None else None


FLOW_METERS: dict[str, type[AlicatMeter] | type[BronkhorstMeter]] = {
    "alicat": AlicatMeter,
    "bronkhorst": BronkhorstMeter,
}
