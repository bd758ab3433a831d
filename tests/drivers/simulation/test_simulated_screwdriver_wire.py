"""The screwdriver as a process: real OPC UA with types of its own."""

import asyncio

import pytest
from asyncua import Client, ua
from simulated import running

NAMES = (
    "State",
    "Program",
    "Good",
    "Cycle",
    "RunningCycle",
    "Verdict",
    "Duration",
    "Result",
    "Torque",
    "Fault",
    "Alarms",
    "Boot",
)


async def visit(machine):
    """Read everything, permit one cycle, and see it run."""
    async with Client(machine.ready["url"]) as client:
        types = await client.load_data_type_definitions()
        space = await client.get_namespace_index("urn:lineside:screwdriver")

        def node(name):
            return client.get_node(ua.NodeId(name, space))

        async def write(name, value):
            await node(name).write_value(ua.DataValue(ua.Variant(value, ua.VariantType.UInt16)))

        async def until(name, value):
            while await node(name).read_value() != value:
                pass  # each read is a round trip: no busy loop

        seen = {name: await node(name).read_data_value() for name in NAMES}
        await write("PermitRequired", 1)
        machine.ask("clear")
        await until("State", 2)
        await write("StationHeartbeat", 1)
        await write("PermittedCycle", 1)
        await until("Cycle", 1)
        result = await node("Result").read_value()
        with pytest.raises(ua.UaStatusCodeError):
            await write("Cycle", 5)
        return types, seen, result


@pytest.mark.timeout(40)  # an OPC UA server of asyncua takes 1 to 11 s to begin
def test_the_screwdriver_is_typed_permitted_and_told_as_it_is(tmp_path):
    with running("screwdriver", tmp_path, "--calm", "--speed", "20", "--boot", "3", "--stop-after", "0") as machine:
        types, seen, result = asyncio.run(asyncio.wait_for(visit(machine), 20))
        assert seen["State"].Value.VariantType is ua.VariantType.Int32
        assert seen["Boot"].Value == ua.Variant(3, ua.VariantType.UInt16)
        assert seen["Duration"].Value.VariantType is ua.VariantType.UInt32
        assert all(value.SourceTimestamp is not None for value in seen.values())
        assert {"ScrewResult", "StateEnumeration"} <= set(types)
        assert (result.Screw, result.Ok) == (4, True)
        assert 3.6 < result.Torque < 4.4
        assert machine.truth("permit_used") == [{"what": "permit_used", "cycle": 1}]
        assert machine.ask("oil", value=40)["error"] == "only the press can do that"
        assert machine.ask("freeze_process")["ok"]
        assert machine.ask("status")["frozen"] == "process"
