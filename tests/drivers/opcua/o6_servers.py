"""Servers by open62541 in a process of their own, each with its own certificate: `python o6_servers.py PLAN.json`.

The plan is a list of {"port", "certificate", "key", "uri", "trusts", "secure_only", "way"}; `trusts` is a list of files
or null for anybody, `way` one of "anonymous", "password". Prints `ready`, and ends when its standard input closes.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

import o6
from o6.ns import ns0
from o6_plan import PASSWORD, USER


class Doorman(o6.AccessControl):
    """Lets one user in."""

    def __init__(self, *, way):
        super().__init__(anonymous=way == "anonymous", username=way == "password")

    def activateSession(self, endpoint, remoteCertificate, session, userIdentityToken):
        token = userIdentityToken
        if isinstance(token, ns0.datatypes.UserNameIdentityToken):
            if (token.userName, bytes(token.password)) != (USER, PASSWORD.encode()):
                raise o6.StatusCodeError(o6.StatusCode.BAD_IDENTITY_TOKEN_REJECTED)
            return None
        return super().activateSession(endpoint, remoteCertificate, session, token)


def start(plan):
    """Start one server."""
    trusts = plan["trusts"]
    server = o6.Server(
        port=plan["port"],
        certificate=Path(plan["certificate"]).read_bytes(),
        privateKey=Path(plan["key"]).read_bytes(),
        applicationUri=plan["uri"],
        trustList=None if trusts is None else [Path(file).read_bytes() for file in trusts],
        acceptAllCertificates=trusts is None,
        secureOnly=plan["secure_only"],
        accessControl=Doorman(way=plan["way"]),
    )
    server.start()
    return server


def main():
    """Serve until nobody needs it."""
    servers = [start(plan) for plan in json.loads(Path(sys.argv[1]).read_text())]
    print("ready", flush=True)
    sys.stdin.read()
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.stop)


if __name__ == "__main__":
    main()
