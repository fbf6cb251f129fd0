"""Certificates made for one test session, right ones and wrong ones."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
_ELSEWHERE = x509.DNSName("lightsail.us-east-1.amazonaws.com")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs certificates.

    Attributes:
        bundle: Its own certificate, for AWS_CA_BUNDLE.
    """

    bundle: Path
    _directory: Path
    _key: ec.EllipticCurvePrivateKey
    _name: x509.Name

    def server(self, kind: str) -> ssl.SSLContext:
        """What a server shows: a certificate that is good, or wrong in one way."""
        now = datetime.now(UTC)
        begin, end = now - _DAY, now + _DAY
        if kind == "expired":
            begin, end = now - 2 * _DAY, now - _DAY
        elif kind == "not yet valid":
            begin, end = now + _DAY, now + 2 * _DAY
        key = ec.generate_private_key(ec.SECP256R1())
        name = _named("server")
        is_own = kind == "self-signed"
        made = _certificate(
            subject=name,
            issuer=name if is_own else self._name,
            key=key,
            times=(begin, end),
            names=[_ELSEWHERE if kind == "of another host" else _HERE],
            signer=key if is_own else self._key,
        )
        path = self._directory / f"{kind}.pem"
        path.write_bytes(_pem(key) + made.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.num_tickets = 0  # so that what comes after the handshake is a response
        return context

    def other_bundle(self) -> bytes:
        """The certificate of another authority."""
        return _root(ec.generate_private_key(ec.SECP256R1()), _named("other"))


def authority(directory: Path) -> Authority:
    """A new one, whose files are in this directory."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _named("authority")
    bundle = directory / "authority.pem"
    bundle.write_bytes(_root(key, name))
    return Authority(bundle, directory, key, name)


def _root(key: ec.EllipticCurvePrivateKey, name: x509.Name) -> bytes:
    """A certificate that an authority gives itself."""
    now = datetime.now(UTC)
    times = (now - _DAY, now + _DAY)
    made = _certificate(subject=name, issuer=name, key=key, times=times, names=[], signer=key)
    return made.public_bytes(Encoding.PEM)


def _named(word: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, word)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate(  # noqa: PLR0913  what a certificate consists of
    *,
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    times: tuple[datetime, datetime],
    names: list[x509.GeneralName],
    signer: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    begun = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(times[0])
        .not_valid_after(times[1])
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        begun = begun.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return begun.sign(signer, hashes.SHA256())
