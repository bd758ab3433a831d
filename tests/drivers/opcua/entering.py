"""Going into a server and out again, as a station does."""

import socket

from drivers.opcua.client import SecuredClient
from drivers.opcua.security import secure


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def enter(options, *, patience_s=2):
    """Connect, read one value, leave; return what is to be remarked."""
    client = SecuredClient(options.url, timeout=patience_s)
    secured = await secure(client, options)
    await client.connect()
    await client.get_node("i=2258").read_value()
    await client.disconnect()
    return secured.remarks
