"""What a server's status codes mean to a person: each a sentence with its code, the clocks first, nothing secret."""

import asyncio
import os
from datetime import timedelta

import pytest
from asyncua import ua
from made_certificates import made

from drivers.driver import DeviceSetup, MachineSetupError
from drivers.link import Lifeline, LinkFault
from drivers.opcua import refusals
from drivers.opcua.clocks import apart
from drivers.opcua.options import OpcUaOptions
from drivers.opcua.refusals import is_of_certificate, lost_by

KNOWN = {**refusals._CERTIFICATES, **refusals._NOT_ADMITTED, **refusals._ENDED}

TO_DO = ("ask ", "accept", "choose", "close another", "check", "watch", "give", "start", "set ", "make", "renew", "end ")


@pytest.mark.parametrize("name", KNOWN)
def test_every_code_that_is_explained_exists_and_comes_with_its_name(name):
    assert hasattr(ua.StatusCodes, name)
    assert lost_by(name).reason == f"{KNOWN[name]} ({name})"


@pytest.mark.parametrize("name", [*refusals._CERTIFICATES, *refusals._NOT_ADMITTED])
def test_who_is_not_admitted_hears_what_to_do(name):
    lost = lost_by(name)
    assert lost.fault is LinkFault.NOT_ADMITTED
    assert any(word in lost.reason for word in TO_DO)


@pytest.mark.parametrize("name", [code for code in dir(ua.StatusCodes) if code.startswith("BadCertificate")])
def test_every_code_about_a_certificate_is_explained_after_the_clocks(name):
    assert is_of_certificate(name)
    assert lost_by(name, "the panel's clock is behind").reason.startswith("the panel's clock is behind; then: ")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("BadTimeout", LinkFault.SILENT),
        ("BadSessionIdInvalid", LinkFault.CLOSED),
        ("BadTcpSecureChannelUnknown", LinkFault.CLOSED),
        ("BadOutOfMemory", LinkFault.CLOSED),
        ("BadTooManySessions", LinkFault.NOT_ADMITTED),
        ("BadRequestTooLarge", LinkFault.NOT_ADMITTED),
        ("BadServiceUnsupported", LinkFault.NOT_ADMITTED),
    ],
)
def test_a_code_is_the_fault_that_it_means(name, fault):
    assert lost_by(name, "the clocks differ").fault is fault
    assert "the clocks differ" not in lost_by(name, "the clocks differ").reason


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (None, ""),
        (timedelta(seconds=60), ""),
        (timedelta(seconds=-60), ""),
        (timedelta(seconds=61), "1 min behind"),
        (timedelta(hours=-3, seconds=9), "3 h ahead of"),
        (timedelta(minutes=-119), "119 min ahead of"),
        (timedelta(days=400), "400 days behind"),
    ],
)
def test_clocks_are_spoken_of_from_a_minute_on(ahead, words):
    said = apart(ahead)
    assert (f"the panel's clock is {words} the server's" in said) if words else said == ""


@pytest.fixture
def kept(tmp_path):
    """A user's certificate and key."""
    return made("urn:user").keep(tmp_path, "user")


def options_of(tmp_path, **given):
    given = {"url": "opc.tcp://plc7", "security": "basic256sha256", "pki": str(tmp_path / "pki"), **given}
    given = {key: value for key, value in given.items() if value is not None}
    return OpcUaOptions.of(DeviceSetup("press", given, (), {}, lambda: (0, 0)))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"security": "none", "pki": None, "user": "line", "password": "x"}, "'user' would send a password in the clear"),
        ({"security": "none", "pki": None, "mode": "sign"}, "'mode' has no effect with security = 'none'"),
        ({"security": "none"}, "'pki' has no effect with security = 'none'"),
        ({"security": "none", "pki": None, "fingerprint": "ab" * 32}, "'fingerprint' has no effect"),
        ({"security": "basic256"}, "'security' must be one of none, basic256sha256, aes128_sha256_rsaoaep, aes256_sha256_rsapss"),
        ({"mode": "none"}, "'mode' must be one of sign, sign_and_encrypt"),
        ({"user_certificate": "FILE"}, "'user_key' is missing"),
        ({"user_key": "KEY"}, "'user_certificate' is missing"),
        ({"user": "line", "user_certificate": "FILE", "user_key": "KEY"}, "'user_certificate' is a second way to sign in"),
        (
            {"user_certificate": "nowhere.der", "user_key": "KEY"},
            "'user_certificate' names a file that can't be opened: nowhere.der",
        ),
        ({"user_certificate": "FILE", "user_key": "FILE"}, "'user_key' names a file that can't be used"),
        ({"server_certificate": "KEY"}, "'server_certificate' names a file that can't be used"),
        ({"server_certificate": "FILE", "fingerprint": "ab" * 32}, "'fingerprint' is not that of server_certificate"),
    ],
)
def test_what_cannot_be_secure_is_refused_before_anything_starts(tmp_path, kept, given, why):
    given = {key: {"FILE": str(kept[0]), "KEY": str(kept[1])}.get(value, value) for key, value in given.items()}
    with pytest.raises(MachineSetupError, match=why):
        options_of(tmp_path, **given)


def test_a_password_is_never_shown(tmp_path):
    secret = "canary-19c"
    setup = DeviceSetup("press", {"password": secret, "speed": 1}, (), {}, lambda: (0, 0))
    assert secret not in repr(options_of(tmp_path, user="line", password=secret))
    assert secret not in repr(setup)
    with pytest.raises(MachineSetupError) as error:
        options_of(tmp_path, url=f"http://line:{secret}@plc7")
    assert secret not in str(error.value)
    with pytest.raises(MachineSetupError) as error:
        options_of(tmp_path, password=secret)
    assert secret not in str(error.value)


def test_who_mends_one_cause_hears_of_the_next_and_of_none_twice():
    causes = iter([refusals.refusal(why) for why in ("no trust", "no trust", "no user")])
    lifeline = Lifeline("press", lambda: (0, 0))

    async def connection():
        cause = next(causes, None)
        if cause is None:
            lifeline.end()
            return
        raise cause
        yield

    async def told():
        return [event.reason async for event in lifeline.events(connection)]

    assert asyncio.run(told()) == ["no trust", "no user"]


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights in another way")
def test_a_users_key_that_others_can_read_is_refused(tmp_path, kept):
    certificate, key = kept
    key.chmod(0o640)
    with pytest.raises(MachineSetupError, match=r"'user_key' names a file that can't be used: .*others can read it") as error:
        options_of(tmp_path, user_certificate=str(certificate), user_key=str(key))
    assert error.value.option == "user_key"
