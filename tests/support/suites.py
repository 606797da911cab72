"""The signature suites as parameters of tests, and what those of them need that a machine may lack.

@pytest.mark.parametrize("suite", SUITES)       # SM2 is skipped, with its reason, where libcrypto is missing
"""

from __future__ import annotations

import shutil

import pytest

from registry.provenance.libcrypto import libcrypto
from registry.provenance.suites import SuiteNotSupportedError
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3


def _missing() -> str:
    try:
        libcrypto()
    except SuiteNotSupportedError as fault:
        return str(fault)
    return ""


needs_sm2 = pytest.mark.skipif(bool(_missing()), reason=_missing() or "nothing is missing")
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the openssl command is not installed (package openssl)"
)

SUITES = [
    pytest.param(SUITE_ED25519, id="ed25519"),
    pytest.param(SUITE_ECDSA_P256_SHA256, id="p256"),
    pytest.param(SUITE_SM2_SM3, id="sm2", marks=needs_sm2),
]


def sm2_pkcs8(number: int) -> bytes:
    """An SM2 private key in PKCS#8 (RFC 5208) around an ECPrivateKey (RFC 5915) that names no public key."""
    curve = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
    inner = bytes.fromhex("30250201010420") + number.to_bytes(32, "big")
    body = b"\x02\x01\x00" + curve + b"\x04\x27" + inner
    return b"\x30" + bytes([len(body)]) + body
