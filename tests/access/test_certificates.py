"""The development authority, seen through a real gRPC server with mutual TLS on the loopback."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import grpc
import pytest
from cryptography import x509

from registry.access.certificates import (
    AUTHORITY,
    CertificateError,
    Credential,
    create_authority,
    issue,
    load_credential,
)
from registry.access.identity import Caller, CallerRole, caller_of_peer

ORIGIN = "example.com/log"
PLATFORM = Caller(CallerRole.PROCUREMENT_SYSTEM, "tender-platform", ORIGIN)
DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)
METHOD = "/test.Whoami/Ask"


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority whose certificates hold from yesterday for two days, unless told otherwise."""

    directory: Path

    def client(self, name: str, uri: str = PLATFORM.uri, *, not_before: datetime = NOW - DAY) -> Credential:
        return issue(self.directory, name, uri, not_before=not_before, lifetime=2 * DAY)

    def server(self, name: str) -> Credential:
        hosts = ["localhost", ip_address("127.0.0.1")]
        return issue(self.directory, name, hosts=hosts, not_before=NOW - DAY, lifetime=2 * DAY)


def new_authority(directory: Path) -> Authority:
    create_authority(directory, name="Development authority", not_before=NOW - DAY, lifetime=3 * DAY)
    return Authority(directory)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return new_authority(tmp_path / "authority")


@pytest.fixture
def target(authority: Authority) -> Iterator[str]:
    """A server that demands a certificate of the authority and answers with the caller's URI."""

    def whoami(_: bytes, context: grpc.ServicerContext) -> bytes:
        return caller_of_peer(context.auth_context(), origin=ORIGIN).uri.encode()

    held = authority.server("server")
    credentials = grpc.ssl_server_credentials([(held.key, held.certificate)], held.authority, True)
    method: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(whoami)
    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("test.Whoami", {"Ask": method}),)
        )
        port = server.add_secure_port("127.0.0.1:0", credentials)
        server.start()
        yield f"127.0.0.1:{port}"
        server.stop(None).wait()


def ask(target: str, *, trusted: bytes, own: Credential | None = None) -> str:
    """The URI under which the server at `target` sees the holder of `own`; RpcError if it lets nobody in."""
    key, certificate = (own.key, own.certificate) if own else (None, None)
    with grpc.secure_channel(target, grpc.ssl_channel_credentials(trusted, key, certificate)) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)
        return call(b"", timeout=10).decode()


def refusal(target: str, *, trusted: bytes, own: Credential | None = None) -> grpc.StatusCode:
    """The status with which the call fails."""
    with pytest.raises(grpc.RpcError) as failure:
        ask(target, trusted=trusted, own=own)
    return failure.value.code()


def test_an_issued_certificate_is_let_in_under_its_own_name(authority: Authority, target: str) -> None:
    own = authority.client("platform")
    assert ask(target, trusted=own.authority, own=own) == PLATFORM.uri


def test_a_server_is_found_by_its_host_name_too(authority: Authority, target: str) -> None:
    own = authority.client("platform")
    assert ask(target.replace("127.0.0.1", "localhost"), trusted=own.authority, own=own) == PLATFORM.uri


def test_a_caller_without_certificate_is_refused(authority: Authority, target: str) -> None:
    trusted = authority.client("platform").authority
    assert refusal(target, trusted=trusted) is grpc.StatusCode.UNAVAILABLE


def test_a_certificate_of_another_authority_is_refused(
    authority: Authority, target: str, tmp_path: Path
) -> None:
    trusted = authority.client("platform").authority
    stranger = new_authority(tmp_path / "other").client("platform")
    assert refusal(target, trusted=trusted, own=stranger) is grpc.StatusCode.UNAVAILABLE


def test_a_server_of_another_authority_is_refused_by_the_caller(
    authority: Authority, target: str, tmp_path: Path
) -> None:
    stranger = new_authority(tmp_path / "other").client("platform")
    own = authority.client("platform")
    assert refusal(target, trusted=stranger.authority, own=own) is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("not_before", [NOW - 3 * DAY, NOW + DAY], ids=["expired", "not yet valid"])
def test_a_certificate_outside_its_validity_is_refused(
    authority: Authority, target: str, not_before: datetime
) -> None:
    own = authority.client("platform", not_before=not_before)
    assert refusal(target, trusted=own.authority, own=own) is grpc.StatusCode.UNAVAILABLE


def test_a_servers_certificate_opens_no_door(authority: Authority, target: str) -> None:
    own = authority.server("another-server")
    assert refusal(target, trusted=own.authority, own=own) is grpc.StatusCode.UNAVAILABLE


def test_a_callers_certificate_makes_no_authority(authority: Authority, target: str, tmp_path: Path) -> None:
    own = authority.client("platform")
    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / "authority.key").write_bytes(own.key)
    (forged / "authority.pem").write_bytes(own.certificate)
    other = Authority(forged).client("forged")
    chain = Credential(other.key, other.certificate + own.certificate, own.authority)
    assert refusal(target, trusted=own.authority, own=chain) is grpc.StatusCode.UNAVAILABLE


def test_keys_are_readable_by_their_owner_alone(authority: Authority) -> None:
    authority.client("platform")
    modes = {path.name: path.stat().st_mode & 0o777 for path in authority.directory.glob("*.key")}
    assert modes == {"authority.key": 0o600, "platform.key": 0o600}
    assert authority.directory.stat().st_mode & 0o777 == 0o700


def test_the_authority_may_sign_certificates_and_nothing_below_it_may(authority: Authority) -> None:
    authority.client("platform")
    for name, is_authority in ((AUTHORITY, True), ("platform", False)):
        extensions = x509.load_pem_x509_certificate(
            load_credential(authority.directory, name).certificate
        ).extensions
        basic = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        assert (basic.critical, usage.critical) == (True, True)
        assert basic.value.ca == usage.value.key_cert_sign == usage.value.crl_sign == is_authority
        assert usage.value.digital_signature != is_authority


def test_validity_is_what_was_asked_for_and_serial_numbers_differ(authority: Authority) -> None:
    held = [x509.load_pem_x509_certificate(authority.client(name).certificate) for name in ("one", "two")]
    assert {each.not_valid_before_utc for each in held} == {NOW - DAY}
    assert {each.not_valid_after_utc for each in held} == {NOW + DAY}
    assert len({each.serial_number for each in held}) == 2
    assert all(each.serial_number > 1 << 64 for each in held)


def test_nothing_is_overwritten(authority: Authority) -> None:
    authority.client("platform")
    before = {path: path.read_bytes() for path in authority.directory.iterdir()}
    with pytest.raises(CertificateError, match=r"platform\.pem: cannot be written: File exists"):
        authority.client("platform")
    with pytest.raises(CertificateError, match=r"authority\.pem: cannot be written: File exists"):
        new_authority(authority.directory)
    (authority.directory / "platform.pem").unlink()
    with pytest.raises(CertificateError, match=r"platform\.key: exists already"):
        authority.client("platform")
    del before[authority.directory / "platform.pem"]
    assert {path: path.read_bytes() for path in authority.directory.iterdir()} == before


@pytest.mark.parametrize("name", ["", AUTHORITY, "..", "a/b", "/etc/a", "a\0", "a" * 65])
def test_a_name_that_is_no_plain_file_name_is_refused(authority: Authority, name: str) -> None:
    with pytest.raises(CertificateError, match="not a name for a certificate"):
        authority.client(name)


def test_a_certificate_is_not_issued_under_the_common_name_of_the_authority(tmp_path: Path) -> None:
    create_authority(tmp_path, name="root", not_before=NOW, lifetime=DAY)
    with pytest.raises(CertificateError, match="name of the authority"):
        Authority(tmp_path).client("root")


def test_a_certificate_names_somebody(authority: Authority) -> None:
    with pytest.raises(CertificateError, match="names a caller, or the hosts"):
        issue(authority.directory, "nobody", not_before=NOW, lifetime=DAY)
    with pytest.raises(CertificateError, match="cannot stand in a certificate"):
        authority.client("platform", "registry://样例/auditor/a")


def test_a_validity_that_is_no_interval_is_refused(authority: Authority) -> None:
    with pytest.raises(CertificateError, match="time zone"):
        authority.client("platform", not_before=NOW.replace(tzinfo=None))
    with pytest.raises(CertificateError, match="positive"):
        issue(authority.directory, "platform", PLATFORM.uri, not_before=NOW, lifetime=-DAY)


def test_a_missing_or_broken_authority_is_one_clear_line(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"authority\.pem: cannot be read: No such file"):
        Authority(tmp_path / "nowhere").client("platform")
    other = new_authority(tmp_path / "other").directory
    (other / "authority.key").unlink()
    with pytest.raises(CertificateError, match=r"authority\.key: the key file cannot be read"):
        Authority(other).client("platform")
    (other / "authority.key").write_bytes((authority.directory / "authority.key").read_bytes())
    with pytest.raises(CertificateError, match="not the certificate of the key beside it"):
        Authority(other).client("platform")
    (other / "authority.pem").write_text("no certificate")
    with pytest.raises(CertificateError, match="not a certificate in PEM form"):
        Authority(other).client("platform")


def test_a_directory_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CertificateError, match="cannot be created: Not a directory"):
        new_authority(tmp_path / "file" / "authority")
