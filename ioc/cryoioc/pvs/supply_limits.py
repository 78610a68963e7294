"""What a power supply keeps by itself, against the station file: how its limits differ, and its two protections.

The over-current protection (OCP; the fuse of an HMP4040) makes of the current limit something that switches off.  The
output watchdog ends every output of a frame when nobody speaks to it any more.  Both are asked for only where the
station file says what they are to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryoioc.link import Conversation
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.station_power import Power
from cryoioc.wire.chain import SEPARATOR

ROUNDED = 1e-3  # of a limit: the supply rounds it
SAG = 0.05  # of a limit: this much lower it is another one
EVERY = 5.0  # s between two looks at a protection
OCP = ("CURR:PROT:STAT", "FUSE")  # the first of them that a model has
WATCHDOG, PATIENCE = "OUTP:PROT:WDOG", "OUTP:PROT:WDOG:DEL"
PROGRAM, ARM = "PROGRAM first", "a person arms it at the supply"  # what puts a difference right
OF_WATCHDOG = "output watchdog"


@dataclass(frozen=True)
class Verdict:
    """How a supply differs from the station file, in sentences."""

    wide: tuple[str, ...] = ()  # it lets more happen
    narrow: tuple[str, ...] = ()  # it holds back more

    @property
    def all(self) -> tuple[str, ...]:
        """Everything that differs, what matters most first."""
        return (*self.wide, *self.narrow)


def judge(spec: Power, values: Values) -> Verdict:
    """Return how the limits of an output differ from the station file; what is not among ``values`` is not judged."""
    limits = {"over-voltage protection": ("over_voltage", spec.over_voltage, "V"),
              "current limit": ("limit", spec.max_current, "A"),
              "current limit of the module": ("priority_limit", spec.max_current, "A"),
              "voltage": ("voltage", spec.voltage, "V")}  # fmt: skip
    wide, narrow = [], []
    for what, (name, most, unit) in limits.items():
        if name not in values:
            continue
        found = abs(float(values[name]))
        if found > most * (1.0 + ROUNDED):
            wide.append(f"{what} {found:g} {unit}, allowed {most:g}")
        elif found < most * (1.0 - SAG):
            narrow.append(f"{what} {found:g} {unit}, not {most:g}")
    if spec.ocp and "ocp" in values and values["ocp"] != spec.ocp:
        (wide if spec.ocp == "On" else narrow).append(f"over-current protection is {values['ocp']}, not {spec.ocp}")
    if spec.watchdog is not None and "watchdog" in values:
        _judge_watchdog(spec.watchdog, values["watchdog"], wide, narrow)
    return Verdict(tuple(wide), tuple(narrow))


def _judge_watchdog(wanted: float, seconds: float | None, wide: list[str], narrow: list[str]) -> None:
    if seconds is None:
        wide.append(f"{OF_WATCHDOG} is Off, not {wanted:g} s")
    elif seconds > wanted:
        wide.append(f"{OF_WATCHDOG} {seconds:g} s, allowed {wanted:g}")
    elif seconds < wanted:
        narrow.append(f"{OF_WATCHDOG} {seconds:g} s, not {wanted:g}")


def remedy(difference: str) -> str:
    """Return what puts a difference right: a command of ours, or what no code does (ADR 0034)."""
    return ARM if difference.startswith(OF_WATCHDOG) else PROGRAM


class Protections:
    """Over-current protection and watchdog of an output, as far as the station file asks for them.

    Parameters
    ----------
    spec : Power
    device : Device
        The supply.
    now : callable
        Clock time, [s].
    """

    def __init__(self, spec: Power, device: Device, now: Callable[[], float]) -> None:
        self._spec, self._device, self._now = spec, device, now
        self._ocp: Slot | None = None
        self._watchdog: tuple[Slot, Slot] | None = None  # its switch and its patience
        if spec.ocp:
            self._ocp = device.slot(next(name for name in OCP if name in device.model.rows), spec.output)
        if spec.watchdog is not None:
            self._watchdog = (device.slot(WATCHDOG), device.slot(PATIENCE))
        self._slots = [*([self._ocp] if self._ocp is not None else []), *(self._watchdog or ())]
        for slot in self._slots:
            slot.every = EVERY

    @property
    def known(self) -> bool:
        """Whether everything that is asked for has been read."""
        return all(slot.values is not None and slot.error is None for slot in self._slots)

    @property
    def values(self) -> Values:
        """What was read: ``ocp`` On or Off, ``watchdog`` in s, None while that is not armed."""
        found: Values = {}
        if self._ocp is not None:
            found["ocp"] = self._device.known(self._ocp)[self._ocp.row.fields[0].name]
        if self._watchdog is not None:
            switch, patience = (self._device.known(slot) for slot in self._watchdog)
            found["watchdog"] = patience["delay"] if switch["armed"] == "On" else None
        return found

    async def read(self, talk: Conversation) -> None:
        """Read all of it now."""
        for slot in self._slots:
            replies = await talk.chain(slot.queries[0].split(SEPARATOR))
            self._device.hear(slot, [SEPARATOR.join(replies)], self._now())

    async def write(self, talk: Conversation) -> None:
        """Write the over-current protection, and read all again; the watchdog is armed by no code (ADR 0034)."""
        if self._ocp is not None and self.values["ocp"] != self._spec.ocp:
            await self._tell(talk, self._ocp, {self._ocp.row.fields[0].name: self._spec.ocp})
        await self.read(talk)

    async def _tell(self, talk: Conversation, slot: Slot, values: Values) -> None:
        await self._device.checked(talk, slot.row.tell(values, *slot.address).split(SEPARATOR))
