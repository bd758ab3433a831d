"""A station of two machines with 1,000 tags each at 100 ms: a Modbus device with a part a second, and an OPC UA server."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import child, first_line
from benchmarks.modbus_values import CYCLE, STATE, TAGS
from benchmarks.opcua_values import NAMESPACE

PERIOD_MS = 100
PLC, SERVER = "plc", "server"

_STATION = """
config_version = 1

[station]
id = "MANY"
name = "Many tags"

[screen]
full_screen = false

[[machine]]
id = "{plc}"
name = "PLC"
protocol = "modbus"
options = {{ host = "127.0.0.1", port = {plc_port} }}
groups = {{ fast = {period} }}

[machine.tags]
level = {{ address = "holding:0", type = "float32", role = "signal", group = "fast", count = {tags} }}
cycle = {{ address = "holding:{cycle}", type = "uint16", role = "counter", purpose = "cycle", group = "fast" }}
state = {{ address = "holding:{state}", type = "uint16", role = "state", group = "fast" }}

[[machine]]
id = "{server}"
name = "Server"
protocol = "opcua"
options = {{ url = "opc.tcp://127.0.0.1:{server_port}", security = "none" }}
groups = {{ fast = {period} }}

[machine.tags]
{items}
"""


@dataclass(frozen=True, slots=True)
class Machines:
    """Both machines, running, and the file of the station that hears them."""

    station: Path
    plc: subprocess.Popen[str]
    server: subprocess.Popen[str]


@contextmanager
def machines(folder: Path, library: str) -> Iterator[Machines]:
    """Start both, the OPC UA server by `library` (`o6` or `asyncua`); write their station."""
    server_port = _free_port()
    serving = ("benchmarks.opcua_values", library, str(server_port), str(TAGS), str(PERIOD_MS))
    with child(folder, PLC, "benchmarks.modbus_values") as plc, child(folder, SERVER, *serving) as server:
        file = folder / "station.toml"
        file.write_text(_text(int(first_line(plc)), server_port), encoding="utf-8")
        while first_line(server) != "ready":  # o6 greets first
            if server.poll() is not None:
                raise RuntimeError(f"the {library} server does not start")
        yield Machines(file, plc, server)


def _text(plc_port: int, server_port: int) -> str:
    item = 'v{n} = {{ address = "nsu={namespace};s=V{n}", type = "float64", role = "signal", group = "fast" }}'
    items = "\n".join(item.format(n=n, namespace=NAMESPACE) for n in range(TAGS))
    ports = {"plc_port": plc_port, "server_port": server_port}
    names = {"plc": PLC, "server": SERVER, "cycle": CYCLE, "state": STATE, "items": items}
    return _STATION.format(period=PERIOD_MS, tags=TAGS, **ports, **names)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
