"""Signing with a key that never leaves a PKCS#11 token (OASIS PKCS#11 v3.1, through python-pkcs11).

    pkcs11:module=/usr/lib/softhsm/libsofthsm2.so;token=registry;object=log;pin-file=/run/secrets/pin

    module, module-path      the vendor's library
    token, serial            label and serial number of the token; one of them at least
    object, id               label and id (percent-encoded) of the key; one of them at least
    pin-file, …              `registry.signing.secret`; left out for tokens that need no login
    sm2-mechanism            number of the vendor's mechanism for SM2 over a 32-byte digest: 0x80000101, say

`registry.signing.token_key` says what is signed in each suite, `registry.signing.token_module` how the
signers of one library share it. A token that was pulled out or logged out fails one signature; the next one
opens it again, and only goes on if it finds the same key. A PIN that was refused is not tried again, because
tokens lock after a few.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from registry.provenance.keys import SignerError, SuiteNotSupportedError, load_verifying_key
from registry.signing.location import Location
from registry.signing.secret import read_secret
from registry.signing.token_key import KeyName, TokenKey, find_key
from registry.signing.token_module import TokenModule, TokenName, module_at, pkcs11
from registry.signing.verified import verified
from registry.v1.envelope_pb2 import Suite
from registry.waiting import waiting

T = TypeVar("T")

_REASONS = {
    "NoSuchToken": "没有这个令牌",
    "MultipleTokensReturned": "有几个这样的令牌",
    "TokenNotPresent": "令牌不在",
    "TokenNotRecognised": "令牌不能识别",
    "DeviceRemoved": "令牌已被拔出",
    "UserNotLoggedIn": "令牌已退出登录",
    "PinIncorrect": "PIN 不对",
    "PinLenRange": "PIN 不对",
    "PinInvalid": "PIN 不对",
    "PinLocked": "PIN 已被锁死",
    "ObjectHandleInvalid": "令牌已被拔出或退出登录",
    "KeyHandleInvalid": "令牌已被拔出或退出登录",
    "SessionHandleInvalid": "令牌已被拔出或退出登录",
}
_PIN_REFUSED = frozenset(("PinIncorrect", "PinLenRange", "PinInvalid", "PinLocked"))


def open_pkcs11(location: Location) -> Pkcs11Signer:
    """The signer that a line names. SignerError, in one line, if it cannot be opened."""
    names = (("token_label", location.text("token")), ("token_serial", location.octets("serial")))
    token = tuple((name, value) for name, value in names if value is not None)
    key = KeyName(location.text("object"), location.octets("id"))
    if not token or not str(key):
        raise SignerError("pkcs11: 缺少 token= (或 serial=), 或缺少 object= (或 id=)")
    if location.text("type") not in (None, "private"):
        raise SignerError("pkcs11: type= 只能是 private")
    module, number = module_at(location.library("module")), location.number("sm2-mechanism")
    return Pkcs11Signer(module, token, key, pin=_pin(location), sm2_mechanism=number)


class Pkcs11Signer:
    """A key in a token. Threads take turns."""

    def __init__(
        self,
        module: TokenModule,
        token: TokenName,
        name: KeyName,
        *,
        pin: str | None,
        sm2_mechanism: int | None,
    ) -> None:
        """SignerError if the key is not there, or of no suite."""
        self._module, self._token, self._name, self._pin = module, token, name, pin
        self._sm2_mechanism = sm2_mechanism
        self._place = f"pkcs11: 密钥 {name}"
        self._pin_refused = False
        self._found: tuple[int, TokenKey] | None = None
        key = self._attempt(self._find)
        try:
            self._verifier = load_verifying_key(key.suite, key.public_key)
        except (SuiteNotSupportedError, ValueError) as fault:
            raise SignerError(f"{self._place}: {fault}") from None

    @property
    def suite(self) -> Suite.ValueType:
        """The suite of the key's curve."""
        return self._verifier.suite

    @property
    def keyid(self) -> str:
        """`keyid_of` the public key."""
        return self._verifier.keyid

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self._verifier.public_key

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, as on the wire. SignerError if the token cannot sign now."""
        signature = self._attempt(lambda: self._same_key().sign(message))
        return verified(self._verifier, message, signature, place=self._place)

    def __repr__(self) -> str:
        return f"<Pkcs11Signer {self.keyid}>"

    def _same_key(self) -> TokenKey:
        key = self._find()
        if key.public_key != self.public_key:
            raise SignerError("令牌里现在是另一把密钥")
        return key

    def _find(self) -> TokenKey:
        if self._found is None or self._found[0] != self._module.epoch:
            session = self._module.session(self._token, self._pin)
            key = find_key(session, self._name, pin=self._pin, sm2_mechanism=self._sm2_mechanism)
            self._found = (self._module.epoch, key)
        return self._found[1]

    def _attempt(self, action: Callable[[], T]) -> T:
        package = pkcs11()
        if self._pin_refused:
            raise SignerError(f"{self._place}: PIN 不对, 不再尝试, 以免锁死令牌")
        with waiting(), self._module.lock:
            try:
                return action()
            except SignerError as fault:
                raise SignerError(f"{self._place}: {fault}") from None
            except package.PKCS11Error as fault:
                self._module.reset()
                kind = type(fault).__name__
                self._pin_refused = kind in _PIN_REFUSED
                raise SignerError(f"{self._place}: {_REASONS.get(kind, '令牌报错')} ({kind})") from None


def _pin(location: Location) -> str | None:
    pin = read_secret(location, "pin")
    try:
        return None if pin is None else pin.decode()
    except UnicodeDecodeError:
        raise SignerError("pkcs11: PIN 不是 UTF-8 文本") from None
