"""One PKCS#11 library in this process: initialised once, logged in once, used by one thread at a time.

PKCS#11 makes all of that a matter of the process, not of who calls: C_Initialize and C_Finalize are global, a
login holds for every session with the token, and the logout of one logs all out. So the signers of a library
share a `TokenModule`, its lock, and one session for each token; the PIN that opened the session is the first
signer's.

After a fault nothing is trusted to have survived it: `reset` finalises the library, and with it every session
and login. Each signer finds its key again at its next signature, because `epoch` has moved on.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from registry.provenance.keys import SignerError

if TYPE_CHECKING:
    from pkcs11 import Session

_modules: dict[str, TokenModule] = {}
_modules_lock = threading.Lock()

TokenName = tuple[tuple[str, Any], ...]
"""By which a token is found, as `get_token` of python-pkcs11 takes it."""


def module_at(path: str) -> TokenModule:
    """The library at a path, the same object for whoever asks."""
    with _modules_lock:
        return _modules.setdefault(path, TokenModule(path))


def pkcs11() -> Any:
    """python-pkcs11, which only those need who keep keys in tokens. SignerError if it is missing."""
    try:
        import pkcs11 as package
    except ImportError:
        raise SignerError("pkcs11: 需要 python-pkcs11, 请安装 credit-registry[hsm]") from None
    return package


class TokenModule:
    """A library and its sessions. Everything but `lock` is used by who holds the lock."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.epoch = 0
        self._sessions: dict[TokenName, Session] = {}

    def session(self, token: TokenName, pin: str | None) -> Session:
        """The session with a token, opened and logged in if need be. Raises what python-pkcs11 raises."""
        if token not in self._sessions:
            self._sessions[token] = self._library().get_token(**dict(token)).open(user_pin=pin)
        return self._sessions[token]

    def reset(self) -> None:
        """End every session, login and the library's own state."""
        self._sessions.clear()
        self.epoch += 1
        with suppress(pkcs11().PKCS11Error, SignerError):
            self._library().finalize()

    def _library(self) -> Any:
        package = pkcs11()
        try:
            return package.lib(self.path)
        except package.PKCS11Error:
            raise SignerError(f"库 {self.path} 不能载入") from None
