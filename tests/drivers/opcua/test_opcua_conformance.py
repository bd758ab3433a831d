"""The OPC UA driver held to the promises of docs/drivers.md, against a real server."""

import asyncio

import opcua_counterpart
import pytest

from drivers.conformance import broken_promises
from drivers.driver import DeviceSetup
from drivers.opcua.driver import create
from drivers.tag import DataType, Role, Tag
from tests.drivers.test_driver_conformance import stamp


def signal(name, kind, **more):
    return Tag(name, f"nsu={opcua_counterpart.URI};s={name}", DataType(kind), Role.SIGNAL, **more)


TAGS = (
    signal("Good", "uint16"),
    signal("Torque", "float64"),
    signal("Name", "string"),
    signal("Permit", "uint16", writable=True),
)


@pytest.mark.timeout(60)  # making an address space takes the server seconds on a busy machine
@pytest.mark.xdist_group("opcua")
def test_opcua_keeps_every_promise(opcua_server):
    options = {"url": f"opc.tcp://127.0.0.1:{opcua_server.port}", "security": "none"}
    setup = DeviceSetup("screwdriver", options, TAGS, {"normal": 50}, stamp)
    assert asyncio.run(broken_promises(create, setup, 1.0)) == []
