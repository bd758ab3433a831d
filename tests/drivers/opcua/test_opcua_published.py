"""Publish responses read in columns say what asyncua reads in objects; what is none is refused, whatever its bytes."""

import contextlib
import struct
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest
from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClient, UASocketProtocol
from asyncua.client.ua_session import UaSession
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary
from hypothesis import given
from hypothesis import strategies as st

from drivers.opcua.arrivals import Arrivals
from drivers.opcua.published import published
from drivers.opcua.publisher import PublishingSession
from drivers.opcua.variants import microseconds

TYPE_SIZE = 4
"""The type id of a publish response."""

some_time = st.integers(-(10**16), 10**16).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))

KINDS = {
    ua.VariantType.Boolean: st.booleans(),
    ua.VariantType.SByte: st.integers(-128, 127),
    ua.VariantType.Byte: st.integers(0, 255),
    ua.VariantType.Int16: st.integers(-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: st.integers(0, 2**16 - 1),
    ua.VariantType.Int32: st.integers(-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: st.integers(0, 2**32 - 1),
    ua.VariantType.Int64: st.integers(-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: st.integers(0, 2**64 - 1),
    ua.VariantType.Float: st.floats(width=32),
    ua.VariantType.Double: st.floats(),
    ua.VariantType.String: st.none() | st.text(max_size=8),
    ua.VariantType.LocalizedText: st.text(max_size=8).map(ua.LocalizedText),
    ua.VariantType.DateTime: some_time,
    ua.VariantType.ByteString: st.none() | st.binary(max_size=8),
    ua.VariantType.Guid: st.uuids(),
    ua.VariantType.StatusCode: st.sampled_from([0, 0x80000000]).map(ua.StatusCode),
    ua.VariantType.Null: st.none(),
}
scalars = st.sampled_from(list(KINDS)).flatmap(lambda kind: KINDS[kind].map(lambda value: ua.Variant(value, kind)))
arrays = st.sampled_from([ua.VariantType.UInt16, ua.VariantType.Double, ua.VariantType.String]).flatmap(
    lambda kind: st.lists(KINDS[kind], max_size=4).map(lambda values: ua.Variant(values, kind, is_array=True))
)
times = st.none() | some_time
data_values = st.builds(
    lambda value, status, source, server: ua.DataValue(value, status, SourceTimestamp=source, ServerTimestamp=server),
    scalars | arrays | st.none().map(lambda _: ua.Variant()),
    st.none() | st.sampled_from([0, 0x80350000, 0x40000000, 0x00000480]).map(ua.StatusCode),
    times,
    times,
)
changes = st.lists(st.tuples(st.integers(0, 2**32 - 1), data_values), max_size=12)
runs = st.tuples(st.integers(1, 40), data_values).map(lambda run: [(handle, run[1]) for handle in range(run[0])])


def response(items, *more, subscription=7, sequence=3):
    made = ua.PublishResponse()
    made.Parameters.SubscriptionId = subscription
    told = [ua.MonitoredItemNotification(handle, value) for handle, value in items]
    message = ua.NotificationMessage(SequenceNumber=sequence)
    message.NotificationData = [ua.DataChangeNotification(MonitoredItems=told), *more] if items or more else []
    made.Parameters.NotificationMessage = message
    return struct_to_binary(made)


def as_asyncua_reads(whole):
    found = Arrivals()
    for notification in struct_from_binary(ua.PublishResponse, Buffer(whole)).Parameters.NotificationMessage.NotificationData:
        for item in notification.MonitoredItems:
            told = item.Value
            value = told.Value.Value if told.Value is not None else None
            status = told.StatusCode.value if told.StatusCode is not None else 0
            found.add(item.ClientHandle, value, status, microseconds(told.SourceTimestamp or told.ServerTimestamp))
    return found


def comparable(found):
    return found.handles, [(type(value), repr(value)) for value in found.values], found.statuses, found.times


@given(changes | runs | st.tuples(runs, changes, runs).map(lambda parts: [item for part in parts for item in part]))
def test_columns_hold_what_asyncua_makes_objects_of(items):
    whole = response(items)
    assert comparable(published(whole[TYPE_SIZE:]).arrivals) == comparable(as_asyncua_reads(whole))


def test_a_keep_alive_tells_nothing_and_bears_the_number_of_the_next_message():
    told = published(response([], sequence=9)[TYPE_SIZE:])
    assert (told.subscription, told.sequence, told.is_keep_alive, len(told.arrivals)) == (7, 9, True, 0)


def test_the_end_of_a_subscription_is_told_as_asyncua_reads_it_and_hides_no_value():
    end = ua.StatusChangeNotification(Status=ua.StatusCode(0x800A0000))
    told = published(response([(4, ua.DataValue(ua.Variant(2.5, ua.VariantType.Double)))], end)[TYPE_SIZE:])
    assert told.other.NotificationMessage.NotificationData[1].Status.name == "BadTimeout"
    assert (told.arrivals.handles, told.arrivals.values) == ([4], [2.5])


def test_picoseconds_stand_where_the_standard_has_them():
    """asyncua writes and reads them behind both times, part 6 has each behind its own."""
    at = int((datetime(2026, 3, 29, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 10
    handle = 0xABCDEF01
    item = struct.pack("<IBBdqHqH", handle, 0x3D, 11, 2.5, at, 7, at + 10, 8)
    whole = response([(handle, ua.DataValue(ua.Variant(1.0, ua.VariantType.Double)))])
    at_item = whole.index(struct.pack("<I", handle))
    (length,) = struct.unpack_from("<i", whole, at_item - 8)
    told = struct.pack("<i", 1) + item + struct.pack("<i", -1)
    body = whole[: at_item - 8] + struct.pack("<i", len(told)) + told + whole[at_item - 4 + length :]
    found = published(body[TYPE_SIZE:]).arrivals
    assert (found.handles, found.values) == ([handle], [2.5])
    assert found.times == [int(datetime(2026, 3, 29, tzinfo=UTC).timestamp()) * 1_000_000]


@given(changes, st.data())
def test_a_broken_response_is_refused_or_read_never_anything_else(items, data):
    whole = bytearray(response(items)[TYPE_SIZE:])
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        published(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


def test_the_names_that_the_publish_pipeline_leans_on_are_where_they_were():
    """asyncua promises none of these: look at `publisher` before raising the version."""
    assert version("asyncua") == "2.1.0"
    assert callable(UASocketProtocol._send_request)
    session = UaSession(UaClient())
    assert session._subscription_callbacks == {}
    ours = PublishingSession(Client("opc.tcp://127.0.0.1").uaclient, pytest.fail)
    assert ours._subscription_callbacks == {}
    assert UaSession.ensure_publish_loop is not PublishingSession.ensure_publish_loop
    assert "ensure_publish_loop" in UaSession.create_subscription.__code__.co_names
