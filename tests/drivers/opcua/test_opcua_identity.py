"""The station's own certificate: made once, with the right names, for years; a spoilt one is said with what to do."""

import os
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from made_certificates import made

from drivers.opcua import identity as module
from drivers.opcua.certificates import UnreadableCertificateError, from_file, leaf
from drivers.opcua.clocks import utc_now
from drivers.opcua.identity import IdentityError, identity, renew
from drivers.opcua.trust import expiring

GOOD = made("urn:test:good", hosts=("plc7", "10.0.0.7")).der


def test_it_is_made_once_with_host_and_application_uri_for_ten_years(tmp_path):
    first = identity(tmp_path / "pki")
    again = identity(tmp_path / "pki")
    host = socket.gethostname()
    assert first == again
    assert first.uri == f"urn:{host}:lineside"
    assert first.facts.uris == (first.uri,)
    assert host in first.facts.hosts
    assert 3650 <= first.facts.days_left(utc_now()) <= 3653
    assert first.facts.valid_from < utc_now() - timedelta(hours=23)
    assert first.facts.key_bits == 2048
    assert first.other_host == ""


def test_it_is_the_certificate_of_an_application_and_signs_no_others(tmp_path):
    found = x509.load_der_x509_certificate(identity(tmp_path).certificate.read_bytes()).extensions
    assert not found.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = found.get_extension_for_class(x509.KeyUsage).value
    assert all((usage.digital_signature, usage.content_commitment, usage.key_encipherment, usage.data_encipherment))
    assert ExtendedKeyUsageOID.CLIENT_AUTH in found.get_extension_for_class(x509.ExtendedKeyUsage).value


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights in another way")
def test_only_the_station_can_read_its_key(tmp_path):
    kept = identity(tmp_path / "pki")
    assert stat.S_IMODE(kept.key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "pki").stat().st_mode) == 0o700


def test_many_machines_that_begin_at_once_share_one_certificate(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(identity, [tmp_path] * 8))
    assert len({one.facts.fingerprint for one in kept}) == 1


def test_a_renewed_one_keeps_the_uri_and_nothing_else(tmp_path):
    before = identity(tmp_path)
    after = renew(tmp_path)
    assert (after.uri, identity(tmp_path)) == (before.uri, after)
    assert after.facts.fingerprint != before.facts.fingerprint


def spoil_certificate(folder):
    (folder / "station.der").write_bytes(b"\x30\x82\x01\x00 half a cert")


def lose_key(folder):
    (folder / "station-key.pem").unlink()


def swap_key(folder):
    made("urn:another").keep(folder, "other")
    (folder / "other-key.pem").replace(folder / "station-key.pem")


@pytest.mark.parametrize(
    ("spoil", "what"), [(spoil_certificate, "can't be read"), (lose_key, "can't be read"), (swap_key, "do not belong together")]
)
def test_damaged_files_are_never_replaced_but_said_with_what_to_do(tmp_path, spoil, what):
    identity(tmp_path)
    spoil(tmp_path)
    with pytest.raises(IdentityError, match=what) as error:
        identity(tmp_path)
    assert "lineside certificate STATION.toml --renew" in str(error.value)
    renewed = renew(tmp_path)
    assert identity(tmp_path) == renewed


def test_a_renamed_panel_is_said_and_goes_on(tmp_path, monkeypatch):
    kept = identity(tmp_path)
    monkeypatch.setattr(module.socket, "gethostname", lambda: "new-name")
    assert "now it is new-name" in kept.other_host
    assert "--renew" in kept.other_host
    assert identity(tmp_path).uri == kept.uri
    assert renew(tmp_path).uri == "urn:new-name:lineside"


@pytest.mark.parametrize(
    ("days", "words"), [(61, ""), (60, "the certificate expires on "), (0, "expires on "), (-3, "expired on ")]
)
def test_its_end_is_spoken_of_from_sixty_days_before(days, words):
    certificate = leaf(made("urn:test", begins=timedelta(days=-100), ends=timedelta(days=days, minutes=5)).der)
    remark = expiring(certificate, "the certificate", "do it", utc_now())
    assert (words in remark) if words else remark == ""


def test_of_a_chain_the_first_counts(tmp_path):
    first, authority = made("urn:first"), made("urn:authority", bits=1024)
    assert leaf(first.der + authority.der).fingerprint == first.fingerprint
    pem = first.certificate.public_bytes(Encoding.PEM)
    (tmp_path / "chain.pem").write_bytes(pem + authority.certificate.public_bytes(Encoding.PEM))
    assert from_file(tmp_path / "chain.pem").fingerprint == first.fingerprint


@pytest.mark.parametrize("nonsense", [b"", b"0", b"\x30\x82\xff\xff", b"hello", b"-----BEGIN CERTIFICATE-----\nnothing"])
def test_what_is_no_certificate_is_said(nonsense, tmp_path):
    with pytest.raises(UnreadableCertificateError):
        leaf(nonsense)
    (tmp_path / "it.pem").write_bytes(nonsense)
    with pytest.raises(UnreadableCertificateError):
        from_file(tmp_path / "it.pem")


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6))
def test_whatever_a_stranger_sends_as_certificate_is_read_or_said_to_be_none(changes):
    der = bytearray(GOOD)
    for place, value in changes:
        der[place % len(der)] = value
    with suppress(UnreadableCertificateError):
        assert len(leaf(bytes(der)).fingerprint) == 64
