"""The C-band receiver: a cryostat on a two-stage cooler as a :class:`~cryosim.plant.protocol.Plant`.

A step is one second: residual gas first, with pump, vent and zeolite solved together, then heat, node by node,
each implicit in its own temperature (physics.md 7).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from cryosim.emulators.ports import FlowSample, HeaterPort
from cryosim.plant import crx_faults, crx_truth, faults, hands
from cryosim.plant.amplifier import TRANSISTORS, Amplifier
from cryosim.plant.crx_hands import MAINS, Hands
from cryosim.plant.crx_heat import Powers, heat
from cryosim.plant.crx_ledger import Ledger, Stores, stores
from cryosim.plant.crx_parameters import YEBES, Parameters
from cryosim.plant.crx_state import ATMOSPHERE, COLD_GAS, NODES, PUMPED, STAGE2, STAGES, State, at_rest, tables
from cryosim.plant.crx_vacuum import vacuum
from cryosim.plant.loads import HeaterCircuit, HeaterLine, Thermostat
from cryosim.plant.protocol import BadState, ResidualGas

AMPLIFIERS = ("LCP", "RCP")
STATES = ("warm", "pumped", "cold")
OPERATING = (90.0, 19.0)  # K; seed 001, section 3.1
STEP = 1.0  # s


class Crx:
    """The cryostat of report IT-OAN 2010-14.

    Parameters
    ----------
    parameters : Parameters
        Of the cryostat.
    seed : int, optional
        Draws at which temperature within its spread each thermostat opens; all at the nominal one when not given.
    substep : float
        Length of a step, [s].

    Attributes
    ----------
    state : State
        May be read; written by :meth:`reset` and steps.
    hands : Hands
        The operator's; moved by :meth:`turn`.
    ledger : Ledger
        Heat and gas since the last reset.
    lines : dict of HeaterLine
        What supplies drive: ``HEATERS`` on the stages, ``REGEN`` in the zeolite boxes.
    amplifiers : dict of Amplifier
        ``LCP`` and ``RCP``, on the second stage.
    sensor_leads : float
        Resistance in the loop of each diode, [ohm].
    """

    STATES = STATES
    TRUTHS = crx_truth.TRUTHS
    FAULTS = crx_faults.FAULTS

    def __init__(self, parameters: Parameters = YEBES, *, seed: int | None = None, substep: float = STEP) -> None:
        self.parameters = parameters
        self.substep = substep
        self.sensor_leads = parameters.leads_ohm
        self._solids = tables(parameters)
        self.state = State()
        circuit = HeaterCircuit(parameters.heater_ohm, parameters.leads_ohm)
        draw = random.Random(seed)
        spread = 0.0 if seed is None else parameters.thermostat_spread
        switches = [self._thermostat(node, draw.uniform(-spread, spread)) for node in range(len(NODES))]
        self.lines: Mapping[str, HeaterLine] = {
            "HEATERS": HeaterLine(switches[:2], circuit),
            "REGEN": HeaterLine(switches[2:], circuit),
        }
        self.reset("warm")
        self.amplifiers: Mapping[str, Amplifier] = {
            name: Amplifier(serial, lambda: self.state.kelvin[STAGE2])
            for name, serial in zip(AMPLIFIERS, TRANSISTORS, strict=True)
        }

    # --- what instruments meet --------------------------------------------------------------------

    def temperature(self, name: str) -> float:
        """Return what the sensor of a thermometer is at, [K]: ``STAGE1`` or ``STAGE2``."""
        if name in self.state.stuck:
            return self.state.stuck[name]
        if name not in STAGES:
            raise KeyError(name)
        return self.state.kelvin[STAGES.index(name)]

    def heater(self, name: str) -> HeaterPort:
        """There is no heater of a control loop; see ``lines``."""
        raise KeyError(name)

    def flow(self) -> FlowSample:
        """Return gas that does not move: nothing flows through a closed-cycle cryostat."""
        return FlowSample(mass_flow=0.0, pressure=ATMOSPHERE, temperature=self.parameters.ambient, gas="He")

    def residual_gas(self) -> ResidualGas:
        """Return what is left in the vessel, as gauges on its bottom flange meet it."""
        return ResidualGas(self.state.air, self.state.helium, self.state.water)

    def vacuum_pressure(self) -> float:
        """Return the absolute pressure in the vessel, [Pa]."""
        return self.residual_gas().total

    def compressor_runs(self) -> bool:
        """Return whether the cooler is driven."""
        return self.hands.compressor and not self.state.tripped

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass in steps of ``substep``; the amplifiers in one."""
        self._due += dt
        while self._due >= self.substep - 1e-9:
            self._due -= self.substep
            self._step(self.substep)
        for amplifier in self.amplifiers.values():
            amplifier.advance(dt)

    # --- the operator and the world -----------------------------------------------------------------

    def turn(self, name: str, value: float | bool | str) -> None:
        """Move one of the hands; raises ``RefusedHand`` when it cannot get there."""
        hands.turn(self.hands, name, value)

    def begin_fault(self, name: str, value: float | None = None) -> None:
        """Let a fault of ``crx_faults.FAULTS`` begin; raises ``UnknownFault``."""
        before = self.stores()
        faults.begin(self.FAULTS, name, self.state, self.parameters, value)
        self._book(before)

    def end_fault(self, name: str) -> None:
        """Let a fault be over; raises ``UnknownFault``."""
        before = self.stores()
        faults.end(self.FAULTS, name, self.state, self.parameters)
        self._book(before)

    def deeds(self) -> dict[str, tuple[str, Callable[[], None]]]:
        """Return what is done in one go, with what it is."""
        return {"REPAIR": ("New transistors where any are lost", self.repair)}

    def alarms(self) -> Mapping[str, Mapping[str, float]]:
        """Return alarm limits of what is true."""
        return crx_truth.alarms(self.parameters)

    def repair(self) -> None:
        """Put in new transistors where any are lost."""
        self.state.overheated = False
        for amplifier in self.amplifiers.values():
            amplifier.repair()

    # --- states -------------------------------------------------------------------------------------

    def reset(self, name: str) -> None:
        """Begin anew: ``warm`` with air in it, ``pumped`` and warm, or ``cold`` and running.

        Raises
        ------
        BadState
            For another name.
        """
        if name not in STATES:
            raise BadState(f"{name!r}: the states are {', '.join(STATES)}")
        if name == "cold":
            self.start(*OPERATING)
        else:
            room = self.parameters.ambient
            self._take(room, room, ATMOSPHERE if name == "warm" else PUMPED)

    def start(self, first: float, second: float) -> None:
        """Begin with the cooler running and a good vacuum, the stages at two temperatures, [K]."""
        self._take(first, second, COLD_GAS)
        self.hands.compressor = True

    def stores(self) -> Stores:
        """Take stock: what the plant holds now."""
        return stores(self.state, self.parameters)

    # --- inside ---------------------------------------------------------------------------------------

    def _take(self, first: float, second: float, gas: float) -> None:
        p = self.parameters
        self.state = at_rest(p, self._solids, first, second, gas)
        self.hands = Hands()
        self.ledger = Ledger()
        self._due = 0.0

    def _thermostat(self, node: int, stray: float) -> Thermostat:
        opens = self.parameters.thermostat_opens + stray
        # Welded contacts behave as cold ones do: they conduct.
        return Thermostat(
            lambda: 0.0 if self.state.welded else self.state.kelvin[node],
            opens,
            opens - self.parameters.thermostat_closes,
        )

    def _book(self, before: Stores) -> None:
        """Book what a fault has brought into the vessel at once."""
        after = self.stores()
        self.ledger.air += after.air - before.air
        self.ledger.helium += after.helium - before.helium

    def _step(self, dt: float) -> None:
        s = self.state
        vacuum(s, self.hands, self.ledger, self.parameters, dt)
        powers = Powers(
            self.lines["HEATERS"].powers(),
            self.lines["REGEN"].powers(),
            sum(amplifier.power() for amplifier in self.amplifiers.values()),
        )
        frequency = MAINS[self.hands.mains] if self.compressor_runs() else 0.0
        heat(s, self.ledger, self.parameters, self._solids, frequency, powers, dt)
        s.seconds += dt
