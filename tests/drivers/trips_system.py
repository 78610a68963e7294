"""Round trips of status, relays, panel, interface and connection; lakeshore-protocol.md 2, 3, 4.1, 4.6 and 7.1."""

from __future__ import annotations

import pytest
import serial
from lakeshore import InstrumentException
from lakeshore.model_335 import Model335ServiceRequestEnable
from lakeshore.model_336 import Model336ServiceRequestEnable
from lakeshore.temperature_controllers import OperationEvent, StandardEventRegister

from .lakeshore_bench import BAUD, PATIENCE, PTY, TCP, Bench
from .round_trips import round_trip
from .trips_inputs import ONLY_335, ONLY_336

REQUEST_ENABLE = {"lakeshore335": Model335ServiceRequestEnable, "lakeshore336": Model336ServiceRequestEnable}


@round_trip("command", "query", "write")
def messages(bench: Bench) -> None:
    bench.driver.command("MOUT 1,10", "MOUT 2,20")
    assert bench.raw("MOUT? 1;MOUT? 2") == "+010.00;+020.00"
    assert bench.driver.query("MOUT? 1", "MOUT? 2") == "+010.00;+020.00"
    bench.driver.write("MOUT 1,30")
    bench.driver.command("MOUT 2,40", check_errors=False)
    assert bench.driver.query("MOUT? 1", check_errors=False) == bench.raw("MOUT? 1") == "+030.00"
    assert bench.raw("MOUT? 2") == "+040.00"
    for wrong in ("MOUT", "XYZZY 1", "MOUT 1,warm"):
        with pytest.raises(InstrumentException, match="Command Error"):
            bench.driver.command(wrong)
    with pytest.raises(InstrumentException, match="Command Error"):
        bench.driver.query("XYZZY?")
    with pytest.raises(InstrumentException, match="Execution Error"):
        bench.driver.command("MOUT 1,101")
    assert bench.raw("MOUT? 1;*ESR?") == "+030.00;000"


@round_trip("clear_interface_command")
def clear(bench: Bench) -> None:
    bench.pass_time()
    assert bench.raw("*OPC;MOUT 1,101;*OPC?") == "1"
    bench.driver.clear_interface_command()  # would tell of the refused MOUT otherwise
    assert bench.raw("*ESR?;OPSTR?") == "000;000"


@round_trip("reset_instrument")
def reset(bench: Bench) -> None:
    bench.tell("PID 1,100,20,0", "MODE 2", "OUTMODE 1,1,1,0", "RANGE 1,1")
    bench.driver.reset_instrument()
    assert bench.raw("PID? 1;MODE?;RANGE? 1") == "+0100.0,+0020.0,+000.0;0;0"  # not the defaults (4.1)


@round_trip("get_self_test")
def self_test(bench: Bench) -> None:
    assert bench.driver.get_self_test() is False
    assert bench.raw("*TST?") == "0"


@round_trip("set_standard_event_enable_mask", "get_standard_event_enable_mask")
def event_enable(bench: Bench) -> None:
    wanted = StandardEventRegister(False, True, True, False, True)
    bench.driver.set_standard_event_enable_mask(wanted)
    assert vars(bench.driver.get_standard_event_enable_mask()) == vars(wanted)
    assert bench.raw("*ESE?") == "148"  # QYE 4, EXE 16, PON 128


@round_trip("set_service_request")
def service_request(bench: Bench) -> None:
    bench.driver.set_service_request(REQUEST_ENABLE[bench.model](False, True, True))
    assert bench.raw("*SRE?") == "160"  # ESB 32, OSB 128


@round_trip("set_service_request", "get_service_request", "get_status_byte", models=ONLY_336)
def status_byte(bench: Bench) -> None:
    wanted = Model336ServiceRequestEnable(False, False, True)
    bench.driver.set_service_request(wanted)
    assert vars(bench.driver.get_service_request()) == vars(wanted)
    assert bench.driver.get_status_byte().to_integer() == 0
    bench.tell("OPSTE 16")
    bench.pass_time()  # a new reading
    assert vars(bench.driver.get_status_byte()) == {
        "message_available_summary_bit": False,
        "event_status_summary_bit": False,
        "service_request": True,
        "operation_summary_bit": True,
    }
    assert bench.raw("*STB?") == "192"


@round_trip("get_operation_condition", "get_operation_event")
def operation_status(bench: Bench) -> None:
    bench.tell("ALARM A,1,10,2,0.5,0,1,1")
    bench.pass_time()
    condition = vars(bench.driver.get_operation_condition())
    # ATUNE is on while no tune runs (3.1); the driver calls it completed.
    on_now = ["alarm", "new_sensor_reading", "autotune_process_completed"]
    assert [name for name, on in condition.items() if on] == on_now
    assert bench.raw("OPST?") == "049"
    bench.tell("ALARM A,0")
    bench.pass_time()
    assert bench.raw("OPST?") == "048"
    event = vars(bench.driver.get_operation_event())
    assert [name for name, on in event.items() if on] == ["alarm", "new_sensor_reading"]  # what has come
    assert bench.raw("OPSTR?") == "000"  # reading has cleared it


@round_trip("set_operation_event_enable", "get_operation_event_enable")
def operation_enable(bench: Bench) -> None:
    wanted = OperationEvent(True, False, True, False, True, False, True, True)
    bench.driver.set_operation_event_enable(wanted)
    assert vars(bench.driver.get_operation_event_enable()) == vars(wanted)
    assert bench.raw("OPSTE?") == "213"


@round_trip("turn_relay_on", "turn_relay_off", "get_relay_status", "get_relay_control_mode")
def relays(bench: Bench) -> None:
    modes = bench.driver.RelayControlMode
    bench.tell("RELAY 1,0,B,1")
    bench.driver.turn_relay_on(1)  # sends empty fields: they stay (2.2)
    assert (bench.driver.get_relay_control_mode(1), bench.driver.get_relay_status(1)) == (modes.RELAY_ON, True)
    assert bench.raw("RELAY? 1;RELAYST? 1;RELAYST? 2") == "1,B,1;1;0"
    bench.driver.turn_relay_off(1)
    assert (bench.driver.get_relay_control_mode(1), bench.driver.get_relay_status(1)) == (modes.RELAY_OFF, False)
    assert bench.raw("RELAY? 1;RELAYST? 1") == "0,B,1;0"


@round_trip("set_relay_alarms", "get_relay_alarm_control_parameters", "get_relay_control_mode", "get_relay_status")
def relay_alarms(bench: Bench) -> None:
    trigger = bench.driver.RelayControlAlarm.HIGH_ALARM
    bench.driver.set_relay_alarms(2, "B", trigger)
    found = bench.driver.get_relay_alarm_control_parameters(2)
    assert found == {"activating_input_channel": "B", "alarm_relay_trigger_type": trigger}
    assert bench.driver.get_relay_control_mode(2) is bench.driver.RelayControlMode.ALARMS
    assert bench.raw("RELAY? 2") == "2,B,1"
    assert bench.driver.get_relay_status(2) is False
    bench.tell("ALARM B,1,10,2,0.5,0,1,1")
    bench.pass_time()
    assert bench.driver.get_relay_status(2) is True


@round_trip("set_display_field_settings", "get_display_field_settings")
def display_field(bench: Bench) -> None:
    source, units = bench.driver.InputChannel(2), bench.driver.DisplayFieldUnits.SENSOR_NAME
    bench.driver.set_display_field_settings(4, source, units)
    found = bench.driver.get_display_field_settings(4)
    assert found == {"input_channel": source, "display_units": units}
    assert bench.raw("DISPFLD? 4") == "2,6"


@round_trip("set_display_setup", "get_display_setup", models=ONLY_335)
def display_335(bench: Bench) -> None:
    wanted = bench.driver.DisplaySetup.TWO_LOOP
    bench.driver.set_display_setup(wanted)
    assert bench.driver.get_display_setup() is wanted
    assert bench.raw("DISPLAY?") == "7"


@round_trip("set_display_setup", "get_display_setup", models=ONLY_336)
def display_336(bench: Bench) -> None:
    modes, fields, sizes = bench.driver.DisplaySetupMode, bench.driver.DisplayFields, bench.driver.DisplayFieldsSize
    for wanted, text in (
        ((modes.CUSTOM, fields.SMALL_8, 3), "4,2,3"),
        ((modes.ALL_INPUTS, sizes.LARGE, None), "6,1,3"),
        ((modes.INPUT_D, None, None), "3,1,3"),
    ):
        bench.driver.set_display_setup(*("" if field is None else field for field in wanted))
        found = bench.driver.get_display_setup()
        assert found == dict(zip(("mode", "num_fields", "displayed_output"), wanted, strict=True))
        assert bench.raw("DISPLAY?") == text


@round_trip("set_brightness", "get_brightness", models=ONLY_335)
def brightness(bench: Bench) -> None:
    wanted = bench.driver.BrightnessLevel.HALF
    bench.driver.set_brightness(wanted)
    assert bench.driver.get_brightness() is wanted
    assert bench.raw("BRIGT?") == "1"


@round_trip("set_contrast_level", "get_contrast_level", models=ONLY_336)
def contrast(bench: Bench) -> None:
    bench.driver.set_contrast_level(7)
    assert bench.driver.get_contrast_level() == 7
    assert bench.raw("BRIGT?") == "07"


@round_trip("set_led_state", "get_led_state", "set_keypad_lock", "get_keypad_lock")
def leds_and_keypad(bench: Bench) -> None:
    bench.driver.set_led_state(False)
    assert bench.driver.get_led_state() is False
    bench.driver.set_keypad_lock(True, 7)
    assert bench.driver.get_keypad_lock() == {"state": True, "code": 7}
    assert bench.raw("LEDS?;LOCK?") == "0;1,007"


@round_trip("set_remote_interface_mode", "get_remote_interface_mode", "set_ieee_488", "get_ieee_488")
def interface_mode(bench: Bench) -> None:
    wanted = bench.driver.InterfaceMode.REMOTE_LOCAL_LOCK
    bench.driver.set_remote_interface_mode(wanted)
    assert bench.driver.get_remote_interface_mode() is wanted
    bench.driver.set_ieee_488(5)
    assert bench.driver.get_ieee_488() == 5
    assert bench.raw("MODE?;IEEE?") == "2;05"


@round_trip("set_interface", "get_interface", "set_website_login", "get_website_login", models=ONLY_336)
def interface(bench: Bench) -> None:
    wanted = bench.driver.Interface.IEEE488
    bench.driver.set_interface(wanted)
    assert bench.driver.get_interface() is wanted
    assert bench.raw("INTSEL?") == "2"
    bench.driver.set_website_login("operator", "cold")
    login = bench.driver.get_website_login()
    assert {key: text.strip() for key, text in login.items()} == {"username": "operator", "password": "cold"}
    assert [text.strip() for text in bench.raw("WEBLOG?").split(",")] == ["operator", "cold"]


@round_trip("set_network_settings", "get_network_settings", "get_network_configuration", models=ONLY_336)
def network(bench: Bench) -> None:
    addresses = {
        "ip_address": "10.1.2.3",
        "sub_mask": "255.255.0.0",
        "gateway": "10.1.0.1",
        "primary_dns": "10.1.0.2",
        "secondary_dns": "10.1.0.3",
    }
    texts = {"pref_host": "tc1", "pref_domain": "lab.example", "description": "STVP insert"}
    bench.driver.set_network_settings(False, True, *addresses.values(), *texts.values())
    found = bench.driver.get_network_settings()
    stripped = {key: value.strip() if isinstance(value, str) else value for key, value in found.items()}
    assert stripped == {"dhcp_enable": False, "auto_ip_enable": True, **addresses, **texts}
    assert bench.raw("NET?").split(",")[:7] == ["0", "1", *addresses.values()]
    now = bench.driver.get_network_configuration()
    assert now["lan_status"] is bench.driver.LanStatus.STATIC_IP
    assert {key: now[key] for key in addresses} == addresses
    assert (now["hostname"].strip(), now["domain"].strip()) == ("tc1", "lab.example")
    assert now["mac_address"] == bench.raw("NETID?").split(",")[6]


@round_trip("disconnect_tcp", "connect_tcp", doors=(TCP,))
def reconnect_tcp(bench: Bench) -> None:
    bench.driver.disconnect_tcp()
    bench.tell("MOUT 1,30")
    bench.driver.connect_tcp("127.0.0.1", bench.port, PATIENCE)
    assert bench.driver.get_manual_output(1) == 30.0


@round_trip("disconnect_usb", "connect_usb", doors=(PTY,))
def reconnect_usb(bench: Bench) -> None:
    bench.driver.disconnect_usb()
    bench.tell("MOUT 1,30")
    line = (BAUD, serial.SEVENBITS, serial.STOPBITS_ONE, serial.PARITY_ODD, PATIENCE, False, False)
    bench.driver.connect_usb(None, str(bench.link), *line)
    assert bench.driver.get_manual_output(1) == 30.0
