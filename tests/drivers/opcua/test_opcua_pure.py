"""What the OPC UA driver knows without a network: addresses, options, scans, queues, values."""

import asyncio
import enum
import math
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import CurveSetup, DeviceSetup, MachineSetupError
from drivers.opcua.address import STANDARD, Address, NodeAddress, Place, parse, place
from drivers.opcua.arrivals import Arrivals, Inbox
from drivers.opcua.codec import reader
from drivers.opcua.driver import create
from drivers.opcua.scans import split_scans
from drivers.tag import DataType, Role, Tag


def tag(address="nsu=urn:m;s=Good", kind="uint16", **more):
    return Tag("t", address, DataType(kind), Role.SIGNAL, **more)


TAGS = (tag(),)


def setup(tags=TAGS, groups=None, curve=None, **options):
    given = {"url": "opc.tcp://m:4840", "security": "none", **options}
    given = {key: value for key, value in given.items() if value is not None}
    return DeviceSetup("screwdriver", given, tuple(tags), groups or {"normal": 100}, lambda: (0, 0), curve)


def test_a_node_is_named_by_its_namespace_and_a_field_by_its_slash():
    assert parse("nsu=urn:m;s=Good") == Address(NodeAddress("urn:m", "s", "Good"))
    assert parse("nsu=http://m/x;s=Result/Torque") == Address(NodeAddress("http://m/x", "s", "Result"), ("Torque",))
    assert parse("nsu=urn:m;s=Alarms#3") == Address(NodeAddress("urn:m", "s", "Alarms"), (), 3)
    assert parse("i=2258") == Address(NodeAddress(STANDARD, "i", "2258"))


def test_a_path_leads_into_structures_and_arrays_and_backquotes_keep_an_identifier_whole():
    assert parse("nsu=urn:m;s=Result/Screws[3]/Torque#1") == Address(
        NodeAddress("urn:m", "s", "Result"), ("Screws", 3, "Torque"), 1
    )
    assert parse("nsu=urn:m;s=Values[7]") == Address(NodeAddress("urn:m", "s", "Values"), (7,))
    assert parse('nsu=urn:m;s=`"DB"."arr"[0]`[2]') == Address(NodeAddress("urn:m", "s", '"DB"."arr"[0]'), (2,))
    assert parse("nsu=urn:m;s=`Line/Press/Good`") == Address(NodeAddress("urn:m", "s", "Line/Press/Good"))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("Good", "is not like"),
        ("ns=3;s=Good", "its number may move"),
        ("nsu=urn:m;i=x", "takes a number"),
        ("nsu=urn:m;i=4294967296", "takes a number up to 4294967295"),
        ("nsu=urn:m;s=Values[7", "stands in backquotes"),
        ("nsu=urn:m;s=Values[x]", "stands in backquotes"),
        ("nsu=urn:m;g=x", "takes a GUID"),
        ("nsu=urn:m;s=Alarms#64", "bits 0 to 63"),
        ("nsu=urn:m;s=Alarms#3", "must be bool"),
        ("nsu=urn:m;s=Result/", "before and after its slash"),
    ],
)
def test_an_impossible_address_is_a_sentence_that_names_the_tag(address, why):
    with pytest.raises(MachineSetupError, match=why) as caught:
        place("screwdriver", tag(address))
    assert caught.value.tag == "t"


def test_a_field_alone_cannot_be_written():
    with pytest.raises(MachineSetupError, match="can't be written alone"):
        place("screwdriver", tag("nsu=urn:m;s=Result/Torque", writable=True))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"url": None}, "option 'url' is missing"),
        ({"url": "http://m"}, "option 'url' must be like opc.tcp"),
        ({"url": "opc.tcp://m:port"}, "option 'url' can't be read"),
        ({"url": "opc.tcp://u:p@m"}, "option 'url' must not hold a user"),
        ({"security": None}, "option 'security' is missing"),
        ({"security": "basic128"}, "option 'security' must be one of none, basic256sha256"),
        ({"security": "basic256sha256"}, "option 'pki' is missing"),
        ({"user": "u", "password": "p"}, "option 'user' would send a password in the clear"),
        ({"password": "p"}, "option 'password' needs a user"),
        ({"fingerprint": "ab"}, "option 'fingerprint' must be the SHA-256"),
        ({"speed": 1}, "option 'speed' is not an option"),
    ],
)
def test_a_wrong_option_is_named(options, why):
    with pytest.raises(MachineSetupError, match=why):
        create(setup(**options))


def test_a_device_without_tags_a_group_without_period_and_a_curve_are_named():
    with pytest.raises(MachineSetupError, match="no tags"):
        create(setup(tags=()))
    with pytest.raises(MachineSetupError, match="'fast' has no period"):
        create(setup(tags=(tag(group="fast"),)))
    with pytest.raises(MachineSetupError, match="can't be read over OPC UA"):
        create(setup(curve=CurveSetup("s=x", 1, ("a",), ("mm",), (1.0,))))


def arrivals(*told):
    found = Arrivals()
    for handle, value, time in told:
        found.add(handle, value, 0, time)
    return found


TORQUE, CYCLE, VERDICT, DURATION = range(4)


def test_what_the_machine_did_at_once_stays_together_between_fast_samples():
    """Five torque samples of 20 ms and the end of a cycle with the third."""
    arrived = [(TORQUE, n, 20_000 * n) for n in range(5)]
    arrived += [(CYCLE, 7, 40_000), (VERDICT, 2, 40_300), (DURATION, 2900, 40_600)]
    scans = split_scans(arrivals(*arrived))
    assert [dict(zip(scan.handles, scan.values, strict=True)) for scan in scans] == [
        {TORQUE: 0},
        {TORQUE: 1},
        {TORQUE: 2, CYCLE: 7, VERDICT: 2, DURATION: 2900},
        {TORQUE: 3},
        {TORQUE: 4},
    ]


told = st.tuples(st.integers(0, 2), st.integers(0, 99), st.none() | st.integers(0, 50))


@given(st.lists(told))
def test_nothing_is_lost_doubled_or_reordered_within_an_item(arrived):
    scans = split_scans(arrivals(*arrived))
    for scan in scans:
        assert len(scan.handles) == len(set(scan.handles))
    for handle in range(3):
        in_scans = [
            (scan.handles[at], scan.values[at], scan.times[at])
            for scan in scans
            for at in range(len(scan))
            if scan.handles[at] == handle
        ]
        assert in_scans == [each for each in arrived if each[0] == handle]


def test_a_full_inbox_drops_the_oldest_and_says_how_many():
    inbox = Inbox(asyncio.Event(), capacity=2)
    for number in range(3):
        inbox.put(arrivals((TORQUE, number, number)))
    taken, lost = inbox.take_all()
    assert (taken.values, lost) == ([1, 2], 1)
    assert inbox.take_all() == (Arrivals(), 0)


class Color(enum.IntEnum):
    RED = 3


@pytest.mark.parametrize(
    ("found", "kind", "value"),
    [
        (Color.RED, "int32", 3),
        (65536, "uint16", None),
        (-1, "uint16", None),
        (True, "uint16", None),
        (2.5, "int16", None),
        ("7", "int16", None),
        ([1, 2], "int16", None),
        (None, "float64", None),
        (math.nan, "float64", None),
        (-math.inf, "float32", None),
        (3, "float64", 3.0),
        (1, "bool", None),
        (False, "bool", False),
        ("M6", "string", "M6"),
        (SimpleNamespace(Text="Läuft", Locale="de"), "string", "Läuft"),
        ((1 << 64) - 1, "uint64", (1 << 64) - 1),
        (-(1 << 63), "int64", -(1 << 63)),
        ("caf\udce9", "string", None),
        (b"M6", "string", None),
        (datetime(2026, 3, 29, tzinfo=UTC), "string", None),
    ],
)
def test_what_does_not_fit_the_tag_has_no_value(found, kind, value):
    decoded = reader(Place(tag(kind=kind), Address(NodeAddress("urn:m", "s", "x"))))(found)
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(("found", "value"), [(0b1000, True), (0b0111, False), (True, None), ("8", None), (None, None)])
def test_a_bit_is_read_from_whole_numbers_only(found, value):
    assert reader(Place(tag(kind="bool"), Address(NodeAddress("urn:m", "s", "x"), (), 3)))(found) is value
