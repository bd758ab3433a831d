"""Certificates for tests, good ones and such that nobody should believe."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from ipaddress import IPv4Address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from drivers.opcua.clocks import utc_now

USES = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
USAGE = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_cert_sign"]
NO_USAGE = ["key_agreement", "crl_sign", "encipher_only", "decipher_only"]


@dataclass(frozen=True)
class Made:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self):
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def keep(self, folder, name):
        """Write both and return their files."""
        certificate, key = folder / f"{name}.der", folder / f"{name}-key.pem"
        certificate.write_bytes(self.der)
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        key.chmod(0o600)
        return certificate, key


@cache
def key_of(bits):
    """Making one takes long; tests may share it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def made(uri, *, begins=timedelta(days=-1), ends=timedelta(days=400), bits=2048, key=None, hosts=("127.0.0.1",)):
    key = key or key_of(bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, uri)])
    addresses = [x509.IPAddress(IPv4Address(host)) if host[0].isdigit() else x509.DNSName(host) for host in hosts]
    now = utc_now()
    usage = x509.KeyUsage(**dict.fromkeys(USAGE, True), **dict.fromkeys(NO_USAGE, False))
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now + begins, now + ends)
    for extension in (
        x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri), *addresses]),
        x509.BasicConstraints(ca=False, path_length=None),
        usage,
        x509.ExtendedKeyUsage(USES),
    ):
        builder = builder.add_extension(extension, critical=False)
    return Made(builder.sign(key, hashes.SHA256()), key)
