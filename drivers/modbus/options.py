"""What station.toml may say about a Modbus device."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from drivers.driver import DeviceSetup
from drivers.modbus.line_options import LineOptions, Parity, Transport
from drivers.modbus.order import ByteOrder
from drivers.modbus.plan import MOST_BITS
from drivers.options import Options

_IN_NO_NAME = frozenset("/:[] ")
_NETWORK_KEYS = ("host", "port")
_SERIAL_KEYS = ("serial", "baud", "parity", "stop_bits", "data_bits")
_TCP_KEYS = ("connections", "in_flight")
_KEYS = (
    "transport",
    *_NETWORK_KEYS,
    *_SERIAL_KEYS,
    *_TCP_KEYS,
    "unit",
    "timeout_ms",
    "max_registers",
    "max_bits",
    "order",
    "first_address",
)
_NOT_FOR = {
    Transport.TCP: _SERIAL_KEYS,
    Transport.RTU: _NETWORK_KEYS + _TCP_KEYS,
    Transport.RTU_OVER_TCP: _SERIAL_KEYS + _TCP_KEYS,
}


@dataclass(frozen=True, slots=True)
class ModbusOptions:
    """A device's options, checked. `unit` answers within `timeout_s`, not counting what a serial line needs for the bytes."""

    line: LineOptions
    unit: int
    timeout_s: float
    max_registers: int
    max_bits: int
    order: ByteOrder
    first_address: int

    @classmethod
    def of(cls, setup: DeviceSetup) -> ModbusOptions:
        """Read them; raises `MachineSetupError` naming the key."""
        options = Options(setup.device, setup.options, _KEYS)
        transport = Transport(options.choice("transport", tuple(Transport), Transport.TCP))
        for key in _NOT_FOR[transport]:
            if key in setup.options:
                raise options.wrong(key, f"has no meaning with transport {transport}")
        is_tcp = transport is Transport.TCP
        return cls(
            _line(options, transport),
            # on a serial line 0 is everybody, whom nobody can read, and what is above 247 is reserved
            options.integer("unit", 1, 0, 255) if is_tcp else options.integer("unit", 1, 1, 247),
            options.integer("timeout_ms", 800, 50, 60_000) / 1000,
            options.integer("max_registers", 125, 1, 125),
            options.integer("max_bits", MOST_BITS, 1, MOST_BITS),
            ByteOrder(options.choice("order", tuple(ByteOrder), ByteOrder.ABCD)),
            options.integer("first_address", 0, 0, 1),
        )


def _line(options: Options, transport: Transport) -> LineOptions:
    if transport is Transport.RTU:
        return LineOptions(
            transport,
            serial=options.text("serial"),
            baud=options.integer("baud", 9600, 300, 4_000_000),
            parity=Parity(options.choice("parity", tuple(Parity), Parity.NONE)),
            stop_bits=options.integer("stop_bits", 1, 1, 2),
            data_bits=options.integer("data_bits", 8, 7, 8),
        )
    return LineOptions(
        transport,
        host=_host(options),
        port=options.integer("port", 502, 1, 65535),
        connections=options.integer("connections", 1, 1, 8),
        in_flight=options.integer("in_flight", 1, 1, 16),
    )


def _host(options: Options) -> str:
    host = options.text("host")
    if not _is_host(host):
        raise options.wrong(
            "host", f"must be a name or an address alone, like 192.168.0.10, not {host!r}; the port is option 'port'"
        )
    return host


def _is_host(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return _IN_NO_NAME.isdisjoint(text)
    return True
