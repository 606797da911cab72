"""The system's libcrypto (OpenSSL 3.0 or later), reached by ctypes.

Only for SM2 and SM3: `cryptography` carries its own libcrypto and offers neither SM2 nor its user id. What is
loaded is the library of the operating system, by its name, so that its security updates reach us:

    libcrypto.so.3, libcrypto.so.4             Linux
    libcrypto.3.dylib, libcrypto.4.dylib       macOS

Every pointer that libcrypto hands over is wrapped in `Owned` and freed with it. ctypes releases the
interpreter's lock during a call, so several threads may sign and verify at once; nothing here is changed
after loading, and a context is made for each operation, because libcrypto's contexts belong to one thread at
a time.
"""

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_ulong, c_void_p
from functools import cache
from typing import Any

from registry.provenance.suites import SuiteNotSupportedError

NAMES = ("libcrypto.so.3", "libcrypto.so.4", "libcrypto.3.dylib", "libcrypto.4.dylib")
"""Under which the library is looked for, in this order."""

_OLDEST = 0x30000000
_BYTES_IO = POINTER(c_void_p)

# Function: (result, arguments), from OpenSSL's manual pages of section 3.
_PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "OpenSSL_version_num": (c_ulong, []),
    "ERR_clear_error": (None, []),
    "EVP_MD_fetch": (c_void_p, [c_void_p, c_char_p, c_char_p]),
    "EVP_Digest": (c_int, [c_char_p, c_size_t, c_char_p, c_void_p, c_void_p, c_void_p]),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, [c_void_p, c_char_p, c_char_p]),
    "EVP_PKEY_CTX_new_from_pkey": (c_void_p, [c_void_p, c_void_p, c_char_p]),
    "EVP_PKEY_CTX_free": (None, [c_void_p]),
    "EVP_PKEY_free": (None, [c_void_p]),
    "EVP_PKEY_is_a": (c_int, [c_void_p, c_char_p]),
    "EVP_PKEY_keygen_init": (c_int, [c_void_p]),
    "EVP_PKEY_generate": (c_int, [c_void_p, POINTER(c_void_p)]),
    "EVP_PKEY_check": (c_int, [c_void_p]),
    "EVP_PKEY_sign_init": (c_int, [c_void_p]),
    "EVP_PKEY_sign": (c_int, [c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t]),
    "EVP_PKEY_verify_init": (c_int, [c_void_p]),
    "EVP_PKEY_verify": (c_int, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t]),
    "EVP_PKEY_set_utf8_string_param": (c_int, [c_void_p, c_char_p, c_char_p]),
    "d2i_PUBKEY": (c_void_p, [c_void_p, _BYTES_IO, ctypes.c_long]),
    "i2d_PUBKEY": (c_int, [c_void_p, _BYTES_IO]),
    "d2i_PKCS8_PRIV_KEY_INFO": (c_void_p, [c_void_p, _BYTES_IO, ctypes.c_long]),
    "i2d_PKCS8_PRIV_KEY_INFO": (c_int, [c_void_p, _BYTES_IO]),
    "PKCS8_PRIV_KEY_INFO_free": (None, [c_void_p]),
    "d2i_X509_SIG": (c_void_p, [c_void_p, _BYTES_IO, ctypes.c_long]),
    "X509_SIG_free": (None, [c_void_p]),
    "PKCS8_decrypt": (c_void_p, [c_void_p, c_char_p, c_int]),
    "EVP_PKCS82PKEY": (c_void_p, [c_void_p]),
    "EVP_PKEY2PKCS8": (c_void_p, [c_void_p]),
}


class Owned:
    """A pointer that libcrypto handed over, freed once, when nothing refers to it any more."""

    __slots__ = ("_free", "pointer")

    def __init__(self, pointer: int | None, free: Callable[[int], None]) -> None:
        """ValueError if the pointer is null, by which libcrypto says that it refused."""
        self._free = free
        self.pointer = pointer or 0
        if not pointer:
            raise ValueError("refused by libcrypto")

    def __del__(self) -> None:
        if self.pointer:
            self._free(self.pointer)


@cache
def libcrypto() -> Any:
    """The library, with its functions declared, once it is seen to know SM2 and SM3.

    SuiteNotSupportedError, in one line that says what is missing, if there is none.
    """
    return usable(_load())


@cache
def sm3() -> int:
    """SM3 as libcrypto's functions want it; kept for the life of the process. Errors as `libcrypto`."""
    digest: int = libcrypto().EVP_MD_fetch(None, b"SM3", None)
    return digest


def usable(library: Any) -> Any:
    """The library, its functions declared. SuiteNotSupportedError if it is too old, or lacks SM2 or SM3."""
    try:
        for name, (result, arguments) in _PROTOTYPES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        recent = library.OpenSSL_version_num() >= _OLDEST
    except AttributeError:
        recent = False
    if not recent:
        raise SuiteNotSupportedError(
            "suite SM2-with-SM3 needs libcrypto of OpenSSL 3.0 or later; this system's is older"
        )
    for algorithm, offered in (("SM2", _offers_sm2), ("SM3", _offers_sm3)):
        if not offered(library):
            library.ERR_clear_error()
            raise SuiteNotSupportedError(
                f"suite SM2-with-SM3 needs {algorithm}, which this system's libcrypto leaves out"
            )
    return library


def _load() -> ctypes.CDLL:
    for name in NAMES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise SuiteNotSupportedError(
        "suite SM2-with-SM3 needs the system's libcrypto (OpenSSL 3.0 or later), "
        f"which is not found: {NAMES[0]}"
    )


def _offers_sm2(library: Any) -> bool:
    context = library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    offered = bool(context) and library.EVP_PKEY_keygen_init(context) == 1
    library.EVP_PKEY_CTX_free(context)
    return offered


def _offers_sm3(library: Any) -> bool:
    # Not freed: `sm3` fetches the same object again and keeps it.
    return bool(library.EVP_MD_fetch(None, b"SM3", None))
