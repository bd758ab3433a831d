"""An OPC UA server by open62541, as a process of its own, told by its standard input what to show.

    python -m tests.drivers.counterparts.opcua_o6_server 4840 [CERTIFICATE KEY TRUSTED]

It prints `ready`, answers `["show", node, value, status, source time in microseconds]` and `["value", node]`, each in JSON.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import o6

from tests.drivers.counterparts.opcua_image import ARRAY, URI, VALUES

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def typed(name: str, value: object) -> object:
    """Return `value` as the type its node has."""
    kinds = {node: kind for node, _, kind, _ in VALUES}
    return getattr(o6, kinds[name])(value)


def served(port: int, files: list[str]) -> tuple[o6.Server, dict]:
    """Return a server that holds the image, and its nodes."""
    security = {}
    if files:
        certificate, key, trusted = (Path(file).read_bytes() for file in files)
        security = {"certificate": certificate, "privateKey": key, "trustList": [trusted]}
    server = o6.Server(port=port, applicationUri=URI, **security)
    first = {name: typed(name, value) for name, _, _, value in VALUES} | {"Array": [o6.Int32(each) for each in ARRAY]}
    objects = server.objectsNode
    nodes = {name: server.addVariable(name, objects, value, nodeId=f"ns=1;s={name}") for name, value in first.items()}
    return server, nodes


def main(port: str, *files: str) -> None:
    """Serve until standard input ends."""
    server, nodes = served(int(port), list(files))
    server.start()
    print("ready", flush=True)
    for line in sys.stdin:
        what, name, *shown = json.loads(line)
        if what == "show":
            value, status, at = shown
            stamp = {} if at is None else {"sourceTimestamp": _EPOCH + timedelta(microseconds=at)}
            told = o6.DataValue(value=typed(name, value), status=o6.StatusCode(status), **stamp)
            print(json.dumps(str(server.write(nodes[name], told))), flush=True)
        else:
            held = server.read(nodes[name])
            print(json.dumps(held.item() if hasattr(held, "item") else str(held)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
