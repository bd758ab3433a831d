"""What station.toml may say about a Modbus device."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.driver import DeviceSetup
from drivers.modbus.order import ByteOrder
from drivers.modbus.plan import MOST_BITS
from drivers.modbus.wire import Endpoint
from drivers.options import Options

_KEYS = ("host", "port", "unit", "connections", "timeout_ms", "max_registers", "max_bits", "order", "first_address")


@dataclass(frozen=True, slots=True)
class ModbusOptions:
    """A device's options, checked.

    `connections` is how many the device allows; one is enough for us, so reads and writes share it and take turns.
    """

    endpoint: Endpoint
    connections: int
    max_registers: int
    max_bits: int
    order: ByteOrder
    first_address: int

    @classmethod
    def of(cls, setup: DeviceSetup) -> ModbusOptions:
        """Read them; raises `MachineSetupError` naming the key."""
        options = Options(setup.device, setup.options, _KEYS)
        endpoint = Endpoint(
            options.text("host"),
            options.integer("port", 502, 1, 65535),
            options.integer("unit", 1, 0, 255),
            options.integer("timeout_ms", 800, 50, 60_000) / 1000,
        )
        return cls(
            endpoint,
            options.integer("connections", 1, 1, 64),
            options.integer("max_registers", 125, 1, 125),
            options.integer("max_bits", MOST_BITS, 1, MOST_BITS),
            ByteOrder(options.choice("order", tuple(ByteOrder), ByteOrder.ABCD)),
            options.integer("first_address", 0, 0, 1),
        )
