"""Over TLS: a certificate nobody vouches for is not believed, and a line that drips is cut too."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapter.crm import lines
from tests.crm.register import ANNA, PHONE, Register, dripping

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of this machine's own, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "crm.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def register(certificate, monkeypatch):
    """A CRM that is spoken to over TLS."""
    monkeypatch.setenv("NO_PROXY", "*")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    register = Register(context)
    yield register
    register.close()


def test_a_certificate_nobody_vouches_for_is_not_believed(make_house, register):
    house = make_house(connect_timeout_ms=5000)
    register.knows(ANNA)

    assert not house.enrol(PHONE)

    assert register.asked == []
    assert house.told == ["failed"]


def test_one_that_is_vouched_for_is(make_house, register, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    house = make_house(connect_timeout_ms=5000)
    register.knows(ANNA)

    assert house.enrol(PHONE)


def test_a_line_that_drips_is_cut(make_house, register, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(lines, "THREADS", 2)
    house = make_house(timeout_ms=400, connect_timeout_ms=5000, failures=1000)
    register.answer = dripping(register, HEAD)

    # More of them than there are threads to make calls.
    assert not any(house.enrol(f"7900555{number:04}") for number in range(4))

    assert set(house.told) == {"failed"}
    register.knows(ANNA)
    until = time.monotonic() + 60
    while not (found := house.enrol(PHONE)) and time.monotonic() < until:
        pass  # each try takes its time
    assert found
