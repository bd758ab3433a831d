"""Every way an engineer may write an address, and the sentence where it can't be meant."""

import pytest

from drivers.driver import MachineSetupError
from drivers.modbus.address import parse, place
from drivers.tag import DataType, Role, Tag


def where(text, kind="uint16", first=0, **options):
    address = place("press", Tag("t", text, DataType(kind), Role.SIGNAL, options=options), first).address
    return str(address.table), address.number, address.bit


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("holding:100", 0, ("holding", 100, None)),
        ("holding:100", 1, ("holding", 99, None)),
        ("input:1", 1, ("input", 0, None)),
        ("holding:65536", 1, ("holding", 65535, None)),
        ("40101", 0, ("holding", 100, None)),
        ("40101", 1, ("holding", 100, None)),
        ("400101", 0, ("holding", 100, None)),
        ("465536", 0, ("holding", 65535, None)),
        ("30001", 0, ("input", 0, None)),
        ("300001", 1, ("input", 0, None)),
        ("40101[2]", 0, ("holding", 102, None)),
        ("holding:7[3]", 1, ("holding", 9, None)),
    ],
)
def test_plain_and_modicon_addresses_name_the_same_places(text, first, expected):
    assert where(text, first=first) == expected


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("coil:3", 0, ("coil", 3, None)),
        ("00004", 0, ("coil", 3, None)),
        ("000004", 1, ("coil", 3, None)),
        ("10001", 0, ("discrete", 0, None)),
        ("discrete:1", 1, ("discrete", 0, None)),
        ("coil:3[5]", 0, ("coil", 8, None)),
        ("40101.15", 0, ("holding", 100, 15)),
        ("holding:100.0", 1, ("holding", 99, 0)),
        ("holding:100.14[1]", 0, ("holding", 100, 15)),
        ("holding:100.14[2]", 0, ("holding", 101, 0)),
        ("holding:100.0[37]", 0, ("holding", 102, 5)),
    ],
)
def test_bits_have_addresses_too(text, first, expected):
    assert where(text, "bool", first) == expected


@pytest.mark.parametrize(("kind", "step"), [("int16", 1), ("bcd32", 2), ("float32", 2), ("uint64", 4)])
def test_an_element_stands_its_width_further(kind, step):
    assert [where(f"holding:100[{at}]", kind)[1] for at in range(3)] == [100, 100 + step, 100 + 2 * step]


def test_an_element_of_an_array_of_texts_stands_its_length_further():
    assert where("holding:100[2]", "string", length=7)[1] == 108


@pytest.mark.parametrize(
    ("text", "first", "why"),
    [
        ("holding:0", 1, "this device counts from 1"),
        ("holding:65537", 1, "beyond the last"),
        ("40000", 0, "count from 1"),
        ("465537", 0, "beyond the last"),
        ("20001", 0, "is not like"),
        ("4001", 0, "is not like"),
        ("4000001", 0, "is not like"),
        ("40101.16", 0, "0 to 15"),
        ("00001.1", 0, "only registers have bits"),
        ("holding:1[-1]", 0, "is not like"),
        ("holding:1[2].3", 0, "is not like"),
        ("holding:٣", 0, "is not like"),
    ],
)
def test_what_can_be_no_address_is_a_sentence(text, first, why):
    with pytest.raises(ValueError, match=why):
        parse(text, first)


@pytest.mark.parametrize(
    ("text", "kind", "options", "why"),
    [
        ("holding:65530[4]", "uint32", {}, "beyond the last"),
        ("holding:1", "string", {"length": 0}, "from 1 to 250"),
        ("holding:1", "string", {"length": "ten"}, "from 1 to 250"),
        ("holding:1", "string", {"length": 3, "encoding": "utf-16"}, "must be even"),
        ("holding:1", "string", {"length": 3, "encoding": "morse"}, "'encoding' must be one of ascii, latin-1"),
        ("holding:1", "uint16", {"length": 3}, "are for texts"),
        ("holding:1", "uint16", {"encoding": "ascii"}, "are for texts"),
        ("holding:1", "uint32", {"order": "BACD"}, "must be one of ABCD, CDAB, BADC, DCBA"),
        ("holding:1", "uint32", {"word_order": "big"}, "option 'word_order' is not an option of a Modbus tag"),
        ("coil:1", "bool", {"order": "ABCD"}, "has no meaning"),
    ],
)
def test_an_option_that_can_have_no_effect_is_refused(text, kind, options, why):
    with pytest.raises(MachineSetupError, match=why) as caught:
        where(text, kind, **options)
    assert caught.value.tag == "t"


def test_a_text_too_long_to_be_written_at_once_may_not_be_writable():
    with pytest.raises(MachineSetupError, match="125 registers at 'holding:1' can't be written at once"):
        place("press", Tag("t", "holding:1", DataType.STRING, Role.SETPOINT, writable=True, options={"length": 250}))
