"""The press as a process: real Modbus TCP, and a control channel that always answers."""

import contextlib
import time

import pytest
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusIOException
from simulated import running

from drivers.simulation.modbus_pdu import Code, Image, RefusedError, answer

DEAD = (ConnectionException, ModbusIOException, ConnectionError)


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    """A calm press at 20x that made its first parts."""
    with running("press", tmp_path_factory.mktemp("press"), "--calm", "--speed", "20", "--boot", "7") as machine:
        yield machine


@pytest.fixture
def link(press):
    """A client that is connected."""
    client = ModbusTcpClient("127.0.0.1", port=press.port, timeout=0.3, retries=0)
    assert client.connect()
    yield client
    client.close()


def until(is_so, seconds=4.0):
    """Ask again and again until something is so."""
    end = time.monotonic() + seconds
    while not (seen := is_so()):
        assert time.monotonic() < end
    return seen


def words(link, address, count):
    """Read, connecting again where the link was cut; empty while it is."""
    with contextlib.suppress(*DEAD):
        if link.connected or link.connect():
            answered = link.read_holding_registers(address, count=count)
            return [] if answered.isError() else answered.registers
    return []


def test_one_block_read_gives_125_registers_of_one_scan(link):
    block = link.read_holding_registers(100, count=124).registers
    assert block[6:8] == [20, 7]
    assert len(link.read_holding_registers(0, count=125).registers) == 125
    assert link.read_input_registers(12, count=1).registers == [7]


def test_unmapped_registers_are_0_and_beyond_255_is_an_illegal_address(link):
    assert link.read_holding_registers(224, count=32).registers == [0] * 32
    assert link.read_holding_registers(255, count=2).exception_code == Code.ILLEGAL_ADDRESS
    assert link.read_coils(0, count=16).bits == [False] * 16


def test_only_the_stations_and_the_setters_words_can_be_written(press, link):
    assert link.write_register(1, 5).exception_code == Code.ILLEGAL_ADDRESS
    assert link.write_registers(31, [1, 2, 3]).exception_code == Code.ILLEGAL_ADDRESS
    assert link.write_registers(40, [120, 501]).exception_code == Code.ILLEGAL_VALUE
    assert link.read_holding_registers(40, count=2).registers == [100, 0]
    assert not link.write_registers(30, [0, 9, 4]).isError()
    assert link.read_holding_registers(30, count=3).registers == [0, 9, 4]
    until(lambda: {"what": "write", "tag": "permitted_cycle", "value": 9} in press.truth("write"))


def test_a_slower_ram_and_a_dwell_make_the_stroke_longer(press, link):
    assert not link.write_registers(40, [70, 500]).isError()
    begun = link.read_holding_registers(3, count=1).registers[0]
    until(lambda: link.read_holding_registers(3, count=1).registers[0] >= begun + 2)
    assert 6300 <= link.read_holding_registers(6, count=1).registers[0] <= 6700
    assert {"what": "write", "tag": "dwell", "value": 500} in press.truth("write")


def test_every_sample_is_got_by_a_client_that_keeps_up(link):
    last, lost, seen = None, 0, 0
    while seen < 400:
        block = link.read_holding_registers(100, count=124).registers
        index = block[0] << 16 | block[1]
        lost += max(0, index - (last or index) - 58)
        seen += index - (index if last is None else last)
        last = index
    assert lost == 0


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("jam", {"seconds": 1}),
        ("fault", {"code": 3}),
        ("clear", {}),
        ("wear", {"value": 0.0}),
        ("bad_next", {}),
        ("stop_after", {"cycles": 1000}),
        ("preset", {"counter": "good", "value": 65530}),
        ("oil", {"value": 45.5}),
        ("lose_samples", {"samples": 1}),
        ("speed", {"value": 20}),
        ("status", {}),
    ],
)
def test_each_verb_is_answered_by_one_line(press, verb, words):
    assert press.ask(verb, **words)["ok"] is True
    press.ask("clear")


@pytest.mark.parametrize(
    ("verb", "words", "said"),
    [
        ("dance", {}, "unknown request 'dance'"),
        ("fault", {"code": 9}, '"code" is a number from 1 to 3'),
        ("preset", {"counter": "ugly", "value": 1}, '"counter" is "good", "bad" or "cycle"'),
        ("stop_after", {"cycles": 1.5}, "whole number"),
        ("speed", {}, '"value" is a number'),
    ],
)
def test_a_request_that_cannot_be_done_says_why(press, verb, words, said):
    answered = press.ask(verb, **words)
    assert answered["ok"] is False
    assert said in answered["error"]


def test_a_frozen_process_keeps_its_sockets_and_answers_only_the_control_channel(press, link):
    press.ask("freeze_process")
    assert press.ask("status")["frozen"] == "process"
    assert press.ask("jam")["ok"] is False
    with pytest.raises(DEAD):
        link.read_holding_registers(0, count=1)
    assert link.connect()  # a new connection is taken, and as mute
    press.ask("thaw")
    assert until(lambda: words(link, 0, 1))
    assert press.ask("status")["frozen"] is None


def test_a_frozen_program_answers_and_nothing_moves(press, link):
    press.ask("freeze_program")
    assert words(link, 0, 13) == words(link, 0, 13)
    frozen, end = words(link, 0, 125), time.monotonic() + 0.15
    while time.monotonic() < end:
        assert words(link, 0, 125) == frozen
    press.ask("thaw")
    until(lambda: words(link, 11, 1) != frozen[11:12])


def test_a_dropped_link_is_cut_at_once_and_refused_for_its_time(press, link):
    asked = time.monotonic()
    press.ask("drop_link", seconds=0.4)
    assert not words(link, 0, 1)
    until(lambda: words(link, 0, 1))
    assert time.monotonic() - asked >= 0.4


def test_the_truth_log_has_what_the_counters_say(press, link):
    press.ask("stop_after", cycles=1)
    until(lambda: words(link, 0, 1) == [0])
    boot, cycle = words(link, 12, 1)[0], words(link, 3, 1)[0]
    assert len([part for part in press.truth("part") if part["boot"] == boot]) == cycle
    assert [part["part"] for part in press.truth("part")] == list(range(1, press.ask("status")["part"] + 1))
    press.ask("clear")


def test_a_restart_changes_the_boot_and_begins_at_zero(press, link):
    press.ask("restart")
    until(lambda: words(link, 12, 1) == [8])
    assert words(link, 30, 3) == [0, 0, 0]
    assert press.truth("start")[-1] == {"what": "start", "boot": 8}
    cut_off = press.truth("aborted")[-1]
    assert (cut_off["boot"], cut_off["cycle"]) not in {(part["boot"], part["cycle"]) for part in press.truth("part")}


def refuse(*_):
    raise RefusedError(Code.ILLEGAL_ADDRESS)


@pytest.mark.parametrize(
    ("request_pdu", "code"),
    [
        (b"\x2b\x0e\x01\x00", Code.ILLEGAL_FUNCTION),
        (b"\x03\x00\x00\x00\x7e", Code.ILLEGAL_VALUE),
        (b"\x03\x00\x00\x00\x00", Code.ILLEGAL_VALUE),
        (b"\x03\x00", Code.ILLEGAL_VALUE),
        (b"\x10\x00\x1e\x00\x02\x02\x00\x01", Code.ILLEGAL_VALUE),
        (b"\x06\x00\x00\x00\x01", Code.ILLEGAL_ADDRESS),
        (b"\x01\x00\x10\x00\x01", Code.ILLEGAL_ADDRESS),
    ],
)
def test_a_request_the_machine_cannot_answer_is_refused_with_its_code(request_pdu, code):
    image = Image(lambda: [0] * 256, lambda: 0, refuse)
    assert answer(request_pdu, image) == bytes((request_pdu[0] | 0x80, code))
