"""Certificates for https in a local network, from an authority of this machine's own.

A phone that has taken the authority's certificate once trusts this server under all of its names.

References:
    RFC 5280; strict readers insist on the key's usage and identifiers (4.2.1.1 to 4.2.1.3). Phones
    refuse certificates of over 825 days.
"""

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.access.certificates import Certificate, local_addresses

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397


def make_certificate(folder: Path, now: datetime | None = None) -> tuple[Certificate, Path]:
    """Make a certificate for all names of this machine, by an authority that is kept.

    Args:
        folder: Where both are kept; the keys can be read by this user alone.
        now: Time of making; that of the machine if not given.

    Returns:
        The certificate, and the authority's own, which other devices are to trust.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = now or datetime.now(UTC)
    authority = Certificate(folder / "authority.crt", folder / "authority.key")
    if not authority.chain.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"Bhava on {socket.gethostname()}")
        builder = _builder(name, name, key, moment, AUTHORITY_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        builder = builder.add_extension(_usage(signs_certificates=True), True)
        _write(authority, builder.sign(key, hashes.SHA256()), key)
    own = Certificate(folder / "server.crt", folder / "server.key")
    _write(own, *_signed(authority, moment))
    return own, authority.chain


def _signed(
    authority: Certificate, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    issuer = x509.load_pem_x509_certificate(authority.chain.read_bytes())
    signer = serialization.load_pem_private_key(authority.key.read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    host = socket.gethostname()
    names: list[x509.GeneralName] = [
        x509.DNSName(name) for name in dict.fromkeys(("localhost", host, f"{host}.local"))
    ]
    names += [
        x509.IPAddress(ipaddress.ip_address(address))
        for address in ("127.0.0.1", "::1", *local_addresses())
    ]
    builder = _builder(_name(host), issuer.subject, key, now, CERTIFICATE_DAYS)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    serves = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = (
        builder.add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_usage(signs_certificates=False), True)
        .add_extension(serves, False)
        .add_extension(identifier, False)
    )
    return builder.sign(signer, hashes.SHA256()), key


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of phones go a little slow.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    """Return what a key is for: signing certificates, or else the handshakes of https."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _write(files: Certificate, made: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(files.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private)
    files.chain.write_bytes(made.public_bytes(pem))
