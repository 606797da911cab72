"""SM2 with implementations we did not write, in both directions: gmssl (pure Python), the openssl command."""

import secrets
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from gmssl import func, sm2, sm3  # type: ignore[import-untyped]

from registry.provenance.keys import FileSigner, SignatureError, VerifyingKey, load_verifying_key
from registry.provenance.sm2 import Sm2PrivateKey, signature_from_der
from registry.provenance.sm2_digest import sm3_digest
from registry.v1.envelope_pb2 import SUITE_SM2_SM3
from tests.support.suites import needs_openssl, needs_sm2, sm2_pkcs8

pytestmark = needs_sm2

MESSAGE = "对 12345678 的决定\n".encode()
USER_ID = "distid:1234567812345678"
# The two ways in which the command signs: each has its own options, and each must be told the user id.
PKEYUTL = ["pkeyutl", "-rawin", "-digest", "sm3", "-pkeyopt", USER_ID]
DGST = ["dgst", "-sm3", "-sigopt", USER_ID]


def verifies(key: VerifyingKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(message, signature)
    except SignatureError:
        return False
    return True


def key_for_gmssl() -> tuple[int, Sm2PrivateKey]:
    """A private number and its key, whose x does not begin with 0 or 4: gmssl takes those for a prefix."""
    while True:
        number = 1 + secrets.randbelow(2**255)
        key = Sm2PrivateKey.from_pkcs8(sm2_pkcs8(number))
        if key.point[1:2].hex()[0] not in "04":
            return number, key


def gmssl_for(number: int, key: Sm2PrivateKey) -> sm2.CryptSM2:
    return sm2.CryptSM2(private_key=f"{number:064x}", public_key=key.point[1:].hex())


def test_gmssl_accepts_what_we_sign_and_refuses_it_for_another_message() -> None:
    for _ in range(3):
        number, key = key_for_gmssl()
        other = gmssl_for(number, key)
        signature = key.sign(MESSAGE).hex()
        assert other.verify_with_sm3(signature, MESSAGE)
        assert not other.verify_with_sm3(signature, MESSAGE + b"!")


def test_we_accept_what_gmssl_signs_and_refuse_it_for_another_message() -> None:
    for _ in range(3):
        number, private = key_for_gmssl()
        signature = bytes.fromhex(gmssl_for(number, private).sign_with_sm3(MESSAGE))
        key = load_verifying_key(SUITE_SM2_SM3, spki_of(private))
        assert verifies(key, MESSAGE, signature)
        assert not verifies(key, MESSAGE + b"!", signature)


def spki_of(private: Sm2PrivateKey) -> bytes:
    return bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200") + private.point


def test_gmssl_computes_the_same_sm3() -> None:
    for length in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000):
        message = secrets.token_bytes(length)
        assert sm3.sm3_hash(func.bytes_to_list(message)) == sm3_digest(message).hex()


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[[Sequence[str | Path]], subprocess.CompletedProcess[bytes]]:
    """Runs the command in a directory that holds the message."""
    (tmp_path / "message").write_bytes(MESSAGE)

    def run(arguments: Sequence[str | Path]) -> subprocess.CompletedProcess[bytes]:
        words = ["openssl", *map(str, arguments)]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=60)

    return run


@needs_openssl
@pytest.mark.parametrize("way", [PKEYUTL, DGST], ids=["pkeyutl", "dgst"])
def test_openssl_accepts_what_we_sign_and_refuses_it_for_another_message_or_user_id(
    tmp_path: Path, way: list[str], openssl: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    signer = FileSigner.generate(SUITE_SM2_SM3)
    signer.save(tmp_path / "key.pem", None)
    assert openssl(["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"]).returncode == 0
    signature = signer.sign(MESSAGE)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    assert openssl(checking(way)).returncode == 0
    assert openssl(checking([word.replace("1234567812345678", "other") for word in way])).returncode != 0
    (tmp_path / "message").write_bytes(MESSAGE + b"!")
    assert openssl(checking(way)).returncode != 0


def checking(way: list[str]) -> list[str]:
    if way[0] == "dgst":
        return [*way, "-verify", "public.pem", "-signature", "signature", "message"]
    return [*way, "-verify", "-pubin", "-inkey", "public.pem", "-sigfile", "signature", "-in", "message"]


@needs_openssl
@pytest.mark.parametrize("way", [PKEYUTL, DGST], ids=["pkeyutl", "dgst"])
def test_we_accept_what_openssl_signs_with_its_own_key_under_our_user_id_only(
    tmp_path: Path, way: list[str], openssl: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    assert openssl(["genpkey", "-algorithm", "SM2", "-out", "key.pem"]).returncode == 0
    public = openssl(["pkey", "-in", "key.pem", "-pubout", "-outform", "DER"]).stdout
    key = load_verifying_key(SUITE_SM2_SM3, public)
    assert key.keyid == FileSigner.load(tmp_path / "key.pem", None).keyid
    assert openssl(signing(way)).returncode == 0
    signature = signature_from_der((tmp_path / "signature").read_bytes())
    assert verifies(key, MESSAGE, signature)
    assert not verifies(key, MESSAGE + b"!", signature)
    assert openssl(signing([word.replace("1234567812345678", "other") for word in way])).returncode == 0
    assert not verifies(key, MESSAGE, signature_from_der((tmp_path / "signature").read_bytes()))


def signing(way: list[str]) -> list[str]:
    if way[0] == "dgst":
        return [*way, "-sign", "key.pem", "-out", "signature", "message"]
    return [*way, "-sign", "-inkey", "key.pem", "-in", "message", "-out", "signature"]
