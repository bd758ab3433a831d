"""asyncua's own server: who signs in as what, what never goes over the wire in the clear, and what the server refuses."""

import asyncio
import logging
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.security_policies import SecurityPolicyNone
from asyncua.server.user_managers import User, UserManager, UserRole
from cryptography.hazmat.primitives.asymmetric import rsa
from entering import enter, free_port
from made_certificates import made
from opcua_counterpart import end_server, uncollected

from drivers.driver import DeviceSetup
from drivers.link import LinkFault, LinkLostError
from drivers.opcua.client import SecuredClient
from drivers.opcua.options import OpcUaOptions
from drivers.opcua.security import secure

pytestmark = [
    pytest.mark.timeout(30),  # asyncua takes seconds to make its address space
    pytest.mark.xdist_group("opcua"),  # one worker loads asyncua's server, once
]

USER, PASSWORD = "line", "canary-4c51"
OURS, THEIRS, STRANGER = made("urn:test:plc"), made("urn:user:line"), made("urn:user:stranger")
URI = "urn:test:plc"
POLICIES = [
    ua.SecurityPolicyType.NoSecurity,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
]


class Doorman(UserManager):
    """Lets in one user with a password and one with a certificate."""

    def get_user(self, iserver, username=None, password=None, certificate=None):
        known = (username, password) == (USER, PASSWORD) if username else certificate == THEIRS.der
        return User(role=UserRole.User) if known else None


class Plc:
    """The server, in a thread with a loop of its own."""

    def __init__(self, folder):
        self.port = free_port()
        self.refuses = None
        """The status code with which the next station's certificate is refused."""
        self._files = OURS.keep(folder, "plc")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live)

    def _live(self):
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def __enter__(self):
        self._thread.start()
        self.run(self._start())
        return self

    async def _start(self):
        logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)
        server = self.server = Server(user_manager=Doorman())
        with uncollected():
            await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{self.port}")
        await server.set_application_uri(URI)
        await server.load_certificate(str(self._files[0]), "der")
        await server.load_private_key(self._files[1])
        server.set_security_policy(POLICIES)
        server.set_identity_tokens([ua.X509IdentityToken, ua.UserNameIdentityToken])
        server.set_certificate_validator(self._validate)
        await server.start()

    async def _validate(self, _certificate, _application):
        if self.refuses is not None:
            raise ServiceError(self.refuses)

    def __exit__(self, *_error):
        self.run(end_server(self.server))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @contextmanager
    def refusing(self, code):
        self.refuses = code
        yield
        self.refuses = None

    @contextmanager
    def without_its_key(self):
        """Be somebody who shows the trusted certificate and does not hold its key."""
        another = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        ways_in = [way for way in self.server._policies if way.private_key is not None]
        for way in ways_in:
            way.private_key = another
        try:
            yield
        finally:
            for way in ways_in:
                way.private_key = OURS.key

    @contextmanager
    def taking_passwords_in_the_clear(self):
        """Say of every way in that a password needs no encryption of its own."""
        tokens = [
            token
            for endpoint in self.server.iserver.endpoints
            for token in endpoint.UserIdentityTokens
            if token.TokenType == ua.UserTokenType.UserName
        ]
        before = [token.SecurityPolicyUri for token in tokens]
        for token in tokens:
            token.SecurityPolicyUri = SecurityPolicyNone.URI
        yield
        for token, policy in zip(tokens, before, strict=True):
            token.SecurityPolicyUri = policy


@pytest.fixture(scope="module")
def plc(tmp_path_factory):
    with Plc(tmp_path_factory.mktemp("plc")) as running:
        yield running


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The certificate and key of the user, and of somebody else."""
    folder = tmp_path_factory.mktemp("users")
    theirs, key = THEIRS.keep(folder, "line")
    strange, strange_key = STRANGER.keep(folder, "stranger")
    return SimpleNamespace(
        user={"user_certificate": str(theirs), "user_key": str(key)},
        stranger={"user_certificate": str(strange), "user_key": str(strange_key)},
        pki=str(folder / "pki"),
    )


def attempt(plc, files, *, patience_s=2, **more):
    """Go in and out; return the refusal, or None."""
    given = {"url": f"opc.tcp://127.0.0.1:{plc.port}", "security": "basic256sha256", "pki": files.pki}
    given |= {"fingerprint": OURS.fingerprint, **more}
    options = OpcUaOptions.of(DeviceSetup("press", given, (), {}, lambda: (0, 0)))
    try:
        asyncio.run(enter(options, patience_s=patience_s))
    except LinkLostError as lost:
        return lost.reason if lost.fault is LinkFault.NOT_ADMITTED else f"{lost.fault}: {lost.reason}"
    return None


@pytest.mark.parametrize("mode", ["sign", "sign_and_encrypt"])
def test_user_and_password_or_a_users_certificate_get_in(plc, files, mode):
    assert attempt(plc, files, mode=mode, user=USER, password=PASSWORD) is None
    assert attempt(plc, files, mode=mode, **files.user) is None


def test_who_is_not_known_is_told_so_and_no_secret_is_written_down(plc, files, caplog):
    caplog.set_level(logging.DEBUG)
    refusal = attempt(plc, files, user="somebody", password=PASSWORD)
    assert "does not let this user in" in refusal
    assert PASSWORD not in refusal + caplog.text
    assert "does not let this user in" in attempt(plc, files, **files.stranger)
    assert "lets nobody in without a user, only with user and password, with a user's certificate" in attempt(plc, files)


def test_a_password_is_sent_in_the_clear_over_no_line_that_can_be_read(plc, files):
    user = {"user": USER, "password": PASSWORD}
    with plc.taking_passwords_in_the_clear():
        refusal = attempt(plc, files, mode="sign", **user)
        assert attempt(plc, files, mode="sign_and_encrypt", **user) is None
    assert "the password in the clear; set mode = 'sign_and_encrypt' here" in refusal


def test_a_policy_the_server_does_not_offer_is_said_with_those_it_does(plc, files):
    reason = attempt(plc, files, security="aes256_sha256_rsapss")
    assert "does not offer aes256_sha256_rsapss with sign_and_encrypt, only " in reason
    assert "aes128_sha256_rsaoaep with sign_and_encrypt, basic256sha256 with sign, basic256sha256 with sign_and_encrypt" in reason


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ua.StatusCodes.BadCertificateUntrusted, "does not trust this station yet; accept its certificate at the server"),
        (
            ua.StatusCodes.BadCertificateTimeInvalid,
            "this station's certificate is not valid today; check the clocks of both ends first",
        ),
        (ua.StatusCodes.BadCertificateUriInvalid, "made for another application"),
    ],
)
def test_a_server_that_refuses_the_stations_certificate_says_which_end_must_do_what(plc, files, code, words):
    with plc.refusing(code):
        assert words in attempt(plc, files, user=USER, password=PASSWORD)
    assert attempt(plc, files, user=USER, password=PASSWORD) is None


def test_who_only_shows_the_trusted_certificate_gets_nothing(plc, files):
    with plc.without_its_key():
        reason = attempt(plc, files, patience_s=0.3, user=USER, password=PASSWORD)
    assert "silent: the server said no more while this station proved who it is" in reason
    assert attempt(plc, files, user=USER, password=PASSWORD) is None


@pytest.mark.parametrize("mode", ["sign", "sign_and_encrypt"])
def test_a_channel_that_is_renewed_goes_on(plc, files, mode):
    given = {"url": f"opc.tcp://127.0.0.1:{plc.port}", "security": "basic256sha256", "pki": files.pki, "mode": mode}
    options = OpcUaOptions.of(
        DeviceSetup("press", {**given, "fingerprint": OURS.fingerprint, **files.user}, (), {}, lambda: (0, 0))
    )

    async def scenario():
        client = SecuredClient(options.url, timeout=2)
        await secure(client, options)
        await client.connect()
        for _ in range(3):
            await client.open_secure_channel(renew=True)
            await client.get_node("i=2258").read_value()
        await client.disconnect()

    asyncio.run(scenario())
