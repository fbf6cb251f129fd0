"""The way to AWS: names, ports, TLS and proxies, none of which may be fooled."""

import base64
import contextlib
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ran, Run
from tests.support.certificates import Authority
from tests.support.lying_server import Liar, pair, pairs
from tests.support.proxies import Proxies

pytestmark = pytest.mark.usefixtures("liar")

DOING = "lskeys: error: cannot list key pairs in us-east-1: "
CANARY = "canary-canary"


# TLS


def list_by_tls(signer: Authority, kind: str, run: Run, line: str = "list -q") -> tuple[Ran, Liar]:
    """Run a line against a server with such a certificate."""
    with Liar(signer.server(kind)).running() as liar:
        liar.responses("GetKeyPairs", pairs(pair()))
        return run(f"{line} --endpoint-url {liar.endpoint}"), liar


def test_a_good_certificate(signer: Authority, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of an authority that AWS_CA_BUNDLE names is good enough: the others are not."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(signer.bundle))
    ran, _ = list_by_tls(signer, "good", run)
    assert ran == Ran(0, "web\n")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("self-signed", "self-signed certificate"),
        ("expired", "certificate has expired"),
        ("not yet valid", "certificate is not yet valid"),
        ("of another host", "match"),
        ("good", "unable to get local issuer certificate"),
    ],
)
def test_a_wrong_certificate(
    kind: str, message: str, signer: Authority, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not AWS's own certificate is refused before a word is sent, and said why."""
    if kind != "good":  # which is wrong as long as its authority is not trusted
        monkeypatch.setenv("AWS_CA_BUNDLE", str(signer.bundle))
    ran, liar = list_by_tls(signer, kind, run)
    assert (ran.exit_code, ran.out, liar.calls) == (8, "", [])
    assert ran.err.startswith(DOING)
    assert message in ran.err
    assert "AWS_CA_BUNDLE" in ran.err


def test_certificates_cannot_be_switched_off(
    signer: Authority, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither AWS's configuration nor Python's environment has a way around the check."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(
        "[default]\nverify_ssl = false\nverify = false\nno_verify_ssl = true\n"
    )
    for name in ("PYTHONHTTPSVERIFY", "AWS_VERIFY_SSL", "SSL_VERIFY"):
        monkeypatch.setenv(name, "0")
    ran, liar = list_by_tls(signer, "self-signed", run)
    assert (ran.exit_code, ran.out, liar.calls) == (8, "", [])


@pytest.mark.parametrize("content", [None, b"", b"no certificate\n"], ids=["none", "empty", "text"])
def test_a_bundle_that_is_none(
    content: bytes | None, signer: Authority, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An AWS_CA_BUNDLE that is no bundle does not mean that anything is trusted."""
    bundle = home / "bundle.pem"
    if content is not None:
        bundle.write_bytes(content)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    ran, liar = list_by_tls(signer, "good", run)
    assert (ran.exit_code, ran.out, liar.calls) == (4, "", []), ran.err
    assert ": cannot read the CA certificates: no " in ran.err
    assert "hint: AWS_CA_BUNDLE, " in ran.err


# Names and ports


def _no_such_host(event: str, arguments: tuple[object, ...]) -> None:
    """Fail as a resolver does for an unknown name; no resolver is queried."""
    if event == "socket.getaddrinfo" and str(arguments[0]).endswith(".invalid"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


sys.addaudithook(_no_such_host)


@pytest.mark.parametrize("address", ["https://nowhere.invalid/", "http://127.0.0.1:CLOSED/"])
def test_an_address_that_is_not_reached(address: str, run: Run) -> None:
    """A host that does not exist, or a closed port, is reported with its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = address.replace("CLOSED", str(listener.getsockname()[1]))
    assert run(f"list --endpoint-url {address}") == Ran(
        8,
        err=f'{DOING}could not connect to the endpoint URL: "{address}"\n'
        "lskeys: hint: check the network, --endpoint-url, the region's name and HTTPS_PROXY\n",
    )


@pytest.mark.parametrize(
    "host",
    ["a" * 64, "a..b", "a" * 300, "xn--a", "-", "[::1", "[fe80::1%25eth0]", "%00", "a b", "1.2.3"],
)
def test_a_host_that_can_be_none(host: str, run: Run) -> None:
    """An invalid host name is an error of set-up, or cannot be reached: never a bug."""
    ran = run(f"list --timeout 5 --endpoint-url 'https://{host}.invalid:1'")
    assert ran.exit_code in {4, 8}, ran.err
    assert ran.out == ""


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue is full: who knocks there is not even refused."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize("line", ["list", "create web --service-generated"])
def test_a_port_that_never_connects(line: str, full_port: int, run: Run) -> None:
    """A connection that never comes about ends with the deadline."""
    ran = run(f"{line} --timeout 3 --endpoint-url http://127.0.0.1:{full_port}")
    assert (ran.exit_code, ran.out) == (8, "")
    assert "--timeout SECONDS" in ran.err


# Proxies


REFUSALS = {
    "forbidden": b"HTTP/1.1 403 Forbidden\r\n\r\n",
    "log in": b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
    "bad gateway": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno",
    "no http": b"SSH-2.0-OpenSSH\r\n",
    "nothing": b"",
    "connected to nothing": b"HTTP/1.1 200 Connection established\r\n\r\n",
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_proxy_that_refuses(
    kind: str, proxies: Proxies, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that does not let through is reported; it gets an address, and no request."""
    one = proxies(REFUSALS[kind])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    monkeypatch.setenv("HTTPS_PROXY", f"http://ana:{CANARY}@{one.address}")
    ran = run("list --timeout 5 --endpoint-url https://lightsail.invalid")
    assert (ran.exit_code, ran.out, CANARY in ran.err) == (8, "", False), ran.err
    status = re.match(rb"HTTP/1.1 ([45]\d\d) ", REFUSALS[kind])
    said = f'"http://{one.address}"' + ", which responded with status "
    assert ran.err.partition(said)[2][:3] == (status[1].decode() if status else "")
    assert one.heard
    assert all(each.startswith(b"CONNECT lightsail.invalid:443 ") for each in one.heard)
    assert not [each for each in one.heard if b"Authorization: AWS4" in each]


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        f"http://ana:{CANARY}@127.0.0.1:9",
        f"https://ana:{CANARY}@127.0.0.1:9",
        f"http://ana:{CANARY}@127.0.0.1:99999",
        f"socks5://ana:{CANARY}@127.0.0.1:9",
        f"ftp://ana:{CANARY}@127.0.0.1",
        f"http://ana:{CANARY}@[::1",
        f"http://ana:{CANARY}\x1b[31m@127.0.0.1:9",
        "http://",
        "://",
    ],
)
def test_a_proxy_that_is_set_wrongly(url: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any invalid HTTPS_PROXY ends with one clear error, and no password is quoted."""
    monkeypatch.setenv("HTTPS_PROXY", url)
    ran = run("list --timeout 5 --endpoint-url https://127.0.0.1:9 --debug")
    assert (ran.exit_code in {4, 8}, ran.out) == (True, ""), ran.err
    assert ran.err.rpartition("hint: ")[2] == "check HTTPS_PROXY and NO_PROXY\n"
    assert CANARY not in ran.err
    assert base64.b64encode(f"ana:{CANARY}".encode()).decode() not in ran.err
    assert ran.err.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_plain_http_uses_no_proxy(
    name: str,
    liar: Liar,
    proxies: Proxies,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A request in the clear is for localhost alone: no proxy gets to read it."""
    one = proxies(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    monkeypatch.setenv(name, f"http://{one.address}")
    liar.responses("GetKeyPairs", pairs(pair()))
    assert run("list -q") == Ran(0, "web\n")
    assert one.heard == []
