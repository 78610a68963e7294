"""The STVP: a continuous-flow helium cryostat as a :class:`~cryosim.plant.protocol.Plant`.

The order of a step: flow from the pressures and line temperatures of the last one; the stream marched
from the dewar to the shield, each node implicit in its own temperature; liquid, gas and pressure last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cryosim.emulators.ports import FlowSample
from cryosim.physics.helium_gas import ATMOSPHERE
from cryosim.physics.helium_tables import saturation
from cryosim.plant import (
    faults,
    stvp_faults,
    stvp_head,
    stvp_line,
    stvp_pool,
    stvp_saved,
    stvp_state,
    stvp_truth,
    stvp_vacuum,
)
from cryosim.plant.hands import turn
from cryosim.plant.protocol import BadState
from cryosim.plant.stvp_hands import Hands
from cryosim.plant.stvp_ledger import Ledger, Stores, stores
from cryosim.plant.stvp_parameters import AS_RECORDED, SLPM, Parameters
from cryosim.plant.stvp_saved import Saved
from cryosim.plant.stvp_state import SAMPLE, VAPORIZER, State, set_node, valve_for
from cryosim.plant.winding import Winding

STATES = ("warm", "cold", "superfluid")
COPPER_WARM = 389.0  # J/kg/K, heat capacity of copper at 300 K; physics.md 1


class Stvp:
    """The cryostat of the acceptance sheet, job 21394.

    Parameters
    ----------
    parameters : Parameters
        Of the cryostat.
    substep : float
        Length of a step, [s]; ``advance`` takes as many as fit.
    loops : tuple of str
        Names of the loops that heat vaporizer and sample mount.

    Attributes
    ----------
    state : State
        May be read; written by :meth:`reset`, :meth:`load` and steps.
    hands : Hands
        The operator's; moved by :meth:`turn`.
    ledger : Ledger
        Helium and heat since the last reset or load.
    """

    STATES = STATES
    TRUTHS = stvp_truth.TRUTHS
    FAULTS = stvp_faults.FAULTS

    def __init__(
        self, parameters: Parameters = AS_RECORDED, *, substep: float = 0.1, loops: tuple[str, str] = ("LOOP1", "LOOP2")
    ) -> None:
        self.parameters = parameters
        self.substep = substep
        self._exchange = stvp_head.per_kelvin(parameters.vaporizer_exchange)
        self._vaporizer_heater = Winding(parameters.heater_ohm)
        self._sample_heater = Winding(parameters.sample_heater_ohm)
        self._heaters = dict(zip(loops, (self._vaporizer_heater, self._sample_heater), strict=True))
        self.reset("warm")

    # --- what instruments meet --------------------------------------------------------------------

    def temperature(self, name: str) -> float:
        """Return what the sensor of a thermometer is at, [K]: ``VAP`` or ``SAMPLE``."""
        s = self.state
        if name in s.stuck:
            return s.stuck[name]
        if name == "VAP":
            return s.kelvin[VAPORIZER]
        if name == "SAMPLE":
            return s.bobbin + self.parameters.sensor_offset * min(1.0, max(0.0, (5.0 - s.bobbin) / 0.5))
        raise KeyError(name)

    def heater(self, name: str) -> Winding:
        """Return the heater of a loop."""
        return self._heaters[name]

    def flow(self) -> FlowSample:
        """Return the gas at the meter behind pump and vent, at room temperature and pressure."""
        metered = max(0.0, self.state.metered)  # a check valve keeps air from running back through it
        return FlowSample(metered, ATMOSPHERE, self.parameters.ambient, "He")

    def dewar_level(self) -> float:
        """Return how full the dewar is, 0 to 1."""
        return self.state.dewar / self.parameters.dewar_full

    def dewar_pressure(self) -> float:
        """Return the absolute pressure in the dewar, [Pa]."""
        return self.state.dewar_pressure

    def tube_pressure(self) -> float:
        """Return the absolute pressure in the sample tube, [Pa]."""
        return self.state.pressure

    def vacuum_pressure(self) -> float:
        """Return the absolute pressure in the vacuum jacket, [Pa]."""
        jacket = self.state.jacket
        return jacket.air + jacket.water + jacket.helium

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass in steps of ``substep``."""
        self._due += dt
        while self._due >= self.substep - 1e-9:
            self._due -= self.substep
            self._step(self.substep)

    # --- the operator and the world -----------------------------------------------------------------

    def turn(self, name: str, value: float | bool | str) -> None:
        """Move one of the hands; raises ``RefusedHand`` when it cannot get there."""
        was_in = self.hands.sample_in
        turn(self.hands, name, value)
        if self.hands.sample_in is not was_in:
            self._exchange_sample()

    def exercise_valve(self) -> None:
        """Open and close the needle valve three or four times: breaks ice that does not fill it yet."""
        if self.state.blockage < 0.6:
            self.state.blockage *= 0.5

    def refill(self) -> None:
        """Fill the dewar."""
        added = self.parameters.dewar_full - self.state.dewar
        self.state.dewar += added
        self.ledger.filled += added
        stvp_vacuum.feed_state(self.state, self.parameters)

    def begin_fault(self, name: str, value: float | None = None) -> None:
        """Let a fault of ``stvp_faults.FAULTS`` begin; raises ``UnknownFault``."""
        before = self.state.dewar
        faults.begin(self.FAULTS, name, self.state, self.parameters, value)
        self.ledger.filled += self.state.dewar - before
        self._settle()

    def end_fault(self, name: str) -> None:
        """Let a fault be over; raises ``UnknownFault``."""
        faults.end(self.FAULTS, name, self.state, self.parameters)
        self._settle()

    def deeds(self) -> dict[str, tuple[str, Callable[[], None]]]:
        """Return what is done in one go, with what it is."""
        return {
            "VALVE:EXERCISE": ("Open and close the valve to break ice", self.exercise_valve),
            "DEWAR:REFILL": ("Fill the dewar with liquid", self.refill),
            "REPAIR": ("New winding, joints soldered again", self.repair),
        }

    def alarms(self) -> Mapping[str, Mapping[str, float]]:
        """Return alarm limits of what is true."""
        return stvp_truth.alarms(self.parameters)

    def repair(self) -> None:
        """Undo burnt windings and failed joints."""
        s = self.state
        s.winding_open = s.joints_failed = s.overheated = False
        self._vaporizer_heater.burnt = False

    # --- states -------------------------------------------------------------------------------------

    def reset(self, name: str) -> None:
        """Begin anew: ``warm`` and purged, ``cold`` and running at 8.8 SLPM, or ``superfluid``.

        Raises
        ------
        BadState
            For another name.
        """
        if name not in STATES:
            raise BadState(f"{name!r}: the states are {', '.join(STATES)}")
        self._take({"warm": stvp_state.warm, "cold": stvp_state.cold, "superfluid": stvp_state.superfluid}[name])
        if name == "superfluid":
            self.hands = Hands(pump=True, vent=False)
        if name == "cold":
            self.run_at(8.8 * SLPM)

    def start(self, vaporizer: float, sample: float, flow: float) -> None:
        """Begin cold at given temperatures, [K], and flow, [kg/s]."""
        self._take(lambda p: stvp_state.cold(p, vaporizer, sample))
        self.run_at(flow)

    def run_at(self, flow: float) -> None:
        """Press the dewar and open the needle valve for a flow, [kg/s]."""
        s, p = self.state, self.parameters
        s.dewar_pressure = ATMOSPHERE + self.hands.dewar_pressure
        stvp_vacuum.feed_state(s, p)
        drop = s.dewar_pressure - s.pressure
        self.hands.valve = valve_for(flow, s, p, s.feed_density, drop) if flow > 0.0 else 0.0
        s.flow = s.metered = flow

    def save(self, path: Path) -> None:
        """Write state and hands to a file; what is loaded from it goes on with the same bits."""
        powers = [heater.power for heater in self._heaters.values()]
        stvp_saved.write(path, Saved(self.state, self.hands, powers, self._ticks, self._due))

    def load(self, path: Path) -> None:
        """Take up what :meth:`save` has written.

        Raises
        ------
        BadState
            When the file cannot be read, is of another format, or holds what no plant can be; nothing changes then.
        """
        saved = stvp_saved.read(path, len(self._heaters), self.substep)
        self.state, self.hands, self._ticks, self._due = saved.state, saved.hands, saved.ticks, saved.due
        self.ledger = Ledger()
        self._vaporizer_heater.burnt = saved.state.winding_open
        for heater, power in zip(self._heaters.values(), saved.powers, strict=True):
            heater.power = power

    def stores(self) -> Stores:
        """Take stock: what the plant holds now."""
        return stores(self.state, self.parameters)

    # --- inside ---------------------------------------------------------------------------------------

    def _take(self, make: Callable[[Parameters], State]) -> None:
        self.state = make(self.parameters)
        self.hands = Hands()
        self.ledger = Ledger()
        self._ticks, self._due = 0, 0.0
        for heater in self._heaters.values():
            heater.burnt, heater.power = False, 0.0
        self._settle()

    def _settle(self) -> None:
        """Take up at once what is otherwise looked at once a second."""
        stvp_vacuum.slowly(self.state, self.hands, Ledger(), self.parameters, 0.0)

    def _exchange_sample(self) -> None:
        """Taken out or put in, the mount is at room temperature: another one is as good."""
        s, p = self.state, self.parameters
        before = s.enthalpy[SAMPLE]
        set_node(s, SAMPLE, p.ambient)
        self.ledger.set[SAMPLE] += p.sample_mass * (s.enthalpy[SAMPLE] - before)
        s.bobbin = p.ambient

    def _step(self, dt: float) -> None:
        s, hands, p, ledger = self.state, self.hands, self.parameters, self.ledger
        boiling = saturation(s.pressure)
        s.flow = stvp_line.feed(s, hands, p)
        drawn = dt * s.flow
        s.dewar -= drawn
        ledger.drawn += drawn
        ledger.drawn_heat += drawn * s.feed_enthalpy
        m = stvp_head.Stream(s.flow, stvp_line.line(s, ledger, p, boiling, dt))
        stvp_head.vaporizer(s, ledger, p, self._exchange, boiling, m, self._vaporizer_heater.power, dt)
        entering_heat = m.flow * m.enthalpy
        stvp_head.separate(s, p, boiling, m)
        entering = s.flow - m.separated
        entering_heat -= m.separated_heat
        scale = (m.flow / p.reference_flow) ** p.stream_exponent if m.flow else 0.0
        stvp_head.sample(s, hands, ledger, p, boiling, m, scale, self._sample_heater.power, dt)
        stvp_head.tube_and_shield(s, ledger, p, boiling, m, scale, dt)
        stvp_pool.pool(s, hands, ledger, p, boiling, m, entering, entering_heat + m.to_gas, dt)
        self._read_sample(dt)
        self._ticks += 1
        if self._ticks * dt >= stvp_vacuum.PERIOD - 1e-9:
            self._ticks = 0
            stvp_vacuum.slowly(s, hands, ledger, p, stvp_vacuum.PERIOD)
            if s.winding_open and not self._vaporizer_heater.burnt:
                self._vaporizer_heater.burn()
        s.seconds += dt

    def _read_sample(self, dt: float) -> None:
        """Let the bobbin of the sample sensor follow its mount: slower the more heat it holds."""
        s, p = self.state, self.parameters
        lag = p.sensor_lag_cold + (p.sensor_lag_warm - p.sensor_lag_cold) * min(1.0, s.heat[SAMPLE] / COPPER_WARM)
        s.bobbin += (s.kelvin[SAMPLE] - s.bobbin) * dt / (lag + dt)
