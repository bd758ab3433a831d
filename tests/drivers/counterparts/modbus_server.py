"""Runs one Modbus server that others wrote, as a process of its own, and tells what it holds.

    python -m tests.drivers.counterparts.modbus_server pymodbus tcp=15020 rtu=/dev/ttyS0

It prints `ready`, answers each line `transport table start count` of standard input with the places as JSON, and ends with
its input. Every transport has registers of its own.
"""

import asyncio
import ctypes
import json
import logging
import sys
import threading
from collections.abc import Callable

from tests.drivers.counterparts.modbus_image import BITS, SIZE, registers

Look = Callable[[str, int, int], list[int]]
UNIT = 1
BAUD = 115_200


def pymodbus(transport: str, address: str) -> Look:
    """Serve by pymodbus' server."""
    from pymodbus import FramerType
    from pymodbus.server import ModbusSerialServer, ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
    bits = [SimData(0, values=list(BITS), datatype=DataType.BITS)]
    words = [SimData(0, values=registers(), datatype=DataType.REGISTERS)]
    device = SimDevice(UNIT, simdata=(bits, bits, words, words))
    loop = asyncio.new_event_loop()
    served = []

    async def serve() -> None:
        if transport == "rtu":
            server = ModbusSerialServer(device, port=address, baudrate=BAUD, framer=FramerType.RTU)
        else:
            framer = FramerType.RTU if transport == "rtu_over_tcp" else FramerType.SOCKET
            server = ModbusTcpServer(device, address=("127.0.0.1", int(address)), framer=framer)
        await server.serve_forever(background=True)
        served.append(server)

    loop.run_until_complete(serve())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    functions = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}

    def look(table: str, start: int, count: int) -> list[int]:
        asked = served[0].async_getValues(UNIT, functions[table], start, count)
        return asyncio.run_coroutine_threadsafe(asked, loop).result(2)

    return look


def pymodbustcp(_: str, address: str) -> Look:
    """Serve by pyModbusTCP, which knows TCP only."""
    from pyModbusTCP.server import DataBank, ModbusServer

    sizes = {"coils_size": SIZE, "d_inputs_size": SIZE, "h_regs_size": SIZE, "i_regs_size": SIZE}
    bank = DataBank(**sizes)
    bank.set_coils(0, list(BITS))
    bank.set_discrete_inputs(0, list(BITS))
    bank.set_holding_registers(0, registers())
    bank.set_input_registers(0, registers())
    ModbusServer("127.0.0.1", int(address), no_block=True, data_bank=bank).start()
    looks = {
        "coil": bank.get_coils,
        "discrete": bank.get_discrete_inputs,
        "holding": bank.get_holding_registers,
        "input": bank.get_input_registers,
    }
    return lambda table, start, count: looks[table](start, count)


def modbus_tk(transport: str, address: str) -> Look:
    """Serve by modbus-tk."""
    from modbus_tk import defines, modbus_rtu, modbus_tcp
    from serial import Serial

    if transport == "rtu":
        server = modbus_rtu.RtuServer(Serial(address, baudrate=BAUD))
    else:
        server = modbus_tcp.TcpServer(int(address), "127.0.0.1")
    slave = server.add_slave(UNIT)
    kinds = {
        "coil": defines.COILS,
        "discrete": defines.DISCRETE_INPUTS,
        "holding": defines.HOLDING_REGISTERS,
        "input": defines.ANALOG_INPUTS,
    }
    for table, kind in kinds.items():
        slave.add_block(table, kind, 0, SIZE)
        slave.set_values(table, 0, [int(bit) for bit in BITS] if table in ("coil", "discrete") else registers())
    server.start()
    return lambda table, start, count: list(slave.get_values(table, start, count))


class _Mapping(ctypes.Structure):
    """`modbus_mapping_t`."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("bits", "bits_at", "inputs", "inputs_at")),
        *((name, ctypes.c_int) for name in ("input_words", "input_words_at", "words", "words_at")),
        *((name, ctypes.POINTER(ctypes.c_uint8)) for name in ("coil", "discrete")),
        *((name, ctypes.POINTER(ctypes.c_uint16)) for name in ("input", "holding")),
    )


def libmodbus(transport: str, address: str) -> Look:
    """Serve by the C library, one client at a time."""
    library = ctypes.CDLL("libmodbus.so.5")
    for name in ("modbus_new_tcp", "modbus_new_rtu", "modbus_mapping_new"):
        getattr(library, name).restype = ctypes.c_void_p
    if transport == "rtu":
        context = ctypes.c_void_p(library.modbus_new_rtu(address.encode(), BAUD, ctypes.c_char(b"N"), 8, 1))
        library.modbus_set_slave(context, UNIT)
        assert library.modbus_connect(context) == 0, "libmodbus can't open the port"
    else:
        context = ctypes.c_void_p(library.modbus_new_tcp(b"127.0.0.1", int(address)))
    mapping = _Mapping.from_address(library.modbus_mapping_new(SIZE, SIZE, SIZE, SIZE))
    for table in ("coil", "discrete", "holding", "input"):
        for place, held in enumerate(BITS if table in ("coil", "discrete") else registers()):
            getattr(mapping, table)[place] = held
    listening = ctypes.c_int(-1 if transport == "rtu" else library.modbus_tcp_listen(context, 1))
    threading.Thread(target=_serve_one_by_one, args=(library, context, mapping, listening), daemon=True).start()
    return lambda table, start, count: getattr(mapping, table)[start : start + count]


def _serve_one_by_one(library: ctypes.CDLL, context: ctypes.c_void_p, mapping: _Mapping, listening: ctypes.c_int) -> None:
    query = (ctypes.c_uint8 * 260)()
    while True:
        if listening.value >= 0:
            library.modbus_tcp_accept(context, ctypes.byref(listening))
        while (size := library.modbus_receive(context, query)) >= 0:
            library.modbus_reply(context, query, size, ctypes.byref(mapping))


SERVERS: dict[str, Callable[[str, str], Look]] = {
    "pymodbus": pymodbus,
    "pyModbusTCP": pymodbustcp,
    "modbus-tk": modbus_tk,
    "libmodbus": libmodbus,
}


def main(kind: str, *lines: str) -> None:
    """Serve until standard input ends."""
    looks: dict[str, Look] = {}
    for line in lines:
        transport, _, address = line.partition("=")
        looks[transport] = SERVERS[kind](transport, address)
    print("ready", flush=True)
    for line in sys.stdin:
        transport, table, start, count = line.split()
        print(json.dumps([int(place) for place in looks[transport](table, int(start), int(count))]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
