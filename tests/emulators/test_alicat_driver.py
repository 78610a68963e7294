"""The public ``alicat`` driver against the emulator, over TCP: whatever it offers that fits a unit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from alicat import FlowController, FlowMeter

from cryoioc.clock import Clock
from cryosim.emulators.alicat import Alicat, Options
from cryosim.emulators.line import Line, LineSettings
from cryosim.emulators.ports import FlowSample
from cryosim.serving import tcp

STEP = 0.1  # s


class Pipe:
    def read(self) -> FlowSample:
        return FlowSample(mass_flow=2.4e-5, pressure=101325.0, temperature=294.0, gas="He")


def with_driver(options: Options, scene: Callable[[FlowMeter, Alicat], Awaitable[None]]) -> None:
    """Play a scene with the driver at one end of a socket and the emulator at the other."""

    async def play() -> None:
        unit = Alicat(Pipe(), options)
        line = Line(unit, Clock(), LineSettings(terminator=b"\r"))
        kind = FlowController if options.controller else FlowMeter
        async with tcp(line) as port:
            driver = kind(f"127.0.0.1:{port}", unit=options.unit_id, timeout=10.0)
            await scene(driver, unit)
            await driver.hw.close()

    asyncio.run(play())


def let_pass(unit: Alicat, seconds: float) -> None:
    for _ in range(round(seconds / STEP)):
        unit.advance(STEP)


METER = Options()
CONTROLLER = Options(controller=True, firmware="10v20.0-R24", unit_id="C", full_scale=20.0)


def test_is_connected_tells_meter_from_controller():
    async def play(options: Options) -> tuple[bool, bool]:
        line = Line(Alicat(Pipe(), options), Clock(), LineSettings(terminator=b"\r", max_clients=5))
        async with tcp(line) as port:
            address = f"127.0.0.1:{port}"
            meter = await FlowMeter.is_connected(address, options.unit_id)
            return meter, await FlowController.is_connected(address, options.unit_id)

    assert asyncio.run(play(CONTROLLER)) == (False, True)
    assert asyncio.run(play(METER))[0] is True


def test_meter_readings():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        state = await driver.get()
        assert state == {
            "pressure": 14.696,
            "temperature": 20.85,
            "volumetric_flow": 8.68,
            "mass_flow": 8.80,
            "gas": "He",
        }

    with_driver(METER, scene)


def test_controller_with_totaliser():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        assert isinstance(driver, FlowController)
        await driver.set_flow_rate(6.0)
        let_pass(unit, 60.3)
        state = await driver.get()
        assert state["total flow"] == pytest.approx(6.0, abs=0.03)

    with_driver(Options(controller=True, firmware="10v20.0-R24", totaliser=True), scene)


def test_meter_gas_lock_tare_and_firmware():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        for gas in ("N2", "Ar", "He"):
            await driver.set_gas(gas)
            assert (await driver.get())["gas"] == gas
        await driver.set_gas(8)
        assert (await driver.get())["gas"] == "N2"
        with pytest.raises(OSError, match="Cannot set gas"):
            await driver.set_gas(200)
        await driver.lock()
        assert await driver.is_locked()
        await driver.unlock()
        assert not await driver.is_locked()
        assert "10v04" in await driver.get_firmware()
        await driver.tare_volumetric()
        assert (await driver.get())["mass_flow"] == 0.0
        await driver.tare_pressure()
        assert (await driver.get())["pressure"] == 14.696

    with_driver(METER, scene)


def test_meter_mixtures():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        await driver.create_mix(240, "HeN2", {"He": 50, "N2": 50})
        await driver.set_gas(240)
        assert (await driver.get())["gas"] == "HeN2"
        await driver.delete_mix(240)
        with pytest.raises(OSError, match="Unable to delete mix"):
            await driver.delete_mix(240)

    with_driver(METER, scene)


def test_controller_flow_and_pressure():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        assert isinstance(driver, FlowController)
        await driver.set_flow_rate(7.5)
        let_pass(unit, 5.0)
        state = await driver.get()
        assert (state["setpoint"], state["mass_flow"], state["control_point"]) == (7.5, 7.5, "mass flow")
        await driver.set_pressure(20.0)
        let_pass(unit, 5.0)
        state = await driver.get()
        assert (state["setpoint"], state["pressure"], state["control_point"]) == (20.0, 20.0, "abs pressure")
        await driver.set_flow_rate(1.0)
        let_pass(unit, 5.0)
        assert (await driver.get())["mass_flow"] == 1.0

    with_driver(CONTROLLER, scene)


def test_controller_ramps():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        assert isinstance(driver, FlowController)
        config = {"up": True, "down": False, "zero": True, "power": False}
        await driver.set_ramp_config(config)
        assert await driver.get_ramp_config() == config
        await driver.set_maxramp(0.5, "s")
        assert await driver.get_maxramp() == {"max_ramp": 0.5, "units": "SLPM/s"}
        await driver.set_flow_rate(10.0)
        let_pass(unit, 2.0)
        assert (await driver.get())["setpoint"] == 1.0

    with_driver(CONTROLLER, scene)


def test_controller_hold_pid_and_batches():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        assert isinstance(driver, FlowController)
        await driver.set_flow_rate(5.0)
        let_pass(unit, 5.0)
        await driver.hold()
        assert unit.valve.held
        await driver.cancel_hold()
        assert not unit.valve.held
        await driver.set_pid(p=400, i=30, d=4000, loop_type="PD2I")
        assert await driver.get_pid() == {"loop_type": "PD2I", "P": "400", "D": "4000", "I": "30"}
        await driver.set_totalizer_batch(12.5, batch=2, units="SL")
        assert await driver.get_totalizer_batch(2) == "+0012.50 SL"
        await driver.reset_totalizer()

    with_driver(CONTROLLER, scene)


def test_flow_that_does_not_come_from_the_serial_line_is_refused_by_the_driver():
    async def scene(driver: FlowMeter, unit: Alicat) -> None:
        assert isinstance(driver, FlowController)
        unit.memory.source = "A"
        with pytest.raises(OSError, match="Could not set setpoint"):
            await driver.set_flow_rate(5.0)

    with_driver(CONTROLLER, scene)
