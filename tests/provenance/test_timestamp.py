from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from registry.provenance import der
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.timestamp import (
    TimeAuthority,
    TimestampError,
    check_token,
    timestamp_request,
    token_in,
)
from registry.provenance.timestamp_token import MAX_TOKEN_BYTES
from tests.support.tsa import Mode, Tsa, authority, openssl, refusal

TEXT = Checkpoint("credit.example/test", 7, bytes(range(32))).text()
NONCE = 0xD1BBAE21CF971D17D1BBAE21CF971D17


@pytest.fixture(scope="module", params=["rsa", "ec"])
def tsa(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tsa:
    return authority(tmp_path_factory.mktemp("tsa") / "authority", request.param)


@pytest.fixture(scope="module")
def token(tsa: Tsa) -> bytes:
    return stamped(tsa)


def stamped(tsa: Tsa, text: str = TEXT, nonce: int = NONCE) -> bytes:
    return token_in(tsa.answer(timestamp_request(text, nonce)))


def test_token_of_openssl_is_read_and_says_when(tsa: Tsa) -> None:
    before = time.time_ns() // 1_000_000
    stamp = check_token(stamped(tsa), TEXT, tsa.authority, nonce=NONCE)
    after = time.time_ns() // 1_000_000
    assert before <= stamp.gen_time_ms <= after
    assert (stamp.accuracy_ms, stamp.signer) == (0, "CN=signer")
    assert stamp.earliest_ms == stamp.gen_time_ms == stamp.latest_ms


def test_request_is_the_one_that_openssl_makes(tsa: Tsa) -> None:
    (tsa.directory / "text").write_bytes(TEXT.encode())
    arguments = ("-data", "text", "-sha256", "-cert", "-out", "own.tsq")
    openssl(tsa.directory, "ts", "-query", *arguments)
    own = (tsa.directory / "own.tsq").read_bytes()
    nonce = der.only(own).within(der.SEQUENCE)[2].number()
    assert timestamp_request(TEXT, nonce) == own


def test_token_is_believed_by_openssl_too(tsa: Tsa, token: bytes) -> None:
    (tsa.directory / "token.der").write_bytes(token)
    (tsa.directory / "text").write_bytes(TEXT.encode())
    arguments = ("-token_in", "-in", "token.der", "-data", "text", "-CAfile", "root.pem")
    assert b"Verification: OK" in openssl(tsa.directory, "ts", "-verify", *arguments)


def test_accuracy_widens_what_a_stamp_says(tmp_path: Path) -> None:
    tsa = authority(tmp_path / "a", "ec", more=["accuracy = secs:1, millisecs:500, microsecs:1"])
    stamp = check_token(stamped(tsa), TEXT, tsa.authority)
    assert stamp.accuracy_ms == 1501
    assert stamp.latest_ms - stamp.earliest_ms == 3002


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("p384", {"digest": "sha384"}),
        ("rsa", {"digest": "sha512", "ess": "sha512"}),
        ("ec", {"ess": "sha1"}),
        ("ec", {"ess": "sha384"}),
        ("ec", {"more": ["ordering = yes", "tsa_name = yes"]}),
    ],
)
def test_other_forms_that_authorities_use_are_read(
    kind: str, options: dict[str, str | list[str]], tmp_path: Path
) -> None:
    tsa = authority(tmp_path / "a", kind, **options)  # type: ignore[arg-type]
    assert check_token(stamped(tsa), TEXT, tsa.authority, nonce=NONCE).signer == "CN=signer"


def test_certificates_in_whatever_order_are_read(tmp_path: Path) -> None:
    tsa = authority(tmp_path / "a", "ec", more=["certs = root.pem"])
    token = stamped(tsa)
    assert is_believed(token, tsa.authority)
    assert is_believed(exchanged_certificates(token), tsa.authority)


def exchanged_certificates(token: bytes) -> bytes:
    """The token with its two certificates the other way round."""
    kind, wrapped = der.only(token).within(der.SEQUENCE)
    signed = der.only(wrapped.content).within(der.SEQUENCE)
    two = [each.encoded for each in der.elements(signed[3].content)]
    assert len(two) == 2
    signed[3] = der.only(der.encode(der.CONTEXT_0, *reversed(two)))
    data = der.encode(der.SEQUENCE, *(each.encoded for each in signed))
    return der.encode(der.SEQUENCE, kind.encoded, der.encode(der.CONTEXT_0, data))


def test_chain_over_an_intermediate_is_followed_and_a_missing_one_is_not_made_up(tmp_path: Path) -> None:
    tsa = authority(tmp_path / "a", "ec")
    root = authority(tmp_path / "b", "ec")
    (tsa.directory / "root.csr").write_bytes(b"")
    arguments = ("-key", "root.key", "-config", "authority.cnf", "-subj", "/CN=between", "-out", "root.csr")
    openssl(tsa.directory, "req", "-new", *arguments)
    by = ("-CA", str(root.directory / "root.pem"), "-CAkey", str(root.directory / "root.key"))
    extensions = ("-extfile", "authority.cnf", "-extensions", "root", "-set_serial", "9", "-days", "9")
    openssl(tsa.directory, "x509", "-req", "-in", "root.csr", "-out", "between.pem", *by, *extensions)
    signed_by = ("-CA", "between.pem", "-CAkey", "root.key", "-set_serial", "8", "-days", "9")
    openssl(
        tsa.directory, "x509", "-req", "-in", "signer.csr", "-out", "signer.pem", *signed_by,
        "-extfile", "authority.cnf", "-extensions", "signer",
    )  # fmt: skip
    token = stamped(tsa)
    between = (tsa.directory / "between.pem").read_bytes()
    whole = TimeAuthority.from_pem(root.certificate.read_bytes() + between)
    assert check_token(token, TEXT, whole).signer == "CN=signer"
    with pytest.raises(TimestampError, match="not believed"):
        check_token(token, TEXT, root.authority)


def test_named_signer_is_the_only_one_believed(tsa: Tsa, token: bytes, tmp_path: Path) -> None:
    pinned = TimeAuthority.from_pem(tsa.certificate.read_bytes() + tsa.signer.read_bytes())
    assert pinned.signer is not None
    assert is_believed(token, pinned)
    other = authority(tmp_path / "other", "ec")
    another = replace(pinned, signer=x509.load_pem_x509_certificate(other.signer.read_bytes()))
    with pytest.raises(TimestampError, match="not believed"):
        check_token(token, TEXT, another)


def test_stamp_over_something_else_is_refused(tsa: Tsa, token: bytes) -> None:
    with pytest.raises(TimestampError, match="something else"):
        check_token(token, TEXT + "\n", tsa.authority)


def test_answer_to_another_request_is_refused(tsa: Tsa, token: bytes) -> None:
    with pytest.raises(TimestampError, match="another request"):
        check_token(token, TEXT, tsa.authority, nonce=NONCE + 1)


def test_stamp_of_another_authority_is_refused(tsa: Tsa, tmp_path: Path) -> None:
    other = authority(tmp_path / "other", "ec")  # By the same name, and with a serial number of its own.
    with pytest.raises(TimestampError, match="not believed"):
        check_token(stamped(other), TEXT, tsa.authority)


@pytest.mark.parametrize(
    "usage", ["critical,serverAuth", "timeStamping", "critical,timeStamping,clientAuth", "clientAuth"]
)
def test_certificate_that_is_not_for_time_stamps_alone_is_refused(usage: str, tmp_path: Path) -> None:
    tsa = authority(tmp_path / "a", "ec")
    good = stamped(tsa)
    other = authority(tmp_path / "b", "ec", usage=usage)
    with pytest.raises(TimestampError):
        check_token(signed_anew(good, other), TEXT, other.authority)
    assert is_believed(good, tsa.authority)


def signed_anew(token: bytes, tsa: Tsa) -> bytes:
    """The same statement of time as CMS by another certificate: ``openssl ts`` would not do it."""
    _, wrapped = der.only(token).within(der.SEQUENCE)
    content = der.only(wrapped.content).within(der.SEQUENCE)[2].within(der.SEQUENCE)[1]
    (tsa.directory / "info.der").write_bytes(der.only(content.content).content)
    arguments = (
        "-sign",
        "-in",
        "info.der",
        "-binary",
        "-nodetach",
        "-outform",
        "DER",
        "-cades",
        "-nosmimecap",
    )
    signer = ("-signer", "signer.pem", "-inkey", "signer.key", "-econtent_type", "1.2.840.113549.1.9.16.1.4")
    openssl(tsa.directory, "cms", *arguments, *signer, "-md", "sha256", "-out", "cms.der")
    return (tsa.directory / "cms.der").read_bytes()


def test_stamp_signed_as_cms_is_believed_if_its_certificate_is_right(tmp_path: Path) -> None:
    tsa = authority(tmp_path / "a", "ec")
    assert is_believed(signed_anew(stamped(tsa), tsa), tsa.authority)


def test_stamp_by_a_certificate_that_had_expired_is_refused(tmp_path: Path) -> None:
    good, expired = authority(tmp_path / "a", "ec"), authority(tmp_path / "b", "ec", expired=True)
    with pytest.raises(TimestampError, match="expired"):
        check_token(signed_anew(stamped(good), expired), TEXT, expired.authority)


def test_every_changed_bit_of_a_token_is_noticed(tsa: Tsa, token: bytes) -> None:
    believed = [
        (at, bit)
        for at in range(len(token))
        for bit in range(8)
        if is_believed(flipped(token, at, bit), tsa.authority)
    ]
    assert believed == []


def flipped(token: bytes, at: int, bit: int) -> bytes:
    return token[:at] + bytes([token[at] ^ 1 << bit]) + token[at + 1 :]


def is_believed(token: bytes, by: TimeAuthority) -> bool:
    """Any other error than TimestampError fails the test."""
    try:
        check_token(token, TEXT, by)
    except TimestampError:
        return False
    return True


def test_token_cut_short_or_longer_is_refused(tsa: Tsa, token: bytes) -> None:
    for other in (*(token[:end] for end in range(0, len(token), 7)), token + b"\0", token * 2):
        assert not is_believed(other, tsa.authority)


def test_token_too_large_for_a_statement_is_refused(tsa: Tsa) -> None:
    with pytest.raises(TimestampError, match="longer"):
        check_token(bytes(MAX_TOKEN_BYTES + 1), TEXT, tsa.authority)


def test_refusal_is_told_with_its_reason() -> None:
    with pytest.raises(TimestampError, match=r"refuses: status 2 \(quota exceeded\)"):
        token_in(refusal("quota exceeded"))
    with pytest.raises(TimestampError, match=r"status 2$"):
        token_in(refusal("\x1b[31m"))


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x00", b"\x30\x80", b"\x02\x01\x00"])
def test_answer_that_is_none_is_told(answer: bytes) -> None:
    with pytest.raises(TimestampError, match="not an answer"):
        token_in(answer)


@pytest.mark.parametrize("mode", [Mode.WRONG_DIGEST, Mode.WRONG_NONCE, Mode.OTHER_CERTIFICATE])
def test_wrong_answers_are_not_believed(mode: Mode, tmp_path: Path) -> None:
    tsa = authority(tmp_path / "a", "ec")
    tsa.mode = mode
    with pytest.raises(TimestampError):
        check_token(stamped(tsa), TEXT, tsa.authority, nonce=NONCE)


@pytest.mark.parametrize("pem", [b"", b"nothing"])
def test_authority_that_is_no_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(TimestampError):
        TimeAuthority.from_pem(pem)


def test_authority_without_a_root_is_refused(tsa: Tsa) -> None:
    with pytest.raises(TimestampError, match="root"):
        TimeAuthority.from_pem(tsa.signer.read_bytes())


def test_authority_with_two_signers_is_refused(tsa: Tsa, tmp_path: Path) -> None:
    other = authority(tmp_path / "other", "ec")
    pem = tsa.certificate.read_bytes() + tsa.signer.read_bytes() + other.signer.read_bytes()
    with pytest.raises(TimestampError, match="at most one"):
        TimeAuthority.from_pem(pem)
