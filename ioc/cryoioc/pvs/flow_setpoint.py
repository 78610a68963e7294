"""The setpoint of a flow controller, in the litres of ``FLOW``."""

from __future__ import annotations

from cryoioc.devices import bronkhorst
from cryoioc.errors import DeviceRefused, Refused
from cryoioc.link import Conversation
from cryoioc.pvs.desk import Group
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.flow_meters import litres, units_for
from cryoioc.pvs.helium import rescale
from cryoioc.pvs.settings import Pair
from cryoioc.records import Put
from cryoioc.station import Flow

FROM_THE_LINE = ("Bus", "Keyboard or bus", "RS232")  # control modes in which a setpoint of ours counts
METERS = ("Flow meter", "Coriolis meter", "Meter")


class FlowSetpoint:
    """``FLOW:SETPOINT`` and ``FLOW:SETPOINT:SP``; nothing but a put ever changes it.

    Parameters
    ----------
    group : Group
    spec : Flow
    device : Device
        A Bronkhorst.
    """

    def __init__(self, group: Group, spec: Flow, device: Device) -> None:
        self.spec, self.device, self.clock = spec, device, group.desk.clock
        self._slot = device.slot("SETPOINT", device.model.units[0])
        row = self._slot.row
        keywords = {"kind": "ai", "unit": "SLPM", "precision": 3, "low": 0.0, "high": spec.setpoint_max,
                    "doc": f"Setpoint, helium at {spec.tref:g} degC, 1 atm"}  # fmt: skip
        self._pair = Pair(group, "SETPOINT", keywords, instrument=device.name,
                          query=row.ask(*self._slot.address), set=row.set, every=row.every)  # fmt: skip
        device.watch(self._slot, self._good, self._pair.hide)
        group.accept(self._pair.wish, self.put)

    async def put(self, request: Put) -> None:
        """Have the controller take a setpoint; the put ends when it has it."""
        slpm = float(request.value)
        await self._pair.carry_out(lambda: self._write(slpm))

    def _good(self, values: Values) -> None:
        assert self._slot.units is not None and self._slot.units.values is not None  # read in the same message
        frame = self._slot.units.values
        flow = litres(values["value"] / bronkhorst.FULL * frame["capacity"], frame["unit"])
        if flow is None:
            self._pair.hide("READ")
        else:
            self._pair.show(rescale(flow[0], flow[1] or 0.0, self.spec.tref))

    async def _write(self, slpm: float) -> None:
        slot, model = self._slot, self.device.model
        assert slot.units is not None
        frame, mode, kind = slot.units.row, model["MODE"], model["KIND"]

        async def work(talk: Conversation) -> None:
            asked = [row.ask(*slot.address) for row in (frame, mode, kind)]
            told, ruled, built = await talk.chain(asked)
            if kind.parse(built)["kind"] in METERS:
                raise Refused(f"{self.device.name} is a meter, it has no valve")
            if (source := mode.parse(ruled)["mode"]) not in FROM_THE_LINE:
                raise Refused(f"setpoint of {self.device.name} comes from elsewhere: {source}")
            steps = self._steps(slpm, frame.parse(told))
            (answer,) = await talk.chain([slot.row.tell({"value": steps}, *slot.address)])
            bronkhorst.told(answer)
            kept = self.device.hear(slot, await talk.chain(slot.queries), self.clock.now())["value"]
            if kept != steps:
                raise DeviceRefused(f"{self.device.name} kept {kept} of {bronkhorst.FULL} instead of {steps}")

        await self.device.transact(work)

    def _steps(self, slpm: float, frame: Values) -> int:
        """Return the share of the capacity; :class:`Refused` beyond it."""
        one = units_for(slpm, self.spec.tref, frame["unit"])
        if one is None or frame["capacity"] <= 0.0:
            raise Refused(f"{self.device.name} is set to {frame['unit']!r}: no unit of a mass flow")
        steps = round(one / float(frame["capacity"]) * bronkhorst.FULL)
        if steps > bronkhorst.FULL:
            raise Refused(f"{slpm:g} SLPM are more than {self.device.name} can pass")
        return steps
