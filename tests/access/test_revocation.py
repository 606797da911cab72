"""Lists of revoked certificates: which count, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from registry.access.revocation import RevocationError, RevocationLists
from tests.support.revocation import crl
from tests.support.served import Authority

ISSUED_BY_OTHERS = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
CALLERS_ONLY = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Authority.new(tmp_path_factory.mktemp("authority") / "a").directory


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the same name, with another key."""
    return Authority.new(tmp_path_factory.mktemp("other") / "b").directory


def of(directory: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((directory / "authority.pem").read_bytes())


def read(content: bytes, *directories: Path) -> RevocationLists:
    return RevocationLists.of(content, [of(each) for each in directories], time())


def refusal(content: bytes, *directories: Path) -> str:
    with pytest.raises(RevocationError) as raised:
        read(content, *directories)
    return str(raised.value)


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_certificate_on_the_list_is_revoked_and_no_other(home: Path, encoding: Encoding) -> None:
    lists, name = read(crl(home, [7, 9], encoding=encoding), home), of(home).subject.public_bytes()
    lists.check(name, 8, time())
    for serial in (7, 9):
        with pytest.raises(RevocationError, match="已被吊销"):
            lists.check(name, serial, time())


def test_whose_issuer_has_no_list_is_not_taken(home: Path) -> None:
    lists = read(crl(home, [7]), home)
    other = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Another")]).public_bytes()
    for serial in (7, 8):
        with pytest.raises(RevocationError, match="没有客户端证书签发者的吊销名单"):
            lists.check(other, serial, time())


def test_a_list_ends_on_its_second(home: Path) -> None:
    lists, name = read(crl(home, [], ends=timedelta(hours=1)), home), of(home).subject.public_bytes()
    lists.check(name, 1, lists.until_s - 1)
    with pytest.raises(RevocationError, match="已过期"):
        lists.check(name, 1, lists.until_s)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"extension": (x509.DeltaCRLIndicator(1), True)}, "扩展 2.5.29.27"),
        ({"extension": (ISSUED_BY_OTHERS, True)}, "扩展 2.5.29.28"),
        ({"extension": (CALLERS_ONLY, True)}, "扩展 2.5.29.28"),
        ({"begins": timedelta(minutes=5)}, "尚未生效"),
    ],
)
def test_a_list_that_would_be_understood_by_halves_does_not_count(
    home: Path, how: dict[str, Any], said: str
) -> None:
    assert said in refusal(crl(home, [7], **how), home)


def test_a_list_that_another_signed_does_not_count_whatever_its_name(home: Path, other: Path) -> None:
    assert "不是由所信任的机构签发" in refusal(crl(home, [], signer=other), home)
    assert "不是由所信任的机构签发" in refusal(crl(other, []), home)
    assert read(crl(other, []), home, other).by_issuer


def test_a_certificate_that_may_not_sign_lists_signs_none(home: Path) -> None:
    """A caller's certificate and key are no authority, even where its file names both."""
    authority = Authority(home)
    client = authority.client("registry://credit.example/test/auditor/city")
    name = x509.load_pem_x509_certificate(client.certificate).subject.rfc4514_string().removeprefix("CN=")
    (home / "x").mkdir()
    (home / "x" / "authority.pem").write_bytes(client.certificate)
    (home / "x" / "authority.key").write_bytes((home / f"{name}.key").read_bytes())
    assert "不是由所信任的机构签发" in refusal(crl(home / "x", []), home, home / "x")


def test_two_lists_of_one_issuer_are_no_list(home: Path) -> None:
    assert "两份" in refusal(crl(home, [7]) + crl(home, [], number=2), home)


RUINS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda text: text[:-40],
    "without its head": lambda text: text[len(text) // 2 :],
    "a certificate": lambda text: text.replace(b"X509 CRL", b"CERTIFICATE"),
    "noise": lambda _: b"\xff" * 200,
    "numbers": lambda _: b"7\n9\n",
}


@pytest.mark.parametrize("ruin", RUINS)
def test_what_is_no_list_is_told_and_not_taken_for_an_empty_one(home: Path, ruin: str) -> None:
    assert "CRL" in refusal(RUINS[ruin](crl(home, [7])), home)


@pytest.mark.parametrize("part", ["version", "issuer"])
def test_a_list_of_which_a_part_cannot_be_read_is_no_list(home: Path, part: str) -> None:
    """``cryptography`` reads parts only when they are asked for, and tells of a version in its own way."""
    content = bytearray(crl(home, [7], encoding=Encoding.DER))
    if part == "version":
        content[content.index(bytes.fromhex("020101")) + 2] = 0x4D
    else:  # A name of a kind of text that there is not.
        content[content.index(bytes.fromhex("0603550403")) + 5] = 0x0D
    assert "吊销名单" in refusal(bytes(content), home)


def test_a_changed_list_is_not_believed(home: Path) -> None:
    content = bytearray(crl(home, [0x7777777777], encoding=Encoding.DER))
    place = content.index(bytes.fromhex("7777777777"))
    content[place] ^= 1
    assert "不是由所信任的机构签发" in refusal(bytes(content), home)


def test_a_list_of_a_lower_number_does_not_follow(home: Path) -> None:
    first, second = (read(crl(home, [], number=number), home) for number in (1, 2))
    assert second.follows(first)
    assert first.follows(first)
    assert not first.follows(second)


def test_a_list_of_ten_thousand_is_read_whole(home: Path) -> None:
    lists = read(crl(home, list(range(1, 10_001))), home)
    (only,) = lists.by_issuer.values()
    assert len(only.serials) == 10_000
    assert datetime.fromtimestamp(lists.until_s, UTC) > datetime.now(UTC)
