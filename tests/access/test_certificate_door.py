"""The door at which certificates are looked at again: within a second of each change, and shut in doubt."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from registry.access.certificate_door import CertificateDoor, Lists
from registry.access.certificates import Credential, create_authority
from registry.access.revocation import RevocationError
from tests.support.revocation import LateClock, RevokedBy, crl
from tests.support.served import DAY, Authority

DAY_S = 86_400.0
URI = "registry://credit.example/test/auditor/city"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("authority") / "a")


@pytest.fixture(scope="module")
def client(authority: Authority) -> Credential:
    return authority.client(URI)


@pytest.fixture
def lists(authority: Authority, tmp_path: Path) -> RevokedBy:
    made = RevokedBy(authority, tmp_path / "revoked.crl")
    made.write()
    return made


def peer(own: Credential) -> dict[str, list[bytes]]:
    return {"x509_pem_cert": [own.certificate]}


def refusal(door: CertificateDoor, own: Credential) -> str:
    with pytest.raises(RevocationError) as raised:
        door.check(peer(own))
    return str(raised.value)


def test_a_certificate_is_taken_until_its_last_second_and_no_longer(client: Credential) -> None:
    clock = LateClock()
    door = CertificateDoor(now=clock)
    door.check(peer(client))
    clock.late_s = DAY_S - 60
    door.check(peer(client))
    clock.late_s = DAY_S + 60
    assert "已过期" in refusal(door, client)
    clock.late_s = -DAY_S - 60
    assert "尚未生效" in refusal(door, client)


def test_its_last_second_still_counts(authority: Authority) -> None:
    """RFC 5280 §4.1.2.5: through notAfter, inclusive."""
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    own = authority.client(URI, not_before=until - 2 * DAY)
    for late_s, holds in ((0.0, True), (0.9, True), (1.0, False)):
        door = CertificateDoor(now=lambda late_s=late_s: until.timestamp() + late_s)  # type: ignore[misc]
        if holds:
            door.check(peer(own))
        else:
            assert "已过期" in refusal(door, own)


def test_a_revocation_counts_a_second_later_and_for_no_other(
    authority: Authority, client: Credential, lists: RevokedBy
) -> None:
    clock = LateClock()
    door, other = CertificateDoor(lists.files, clock), authority.client(URI)
    door.check(peer(client))
    lists.write(client)
    clock.late_s += 1
    assert "已被吊销" in refusal(door, client)
    door.check(peer(other))  # The same name, another certificate.


@pytest.mark.parametrize("ruin", ["missing", "empty", "half", "of another", "a directory", "authority gone"])
def test_lists_that_cannot_be_read_open_nothing_and_the_log_says_so_once(
    authority: Authority,
    client: Credential,
    lists: RevokedBy,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    ruin: str,
) -> None:
    clock = LateClock()
    own = tmp_path / "authority.pem"
    own.write_bytes((authority.directory / "authority.pem").read_bytes())
    files = type(lists.files)(lists.path, own)
    door = CertificateDoor(files, clock)
    door.check(peer(client))
    whole = lists.path.read_bytes()
    (own if ruin == "authority gone" else lists.path).unlink()
    if ruin in ("empty", "half"):
        lists.path.write_bytes(b"" if ruin == "empty" else whole[: len(whole) // 2])
    elif ruin == "of another":
        lists.path.write_bytes(crl(Authority.new(tmp_path / "other").directory, []))
    elif ruin == "a directory":
        lists.path.mkdir()
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            clock.late_s += 1
            assert "暂时不能核对" in refusal(door, client)
    assert [record.message.partition(":")[0] for record in caplog.records] == ["no certificate is taken"]


def test_when_the_list_is_there_again_so_is_the_door(client: Credential, lists: RevokedBy) -> None:
    clock = LateClock()
    door, whole = CertificateDoor(lists.files, clock), lists.path.read_bytes()
    lists.path.write_bytes(b"")
    refusal(door, client)
    lists.path.write_bytes(whole)
    clock.late_s += 1
    door.check(peer(client))


def test_an_older_list_put_back_opens_nothing(
    client: Credential, lists: RevokedBy, caplog: pytest.LogCaptureFixture
) -> None:
    clock = LateClock()
    old = lists.path.read_bytes()
    lists.write(client)
    door = CertificateDoor(lists.files, clock)
    assert "已被吊销" in refusal(door, client)
    lists.path.write_bytes(old)
    clock.late_s += 1
    with caplog.at_level(logging.ERROR):
        assert "暂时不能核对" in refusal(door, client)
    assert "CRLNumber" in caplog.text


def test_an_older_list_is_none_also_after_its_issuer_had_none_for_a_while(
    client: Credential, authority: Authority, tmp_path: Path
) -> None:
    create_authority(tmp_path / "other", name="Another", not_before=datetime.now(UTC) - DAY, lifetime=2 * DAY)
    trusted, revoked = tmp_path / "trusted.pem", tmp_path / "revoked.crl"
    homes = (authority.directory, tmp_path / "other")
    trusted.write_bytes(b"".join((home / "authority.pem").read_bytes() for home in homes))
    serial = x509.load_pem_x509_certificate(client.certificate).serial_number
    clock = LateClock()
    door = CertificateDoor(Lists(revoked, trusted), clock)
    others = crl(tmp_path / "other", [])
    for content, said in (
        (crl(authority.directory, [serial], number=2) + others, "证书已被吊销"),
        (others, "没有客户端证书签发者"),
        (crl(authority.directory, [], number=1) + others, "暂时不能核对"),
    ):
        revoked.write_bytes(content)
        clock.late_s += 2
        assert said in refusal(door, client)


def test_a_list_that_ends_is_warned_of_for_a_week_and_then_opens_nothing(
    client: Credential, authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lists = RevokedBy(authority, tmp_path / "short.crl")
    lists.write(ends=timedelta(hours=12))
    clock = LateClock()
    door = CertificateDoor(lists.files, clock)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            door.check(peer(client))
            clock.late_s += 60
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        clock.late_s = 12 * 3600 + 1
        for _ in range(3):
            clock.late_s += 1
            assert "名单已过期" in refusal(door, client)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_a_clock_that_goes_back_keeps_no_revoked_certificate_alive(
    client: Credential, lists: RevokedBy
) -> None:
    clock = LateClock()
    door = CertificateDoor(lists.files, clock)
    door.check(peer(client))
    lists.write(client)
    clock.late_s -= 30
    assert "已被吊销" in refusal(door, client)


@pytest.mark.parametrize("found", [{}, {"x509_pem_cert": []}, {"x509_pem_cert": [b"-----BEGIN"]}])
def test_a_peer_without_a_certificate_that_can_be_read_is_not_taken(found: dict[str, list[bytes]]) -> None:
    with pytest.raises(RevocationError, match="不能读"):
        CertificateDoor().check(found)


def test_more_certificates_than_are_remembered_are_taken_all_the_same(
    authority: Authority, lists: RevokedBy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.access.certificate_door._REMEMBERED", 2)
    door = CertificateDoor(lists.files, LateClock())
    callers = [authority.client(URI) for _ in range(4)]
    for own in [*callers, *callers]:
        door.check(peer(own))
