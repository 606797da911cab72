"""What is sealed to custodians, what proves that one is, and tokens: who calls, and until when."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc.jwk import OKPKey

from fuzz.mutators import json_values, lines, plain
from fuzz.target import Prepared, holds, text_of
from registry.access.identity import Caller, CallerRole, IdentityError, caller_of_peer, parse_identity
from registry.access.tokens import PREFIX, Trust
from registry.provenance.access_token import AccessToken, TokenError, TokenKey
from registry.provenance.custodian_proof import is_proven, prove
from registry.provenance.sealed_form import Binding, SealedFormError, padded, read_sealed, unpadded
from registry_client.supervision.sealing import SealingError, hand_over, open_sealed, seal, sender_of

_ORIGIN = "credit.example/fuzz"
_NOW_S = 1_790_000_000
_WHOM = {"origin": _ORIGIN, "department": "D", "official_id": "S-1"}


def _keys(count: int) -> list[X25519PrivateKey]:
    return [X25519PrivateKey.from_private_bytes(sha256(b"%d" % each).digest()) for each in range(count)]


def sealed_form() -> Prepared:
    """A sealed blob and a message that hands it over: opened only as it was sealed."""
    keys = _keys(3)
    publics = [key.public_key().public_bytes_raw() for key in keys]
    binding = Binding(_ORIGIN, "91130900DEM0001234", "W-1", 1)
    text = "谁说的".encode()
    blob = seal(text, binding, publics)
    message = hand_over(blob, keys[0], publics[1])

    def run(data: bytes) -> bool:
        cut = len(data) - len(message)
        try:
            read = read_sealed(data)
            holds(read.encode() == data, "a sealed blob has two spellings")
        except SealedFormError:
            read = None
        for held, given in ((data, message), (blob, data), (data[: max(cut, 0)], data[max(cut, 0) :])):
            try:
                sender_of(held, given)
                opened = open_sealed(held, keys[1], given)
            except (SealingError, SealedFormError):
                continue
            holds(opened == text and held == blob, "another text is opened than was sealed")
        with suppress(SealedFormError):
            holds(padded(unpadded(data)) == data, "padding has two spellings")
        return read is not None

    return Prepared(run, [blob, message, blob + message, padded(text)], (plain.changed,))


def custodian_proof() -> Prepared:
    """A custodian's key and its proof."""
    key = Ed25519PrivateKey.from_private_bytes(sha256(b"custodian").digest())
    public, proof = prove(key, **_WHOM)

    def run(data: bytes) -> bool:
        if not is_proven(data[:32], data[32:], **_WHOM):
            return False
        holds(data == public + proof, "another proof is believed")
        holds(not is_proven(data[:32], data[32:], **{**_WHOM, "official_id": "S-2"}), "a proof is of two")
        return True

    return Prepared(run, [public + proof, bytes(128), public + bytes(96)], (plain.changed,))


def _token_key() -> TokenKey:
    d = sha256(b"issuer").digest()
    x = Ed25519PrivateKey.from_private_bytes(d).public_key().public_bytes_raw()
    coded = {name: urlsafe_b64encode(each).decode().rstrip("=") for name, each in (("d", d), ("x", x))}
    return TokenKey(OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", **coded}))


def access_token() -> Prepared:
    """An access token, as it came or its claims signed again: who calls is who was signed for.

    What begins with ``{`` are claims that the issuer signs first."""
    key = _token_key()
    face = Caller(CallerRole.FACE, "gateway", _ORIGIN)
    auditor = Caller(CallerRole.AUDITOR, "city", _ORIGIN)
    said = AccessToken("console", auditor.uri, _ORIGIN, face.uri, "T-1", _NOW_S, _NOW_S + 600)
    jwk = key.public | {
        f"{PREFIX}issuer": "console", f"{PREFIX}longest_s": 3600, f"{PREFIX}roles": ["auditor"],
        f"{PREFIX}faces": ["gateway"],
    }  # fmt: skip
    trust = Trust.of({"keys": [jwk]}, ["revoked"])
    token = key.sign(said)
    head, _, _ = token.partition(".")

    def signed(claims: bytes) -> str:
        body = f"{head}.{urlsafe_b64encode(claims).decode().rstrip('=')}"
        private = Ed25519PrivateKey.from_private_bytes(sha256(b"issuer").digest())
        return f"{body}.{urlsafe_b64encode(private.sign(body.encode())).decode().rstrip('=')}"

    def run(data: bytes) -> bool:
        text = signed(data) if data[:1] == b"{" else text_of(data)
        try:
            caller, read = trust.admit(text, face, _NOW_S + 1)
        except TokenError:
            return False
        holds(caller.role is CallerRole.AUDITOR, "a token is taken for a role that its issuer may not name")
        holds(read.expires_s > _NOW_S and read.audience == _ORIGIN, "a token that is over is taken")
        holds(data[:1] == b"{" or read == said, "a token that nobody signed is taken")
        return True

    claims = urlsafe_b64decode(token.split(".")[1] + "==")
    return Prepared(run, [token.encode(), claims], (json_values.changed, lines.changed, _part))


def _part(data: bytes, random: Random) -> bytes:
    """One part of a token changed as the JSON that it is."""
    parts = data.split(b".")
    at = random.randrange(len(parts))
    try:
        inner = urlsafe_b64decode(parts[at] + b"==")
    except ValueError:
        return plain.changed(data, random)
    parts[at] = urlsafe_b64encode(json_values.changed(inner, random)).rstrip(
        b"=" if random.random() < 0.9 else b""
    )
    return b".".join(parts)


def trust_file() -> Prepared:
    """The file of issuers (JWK Set)."""
    jwk = _token_key().public | {
        f"{PREFIX}issuer": "console", f"{PREFIX}longest_s": 3600, f"{PREFIX}roles": ["auditor"],
        f"{PREFIX}faces": ["gateway"], f"{PREFIX}callers": [],
    }  # fmt: skip

    def run(data: bytes) -> bool:
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            return False  # Said by ``token_files``, which has its own test.
        try:
            Trust.of(told, [])
        except TokenError:
            return False
        return True

    return Prepared(run, [json.dumps({"keys": [jwk]}).encode()], (json_values.changed,))


def identity() -> Prepared:
    """The identity in a certificate: one URI for one caller."""
    roles = [
        Caller(role, "city", _ORIGIN)
        for role in CallerRole
        if role not in (CallerRole.DEPARTMENT, CallerRole.REGISTRAR)
    ]

    def run(data: bytes) -> bool:
        taken = False
        reads: tuple[Callable[[], Caller], ...] = (
            lambda: parse_identity(text_of(data), origin=_ORIGIN),
            lambda: caller_of_peer({"peer_uri": data.split(b"\n")}, origin=_ORIGIN),
        )
        for read in reads:
            try:
                caller = read()
            except IdentityError:
                continue
            holds(caller.uri.encode() == data, "a caller has two identities")
            taken = True
        return taken

    seeds = [caller.uri.encode() for caller in roles]
    seeds += [f"registry://{_ORIGIN}/department/91130902DEMAY4CLX6".encode()]
    return Prepared(run, seeds, (lines.changed,))
