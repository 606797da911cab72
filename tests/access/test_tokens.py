"""Access tokens: what is taken, and that nothing else is. All pure but the files of the door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey

from registry.access.identity import Caller, CallerRole
from registry.access.token_files import TokenDoor, read_trust
from registry.access.tokens import SKEW_S, Issuer, Trust
from registry.provenance.access_token import AccessToken, TokenError, TokenKey, read_key, read_token
from registry.token_desk import Vouching

ORIGIN = "credit.example/test"
NOW = 1_790_000_000
FACE = Caller(CallerRole.FACE, "gateway", ORIGIN)
CALLER = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)
KEY, OTHER = TokenKey.new(), TokenKey.new()
LONGEST_S = 600
VOUCHING = Vouching("operator", ["system/procurement", "department"], ["gateway"], LONGEST_S)


def token(**changes: Any) -> AccessToken:
    said: dict[str, Any] = {
        "issuer": "operator",
        "subject": CALLER.uri,
        "audience": ORIGIN,
        "face": FACE.uri,
        "token_id": "t-1",
        "issued_s": NOW,
        "expires_s": NOW + LONGEST_S,
    }
    return AccessToken(**{**said, **changes})


def trusting(vouching: Vouching = VOUCHING, *revoked: str, key: TokenKey = KEY) -> Trust:
    return Trust.of({"keys": [vouching.entry(key.public)]}, revoked)


def b64(content: bytes | dict[str, Any]) -> str:
    raw = json.dumps(content).encode() if isinstance(content, dict) else content
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header: dict[str, Any], claims: dict[str, Any] | None = None, sign: Any = None) -> str:
    """A token put together by hand; ``sign`` makes its signature."""
    payload = claims or parts(KEY.sign(token()))[1]
    signed = f"{b64(header)}.{b64(payload)}"
    return f"{signed}.{b64(sign(signed.encode()) if sign else b'')}"


def parts(text: str) -> list[dict[str, Any]]:
    return [json.loads(base64.urlsafe_b64decode(each + "==")) for each in text.split(".")[:2]]


def refusal(text: str, trust: Trust | None = None, now: int = NOW, face: Caller = FACE) -> str:
    with pytest.raises(TokenError) as raised:
        (trust or trusting()).admit(text, face, now)
    assert not text or text not in str(raised.value)
    return str(raised.value)


def signing(key: TokenKey = KEY) -> Callable[[bytes], bytes]:
    return lambda content: bytes(key._key.private_key.sign(content))  # type: ignore[union-attr]


def test_a_token_of_a_listed_issuer_names_the_caller() -> None:
    caller, said = trusting().admit(KEY.sign(token()), FACE, NOW)
    assert (caller, said) == (CALLER, token())


def test_its_header_and_claims_are_those_of_rfc_9068() -> None:
    header, claims = parts(KEY.sign(token()))
    assert header == {"typ": "at+jwt", "alg": "Ed25519", "kid": KEY.public["kid"]}
    assert claims.keys() == {"iss", "sub", "aud", "client_id", "iat", "exp", "jti"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"audience": "credit.example/other"}, "另一登记系统"),
        ({"face": Caller(CallerRole.FACE, "console", ORIGIN).uri}, "不能由这一入口"),
        ({"face": CALLER.uri}, "不能由这一入口"),
        ({"issuer": "console"}, "无权"),
        ({"subject": Caller(CallerRole.AUDITOR, "city", ORIGIN).uri}, "无权"),
        ({"subject": FACE.uri}, "无权"),
        ({"subject": "registry://credit.example/other/system/procurement/asker"}, "没有写明"),
        ({"subject": f"registry://{ORIGIN}/system/procurement/Asker"}, "没有写明"),
        ({"subject": f"registry://{ORIGIN}/root/asker"}, "没有写明"),
        ({"expires_s": NOW + LONGEST_S + 1}, "无权"),
        ({"expires_s": NOW}, "无权"),
        ({"expires_s": NOW - 1}, "无权"),
        ({"issued_s": NOW + SKEW_S + 1, "expires_s": NOW + SKEW_S + 100}, "尚未生效"),
        ({"issued_s": NOW - LONGEST_S, "expires_s": NOW}, "已过期"),
        ({"issued_s": -(1 << 70), "expires_s": NOW + 1}, "无权"),
        ({"subject": ""}, "缺少"),
        ({"token_id": ""}, "缺少"),
    ],
)
def test_what_a_token_may_not_say(changes: dict[str, Any], said: str) -> None:
    assert said in refusal(KEY.sign(token(**changes)))


def test_a_token_holds_from_a_little_before_its_beginning_to_its_end_and_no_longer() -> None:
    text = KEY.sign(token())
    for now in (NOW - SKEW_S, NOW, NOW + LONGEST_S - 1):
        assert trusting().admit(text, FACE, now)[0] == CALLER
    assert "已过期" in refusal(text, now=NOW + LONGEST_S)
    assert "尚未生效" in refusal(text, now=NOW - SKEW_S - 1)


def test_a_revoked_token_is_refused_and_no_other_with_it() -> None:
    trust = trusting(VOUCHING, "t-2")
    assert trust.admit(KEY.sign(token()), FACE, NOW)[0] == CALLER
    assert "吊销" in refusal(KEY.sign(token(token_id="t-2")), trust)


def test_an_issuer_limited_to_callers_vouches_for_these_alone() -> None:
    limited = Vouching("operator", VOUCHING.roles, VOUCHING.faces, LONGEST_S, [CALLER.uri])
    assert trusting(limited).admit(KEY.sign(token()), FACE, NOW)[0] == CALLER
    other = Caller(CallerRole.PROCUREMENT_SYSTEM, "other", ORIGIN)
    assert "无权" in refusal(KEY.sign(token(subject=other.uri)), trusting(limited))


def test_an_issuer_vouches_through_its_own_faces_only() -> None:
    console = Caller(CallerRole.FACE, "console", ORIGIN)
    assert "不能由这一入口" in refusal(KEY.sign(token(face=console.uri)), face=console)


def test_another_key_is_nobodys() -> None:
    assert "认可的签发者" in refusal(OTHER.sign(token()))
    assert "认可的签发者" in refusal(KEY.sign(token()), Trust({}, frozenset()))


PEM = KEY._key.as_pem(private=False)
RAW = base64.urlsafe_b64decode(KEY.public["x"] + "==")
KID = KEY.public["kid"]


@pytest.mark.parametrize(
    "text",
    [
        forged({"typ": "at+jwt", "alg": "none", "kid": KID}),
        forged({"typ": "at+jwt", "alg": "None", "kid": KID}),
        forged({"alg": "none"}),
        forged(
            {"typ": "at+jwt", "alg": "HS256", "kid": KID},
            sign=lambda content: hmac.digest(PEM, content, hashlib.sha256),
        ),
        forged(
            {"typ": "at+jwt", "alg": "HS256", "kid": KID},
            sign=lambda content: hmac.digest(RAW, content, hashlib.sha256),
        ),
        forged({"typ": "at+jwt", "alg": "EdDSA", "kid": KID}, sign=signing()),
        forged({"typ": "JWT", "alg": "Ed25519", "kid": KID}, sign=signing()),
        forged({"alg": "Ed25519", "kid": KID}, sign=signing()),
        forged({"typ": "at+jwt", "alg": "Ed25519"}, sign=signing()),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": [KID]}, sign=signing()),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": {"a": 1}}, sign=signing()),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": f"../{KID}"}, sign=signing()),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": KID}, sign=signing(OTHER)),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": KID, "jwk": OTHER.public}, sign=signing(OTHER)),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": KID, "jwk": KEY.public}, sign=signing()),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": KID, "jku": "https://a.example"}, sign=signing()),
        forged(
            {"typ": "at+jwt", "alg": "Ed25519", "kid": KID, "crit": ["b64"], "b64": False}, sign=signing()
        ),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": KID, "zip": "DEF"}, sign=signing()),
        forged({"typ": "at+jwt", "alg": "Ed25519", "kid": OTHER.public["kid"]}, sign=signing()),
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a" * 5000,
        "令牌.令牌.令牌",
        "\ud800",
        KEY.sign(token()) + "\n",
        KEY.sign(token()) + " ",
        KEY.sign(token()).rsplit(".", 1)[0] + ".",
        KEY.sign(token()).rsplit(".", 1)[0],
        b64(b"[" * 3000) + ".e30.AA",
    ],
)
def test_no_other_header_signature_or_form_is_taken(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize("place", range(3))
def test_a_token_of_which_one_character_is_changed_is_refused(place: int) -> None:
    pieces = KEY.sign(token()).split(".")
    for index in range(0, len(pieces[place]) - 1, 7):
        old = pieces[place][index]
        changed = pieces.copy()
        changed[place] = changed[place][:index] + ("A" if old != "A" else "B") + changed[place][index + 1 :]
        refusal(".".join(changed))


def test_with_two_keys_each_issuer_signs_for_itself_alone() -> None:
    console = Vouching("console", ["auditor"], ["console"], LONGEST_S)
    both = Trust.of({"keys": [VOUCHING.entry(KEY.public), console.entry(OTHER.public)]}, ())
    confused = forged({"typ": "at+jwt", "alg": "Ed25519", "kid": OTHER.public["kid"]}, sign=signing())
    assert "签名" in refusal(confused, both)
    assert "无权" in refusal(OTHER.sign(token()), both)
    assert "无权" in refusal(OTHER.sign(token(issuer="console")), both)


@pytest.mark.parametrize(
    "claims",
    [
        {**parts(KEY.sign(token()))[1], "exp": str(NOW + 1)},
        {**parts(KEY.sign(token()))[1], "exp": NOW + 0.5},
        {**parts(KEY.sign(token()))[1], "exp": True},
        {**parts(KEY.sign(token()))[1], "aud": [ORIGIN, "other"]},
        {**parts(KEY.sign(token()))[1], "sub": None},
        {name: value for name, value in parts(KEY.sign(token()))[1].items() if name != "exp"},
        {name: value for name, value in parts(KEY.sign(token()))[1].items() if name != "jti"},
    ],
)
def test_claims_of_another_kind_are_refused(claims: dict[str, Any]) -> None:
    header = {"typ": "at+jwt", "alg": "Ed25519", "kid": KID}
    refusal(forged(header, claims, signing()))


@pytest.mark.parametrize(
    "jwk",
    [
        ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "a"},
        OctKey.generate_key(256).as_dict() | {"kid": "a"},
        OKPKey.generate_key("X25519").as_dict(private=False) | {"kid": "a"},
        OKPKey.generate_key("Ed448").as_dict(private=False) | {"kid": "a"},
        KEY.public | {"kid": OTHER.public["kid"]},
        KEY.public | {"x": "AA"},
        KEY.public | {"x": 1},
        {},
    ],
)
def test_keys_of_another_kind_are_not_taken(jwk: dict[str, Any]) -> None:
    with pytest.raises(TokenError, match="Ed25519"):
        read_key(jwk)


def test_an_issuer_that_lacks_something_or_vouches_for_faces_is_not_taken() -> None:
    entry = VOUCHING.entry(KEY.public)
    changed: list[dict[str, Any]] = [
        {"registry:issuer": ""},
        {"registry:roles": []},
        {"registry:roles": ["face"]},
        {"registry:roles": ["root"]},
        {"registry:faces": "gateway"},
        {"registry:longest_s": 0},
        {"registry:longest_s": True},
        {"registry:callers": [1]},
    ]
    for changes in changed:
        with pytest.raises(TokenError):
            Issuer.of(entry | changes)
    with pytest.raises(TokenError, match="重复"):
        Trust.of({"keys": [entry, entry]}, ())
    wrong: list[Any] = [[], {}, {"keys": {}}, {"keys": [1]}, None]
    for jwks in wrong:
        with pytest.raises(TokenError):
            Trust.of(jwks, ())


def test_reading_a_token_repeats_nothing_of_it() -> None:
    secret = KEY.sign(token())[:-8] + "AAAAAAAA"
    with pytest.raises(TokenError) as raised:
        read_token(secret, {KID: KEY._key})
    assert not any(piece in str(raised.value) for piece in secret.split("."))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    issuers, revoked = tmp_path / "issuers.jwks", tmp_path / "revoked"
    issuers.write_text(json.dumps({"keys": [VOUCHING.entry(KEY.public)]}))
    revoked.write_text("# 已吊销\n\nold  # 交接\n", "utf-8")
    return issuers, revoked


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def test_a_revocation_counts_a_second_later_also_for_a_token_that_was_taken(files: tuple[Path, Path]) -> None:
    clock = Clock()
    door, text = TokenDoor(*files, clock), KEY.sign(token())
    assert door.caller(text, FACE) == CALLER
    files[1].write_text("old\nt-1\n", "utf-8")
    clock.now += 1
    with pytest.raises(TokenError, match="吊销"):
        door.caller(text, FACE)


def test_a_token_that_was_taken_ends_on_its_second(files: tuple[Path, Path]) -> None:
    clock = Clock()
    door, text = TokenDoor(*files, clock), KEY.sign(token())
    clock.now = NOW + LONGEST_S - 0.5
    assert door.caller(text, FACE) == CALLER
    clock.now = NOW + LONGEST_S
    with pytest.raises(TokenError, match="已过期"):
        door.caller(text, FACE)


def test_a_token_that_was_taken_from_one_face_is_refused_from_another(files: tuple[Path, Path]) -> None:
    door, text = TokenDoor(*files, Clock()), KEY.sign(token())
    assert door.caller(text, FACE) == CALLER
    with pytest.raises(TokenError, match="不能由这一入口"):
        door.caller(text, Caller(CallerRole.FACE, "console", ORIGIN))


def test_an_issuer_that_is_removed_or_changed_is_not_believed_a_second_later(
    files: tuple[Path, Path],
) -> None:
    clock = Clock()
    door, text = TokenDoor(*files, clock), KEY.sign(token())
    assert door.caller(text, FACE) == CALLER
    narrower = Vouching("operator", ["department"], ["gateway"], LONGEST_S)
    for keys in ([narrower.entry(KEY.public)], []):
        files[0].write_text(json.dumps({"keys": keys}))
        clock.now += 1
        with pytest.raises(TokenError):
            door.caller(text, FACE)


@pytest.mark.parametrize("ruin", ["missing", "not json", "empty", "not utf-8", "a directory", "revoked gone"])
def test_files_that_cannot_be_read_open_nothing_and_the_log_says_so_once(
    ruin: str, files: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    door, text = TokenDoor(*files, clock), KEY.sign(token())
    assert door.caller(text, FACE) == CALLER
    (files[1] if ruin == "revoked gone" else files[0]).unlink()
    if ruin in ("not json", "empty", "not utf-8"):
        files[0].write_bytes({"not json": b"{", "empty": b"", "not utf-8": b"\xff\xfe"}[ruin])
    if ruin == "a directory":
        files[0].mkdir()
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            clock.now += 1
            with pytest.raises(TokenError, match="暂时不能核对"):
                door.caller(text, FACE)
    assert len(caplog.records) == 1
    assert "no token is taken" in caplog.text


def test_when_the_files_are_there_again_so_is_the_door(files: tuple[Path, Path]) -> None:
    clock = Clock()
    door, text, jwks = TokenDoor(*files, clock), KEY.sign(token()), files[0].read_bytes()
    files[0].write_bytes(b"{")
    with pytest.raises(TokenError, match="暂时"):
        door.caller(text, FACE)
    files[0].write_bytes(jwks)
    clock.now += 1
    assert door.caller(text, FACE) == CALLER


def test_a_clock_that_goes_back_does_not_keep_a_revoked_token_alive(files: tuple[Path, Path]) -> None:
    clock = Clock()
    door, text = TokenDoor(*files, clock), KEY.sign(token())
    assert door.caller(text, FACE) == CALLER
    files[1].write_text("t-1", "utf-8")
    clock.now -= 30
    with pytest.raises(TokenError, match="吊销"):
        door.caller(text, FACE)


def test_remarks_and_empty_lines_of_the_list_revoke_nothing(files: tuple[Path, Path]) -> None:
    assert read_trust(*files).revoked == {"old"}


def test_more_tokens_than_are_remembered_are_taken_all_the_same(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.access.token_files._REMEMBERED", 3)
    door = TokenDoor(*files, Clock())
    for number in range(10):
        assert door.caller(KEY.sign(token(token_id=f"n-{number}")), FACE) == CALLER
