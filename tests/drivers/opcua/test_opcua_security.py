"""open62541 servers with good and bad certificates: exactly one is believed, and each refusal says why and who must do what."""

import asyncio
import json
import random
import struct
import subprocess
import sys
import time
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from entering import enter, free_port
from made_certificates import made
from o6_plan import PASSWORD, USER

from drivers.driver import DeviceSetup
from drivers.link import LinkFault, LinkLostError, RemarkCode
from drivers.opcua.driver import create
from drivers.opcua.options import OpcUaOptions
from drivers.reading import Heard, Remark
from drivers.tag import DataType, Role, Tag

pytestmark = [
    pytest.mark.timeout(30),  # a process of its own for the servers, on a busy machine
    pytest.mark.xdist_group("opcua_security"),
]

TICKS_A_SECOND = 10_000_000
BODY = 24
"""Bytes of a message before its type: header, channel, token, sequence, request."""
ENDPOINTS = struct.pack("<BBH", 1, 0, 431)
"""The type of an answer to GetEndpoints."""

CERTIFICATES = {
    "good": made("urn:test:good"),
    "expired": made("urn:test:expired", begins=timedelta(days=-400), ends=timedelta(days=-2)),
    "future": made("urn:test:future", begins=timedelta(hours=2)),
    "other_uri": made("urn:test:somebody_else"),
    "weak": made("urn:test:weak", bits=1024),
    "ending": made("urn:test:ending", ends=timedelta(days=20), hosts=("plc7",)),
    "picky": made("urn:test:picky"),
    "password": made("urn:test:password"),
    "mute": made("urn:test:mute"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("security")


@pytest.fixture(scope="module")
def ports(folder):
    """Start all servers; return where each listens."""
    listening = {name: free_port() for name in CERTIFICATES}
    stranger, _ = made("urn:test:stranger").keep(folder, "stranger")
    plans = []
    for name, certificate in CERTIFICATES.items():
        der, key = certificate.keep(folder, name)
        plans.append(
            {
                "port": listening[name],
                "certificate": str(der),
                "key": str(key),
                "uri": f"urn:test:{name}",
                "trusts": [str(stranger)] if name == "picky" else None,
                "secure_only": name == "mute",
                "way": "password" if name == "password" else "anonymous",
            }
        )
    (folder / "plan.json").write_text(json.dumps(plans))
    program = [sys.executable, str(Path(__file__).parent / "o6_servers.py"), str(folder / "plan.json")]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as servers:
        assert any("ready" in line for line in servers.stdout)
        yield listening
        servers.stdin.close()
        servers.wait(10)


@pytest.fixture
def options_for(ports, folder):
    """Return the options of a station that trusts the server called so, unless said otherwise."""

    def options(name, port=None, **more):
        given = {
            "url": f"opc.tcp://127.0.0.1:{port or ports[name]}",
            "security": "basic256sha256",
            "pki": str(folder / "pki"),
            "fingerprint": CERTIFICATES[name].fingerprint,
            **more,
        }
        given = {key: value for key, value in given.items() if value is not None}
        return OpcUaOptions.of(DeviceSetup("press", given, (), {}, lambda: (0, 0)))

    return options


def refused(options):
    with pytest.raises(LinkLostError) as error:
        asyncio.run(enter(options))
    assert error.value.fault is LinkFault.NOT_ADMITTED
    return error.value.reason


def test_of_eight_certificates_exactly_the_good_and_trusted_one_is_believed(options_for):
    changed = CERTIFICATES["picky"].fingerprint
    assert asyncio.run(enter(options_for("good"))) == ()
    reasons = {
        "unknown": refused(options_for("good", fingerprint=None)),
        "swapped": refused(options_for("good", fingerprint=changed)),
        "swapped_and_expired": refused(options_for("expired", fingerprint=changed)),
        **{name: refused(options_for(name)) for name in ("expired", "future", "other_uri", "weak")},
    }
    good = CERTIFICATES["good"].fingerprint
    assert "not trusted yet: 'CN=urn:test:good', for 127.0.0.1, valid until" in reasons["unknown"]
    assert f'if it is {good}, write that into [machine.options]: fingerprint = "{good}"' in reasons["unknown"]
    assert good in reasons["swapped"]
    assert f"instead of {changed}; ask who runs the server" in reasons["swapped"]
    assert "another certificate" in reasons["swapped_and_expired"]
    assert "the server's certificate expired on" in reasons["expired"]
    assert "is not valid before" in reasons["future"]
    assert "calls itself urn:test:other_uri, but its certificate is made for urn:test:somebody_else" in reasons["other_uri"]
    assert "a key of 1024 bits, 2048 is the least" in reasons["weak"]


@pytest.mark.parametrize("mode", ["sign", "sign_and_encrypt"])
@pytest.mark.parametrize("security", ["basic256sha256", "aes128_sha256_rsaoaep", "aes256_sha256_rsapss"])
def test_every_policy_and_mode_gets_in(options_for, security, mode):
    assert asyncio.run(enter(options_for("good", security=security, mode=mode))) == ()


def test_none_gets_in_only_where_the_server_offers_it_and_is_marked(options_for):
    opened = {"security": "none", "pki": None, "fingerprint": None}
    ((code, reason),) = asyncio.run(enter(options_for("good", **opened)))
    assert code is RemarkCode.NOT_SECURED
    assert "anybody on the network can read what the machine says and change it" in reason
    assert "does not offer this security" in refused(options_for("mute", **opened))


def test_a_certificate_that_ends_soon_or_names_other_hosts_is_remarked(options_for):
    remarks = dict(asyncio.run(enter(options_for("ending"))))
    assert remarks[RemarkCode.CERTIFICATE_EXPIRES].startswith("the server's certificate expires on")
    assert "whoever runs the server must give it a new one in time" in remarks[RemarkCode.CERTIFICATE_EXPIRES]
    assert "names plc7, not 127.0.0.1" in remarks[RemarkCode.CERTIFICATE_NAMES_OTHER]


def told_by_the_driver(port, **options):
    """Return the real driver's remarks, heard until its link has stood for some keep-alives."""
    level = Tag("level", "nsu=http://opcfoundation.org/UA/;i=2267", DataType.UINT16, Role.SIGNAL)
    given = {"url": f"opc.tcp://127.0.0.1:{port}", **options}

    async def scenario():
        driver = create(DeviceSetup("press", given, (level,), {"normal": 100}, now))
        told = []
        async with aclosing(driver.events()) as events:
            async for event in events:
                told.append(event)
                if sum(isinstance(one, Heard) for one in told) > 2:
                    break
        await driver.close()
        return [event for event in told if isinstance(event, Remark)]

    return asyncio.run(scenario())


def now():
    return time.time_ns() // 1000, time.monotonic_ns()


def test_the_driver_tells_each_remark_once(ports, folder):
    pinned = {"security": "basic256sha256", "pki": str(folder / "pki"), "fingerprint": CERTIFICATES["ending"].fingerprint}
    (opened,) = told_by_the_driver(ports["good"], security="none")
    assert (opened.code, opened.is_over) == (RemarkCode.NOT_SECURED, False)
    codes = [remark.code for remark in told_by_the_driver(ports["ending"], **pinned)]
    assert codes == [RemarkCode.CERTIFICATE_EXPIRES, RemarkCode.CERTIFICATE_NAMES_OTHER]


def test_a_server_that_does_not_trust_the_station_says_what_to_do_at_which_end(options_for):
    reason = refused(options_for("picky"))
    assert "accept the station's certificate at the server" in reason
    assert "BadSecurityChecksFailed" in reason


def test_a_server_that_lets_nobody_ask_works_with_its_certificate_as_a_file(options_for, folder):
    assert "name that as server_certificate" in refused(options_for("mute"))
    given = {"fingerprint": None, "server_certificate": str(folder / "mute.der")}
    assert asyncio.run(enter(options_for("mute", **given))) == ()


def test_a_file_that_is_no_longer_the_servers_certificate_is_named(options_for, folder):
    stale = str(folder / "stranger.der")
    reason = refused(options_for("mute", fingerprint=None, server_certificate=stale))
    assert f"or {stale} is no longer the server's certificate" in reason


def test_a_password_goes_in_encrypted_and_a_wrong_one_is_said_without_showing_it(options_for):
    user = {"user": USER, "password": PASSWORD}
    for mode in ("sign", "sign_and_encrypt"):
        assert asyncio.run(enter(options_for("password", mode=mode, **user))) == ()
    wrong = refused(options_for("password", user=USER, password=PASSWORD + "!"))
    assert "does not accept this user or password" in wrong
    assert PASSWORD not in wrong
    assert "lets nobody in without a user, only with user and password" in refused(options_for("password"))
    assert "lets nobody in with user and password, only without a user" in refused(options_for("good", **user))


@asynccontextmanager
async def answering_otherwise(port, change):
    """Pass everything on to the server at `port`, but `change` what it answers to those who ask for its ways in."""

    async def passing(reader, writer, passed_on):
        while data := await reader.read(65536):
            writer.write(passed_on(data))
        writer.close()

    def changed(data):
        return change(data) if data[:3] == b"MSG" and data[BODY : BODY + 4] == ENDPOINTS else data

    passed = []

    async def serve(reader, writer):
        passed.append(asyncio.current_task())
        theirs, ours = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(passing(reader, ours, bytes), passing(theirs, writer, changed))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*passed)


def clock_off_by(seconds, port):
    """Have the server at `port` say another time."""

    def shifted(data):
        (at,) = struct.unpack_from("<q", data, BODY + 4)
        return data[: BODY + 4] + struct.pack("<q", at + int(seconds * TICKS_A_SECOND)) + data[BODY + 12 :]

    return answering_otherwise(port, shifted)


def test_whatever_is_answered_to_who_asks_for_the_ways_in_is_a_way_in_or_a_sentence(options_for, ports):
    chance = random.Random(20)

    def spoilt(data):
        found = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            found[chance.randrange(BODY + 4, len(found))] = chance.randrange(256)
        return bytes(found)

    async def scenario():
        ends = []
        async with answering_otherwise(ports["good"], spoilt) as port:
            for _ in range(12):
                try:
                    ends.append(await enter(options_for("good", port=port), patience_s=1))
                except LinkLostError as lost:
                    ends.append(lost.fault)
        return ends

    ends = asyncio.run(scenario())
    assert set(ends) <= {(), LinkFault.NOT_ADMITTED, LinkFault.CLOSED}
    assert {(), LinkFault.NOT_ADMITTED} <= set(ends)


@pytest.mark.parametrize(
    ("name", "given", "seconds", "clock", "cause"),
    [
        ("future", {}, 3 * 3600, "the panel's clock is 3 h behind the server's", "is not valid before"),
        ("picky", {}, -26 * 60, "the panel's clock is 26 min ahead of the server's", "does not trust this station"),
        ("good", {"fingerprint": None}, 86400 * 3, "the panel's clock is 3 days behind the server's", "not trusted yet"),
        ("picky", {"fingerprint": None, "server_certificate": "picky.der"}, 7200, "2 h behind", "does not trust this station"),
    ],
)
def test_a_clock_that_is_off_is_said_before_any_certificate_error(options_for, ports, folder, name, given, seconds, clock, cause):
    if "server_certificate" in given:
        given = {**given, "server_certificate": str(folder / given["server_certificate"])}

    async def scenario():
        async with clock_off_by(seconds, ports[name]) as port:
            with pytest.raises(LinkLostError) as error:
                await enter(options_for(name, port=port, **given))
            return error.value.reason

    reason = asyncio.run(scenario())
    before, _, after = reason.partition(": set the clock that is wrong first; then: ")
    assert clock in before
    assert cause in after


def test_half_a_minute_between_the_clocks_is_nothing_to_speak_of(options_for, ports):
    async def scenario():
        async with clock_off_by(30, ports["future"]) as port:
            with pytest.raises(LinkLostError) as error:
                await enter(options_for("future", port=port))
            return error.value.reason

    assert asyncio.run(scenario()).startswith("the server's certificate is not valid before")
