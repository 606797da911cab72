"""SM2: the standard's own example, other implementations in both directions, and what is refused."""

import _ctypes
import subprocess
import sys
import threading
from collections.abc import Callable
from ctypes import CDLL
from pathlib import Path
from typing import Any

import pytest

import registry.provenance.libcrypto
import registry.provenance.sm2
import registry.provenance.sm2_digest
from registry.provenance.keys import SignatureError, SuiteNotSupportedError
from registry.provenance.libcrypto import libcrypto, usable
from registry.provenance.sm2 import ORDER, Sm2PrivateKey, Sm2PublicKey
from registry.provenance.sm2_digest import sm2_digest, sm3_digest
from tests.support.suites import needs_sm2, sm2_pkcs8

pytestmark = needs_sm2

MESSAGE = b"message digest"
STATM = Path("/proc/self/statm")


@pytest.fixture
def example(outside_vectors: Callable[[str], Any]) -> dict[str, Any]:
    """GM/T 0003.5 Annex A."""
    vectors: dict[str, Any] = outside_vectors("sm/gmt0003_5_annexA.json")
    return vectors


def point_in(example: dict[str, Any]) -> bytes:
    return bytes.fromhex("04" + example["x"] + example["y"])


def verifies(key: Sm2PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(message, signature)
    except SignatureError:
        return False
    return True


def turned(content: bytes) -> list[bytes]:
    """Every change of one bit, and every byte replaced by its complement."""
    bits = [
        content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
        for at in range(len(content))
        for bit in range(8)
    ]
    return bits + [
        content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :] for at in range(len(content))
    ]


def test_digest_and_signature_are_those_of_the_standard(example: dict[str, Any]) -> None:
    point = point_in(example)
    assert example["user_id"].encode() == registry.provenance.sm2_digest.USER_ID
    assert sm2_digest(point, MESSAGE).hex() == example["e"].lower()
    Sm2PublicKey.from_point(point).verify(MESSAGE, bytes.fromhex(example["r"] + example["s"]))


def test_public_key_is_computed_from_the_standards_private_key(example: dict[str, Any]) -> None:
    key = Sm2PrivateKey.from_pkcs8(sm2_pkcs8(int(example["private_key"], 16)))
    assert key.point == point_in(example)
    Sm2PublicKey.from_point(key.point).verify(MESSAGE, key.sign(MESSAGE))


def test_examples_in_the_modules_are_the_standards(example: dict[str, Any]) -> None:
    digest = registry.provenance.sm2_digest.__doc__ or ""
    assert f"private key  {example['private_key'].lower()}\n" in digest
    assert f"e            {example['e'].lower()}\n" in digest
    signature = registry.provenance.sm2.__doc__ or ""
    assert f"r  {example['r'].lower()}\n    s  {example['s'].lower()}\n" in signature


def test_sm3_is_that_of_the_standard(example: dict[str, Any]) -> None:
    for message, digest in example["sm3"].items():
        assert sm3_digest(message.encode()).hex() == digest


def test_sm3_agrees_with_wycheproof_through_hmac(outside_vectors: Callable[[str], Any]) -> None:
    groups = outside_vectors("wycheproof/hmac_sm3_test.json")["testGroups"]
    cases = [(case, group["tagSize"] // 8) for group in groups for case in group["tests"]]
    for case, length in cases:
        tag = hmac_sm3(bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]))[:length]
        assert (tag.hex() == case["tag"]) == (case["result"] == "valid"), case["tcId"]
    assert len(cases) > 100


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """RFC 2104 with blocks of 64 bytes."""
    block = (sm3_digest(key) if len(key) > 64 else key).ljust(64, b"\x00")
    inner = sm3_digest(bytes(byte ^ 0x36 for byte in block) + message)
    return sm3_digest(bytes(byte ^ 0x5C for byte in block) + inner)


def test_every_turned_bit_and_byte_of_signature_and_message_is_refused() -> None:
    signer = Sm2PrivateKey.generate()
    key, signature = Sm2PublicKey.from_point(signer.point), signer.sign(MESSAGE)
    assert verifies(key, MESSAGE, signature)
    assert not any(verifies(key, MESSAGE, changed) for changed in turned(signature))
    assert not any(verifies(key, changed, signature) for changed in turned(MESSAGE))


def test_r_and_s_outside_their_range_are_refused_as_such() -> None:
    signer = Sm2PrivateKey.generate()
    key, signature = Sm2PublicKey.from_point(signer.point), signer.sign(MESSAGE)
    for number in (0, ORDER, ORDER + 1, 2**256 - 1):
        outside = number.to_bytes(32, "big")
        for wrong in (outside + signature[32:], signature[:32] + outside):
            with pytest.raises(SignatureError, match="outside"):
                key.verify(MESSAGE, wrong)


def test_s_above_and_below_half_the_order_are_both_accepted_and_neither_can_be_mirrored() -> None:
    signer = Sm2PrivateKey.generate()
    key = Sm2PublicKey.from_point(signer.point)
    high: set[bool] = set()
    while len(high) < 2:
        signature = signer.sign(MESSAGE)
        s = int.from_bytes(signature[32:], "big")
        assert verifies(key, MESSAGE, signature)
        assert not verifies(key, MESSAGE, signature[:32] + (ORDER - s).to_bytes(32, "big"))
        high.add(s > ORDER // 2)


def test_r_and_s_that_add_up_to_the_order_are_refused() -> None:
    key = Sm2PublicKey.from_point(Sm2PrivateKey.generate().point)
    for r in (1, 2, ORDER // 2, ORDER - 1):
        assert not verifies(key, MESSAGE, r.to_bytes(32, "big") + (ORDER - r).to_bytes(32, "big"))


def test_message_of_any_length_is_signed() -> None:
    signer = Sm2PrivateKey.generate()
    key = Sm2PublicKey.from_point(signer.point)
    for message in (b"", b"\x00", bytes(100_000)):
        signature = signer.sign(message)
        assert verifies(key, message, signature)
        assert not verifies(key, message + b"\x00", signature)


def test_private_key_survives_pkcs8_and_is_another_each_time() -> None:
    keys = [Sm2PrivateKey.generate() for _ in range(20)]
    assert len({key.point for key in keys}) == 20
    for key in keys:
        again = Sm2PrivateKey.from_pkcs8(key.to_pkcs8())
        assert (again.point, again.to_pkcs8()) == (key.point, key.to_pkcs8())


def test_private_key_outside_its_range_is_refused() -> None:
    for number in (1, ORDER - 2):
        Sm2PrivateKey.from_pkcs8(sm2_pkcs8(number))
    for number in (0, ORDER - 1, ORDER, ORDER + 1, 2**256 - 1):
        with pytest.raises(ValueError, match="pair|refused"):
            Sm2PrivateKey.from_pkcs8(sm2_pkcs8(number))


def test_pkcs8_with_another_keys_point_or_bytes_after_its_end_is_refused() -> None:
    one, other = Sm2PrivateKey.generate(), Sm2PrivateKey.generate()
    with pytest.raises(ValueError, match="pair"):
        Sm2PrivateKey.from_pkcs8(one.to_pkcs8().replace(one.point, other.point))
    with pytest.raises(ValueError, match="after the end"):
        Sm2PrivateKey.from_pkcs8(one.to_pkcs8() + b"\x00")


def test_every_beginning_of_a_pkcs8_key_is_refused() -> None:
    whole = Sm2PrivateKey.generate().to_pkcs8()
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="refused|after the end"):
            Sm2PrivateKey.from_pkcs8(whole[:length])


def test_key_never_shows_its_private_number() -> None:
    key = Sm2PrivateKey.from_pkcs8(sm2_pkcs8(0x1234567812345678))
    assert "12345678" not in repr(key)


def test_one_key_serves_many_threads_at_once() -> None:
    signer, wrong = Sm2PrivateKey.generate(), []
    key = Sm2PublicKey.from_point(signer.point)

    def work(number: int) -> None:
        for round_ in range(40):
            message = f"{number} {round_}".encode()
            signature = signer.sign(message)
            if not verifies(key, message, signature) or verifies(key, message + b"!", signature):
                wrong.append(message)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(not STATM.exists(), reason="this system does not tell a process's memory in /proc")
def test_no_memory_is_lost_whatever_becomes_of_an_operation() -> None:
    signer = Sm2PrivateKey.generate()
    exercise(signer, 300)
    before = resident_kilobytes()
    exercise(signer, 700)
    assert resident_kilobytes() - before < 250  # one thing of 400 bytes lost each time would be more


def exercise(signer: Sm2PrivateKey, times: int) -> None:
    pkcs8 = signer.to_pkcs8()
    off_the_curve = signer.point[:-1] + bytes([signer.point[-1] ^ 1])
    for _ in range(times):
        key, signature = Sm2PublicKey.from_point(signer.point), signer.sign(MESSAGE)
        assert verifies(key, MESSAGE, signature)
        assert not verifies(key, b"", signature)
        Sm2PrivateKey.from_pkcs8(pkcs8)
        for refused in (pkcs8[:-1], sm2_pkcs8(0)):
            with pytest.raises(ValueError):  # noqa: PT011
                Sm2PrivateKey.from_pkcs8(refused)
        with pytest.raises(ValueError, match="curve"):
            Sm2PublicKey.from_point(off_the_curve)


def resident_kilobytes() -> int:
    return int(STATM.read_text().split()[1]) * 4


def test_missing_library_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.provenance.libcrypto, "NAMES", ("libcrypto.so.absent",))
    with pytest.raises(SuiteNotSupportedError) as caught:
        libcrypto.__wrapped__()
    assert str(caught.value) == (
        "suite SM2-with-SM3 needs the system's libcrypto (OpenSSL 3.0 or later), which is not found: "
        "libcrypto.so.absent"
    )


def test_library_that_is_too_old_is_refused() -> None:
    with pytest.raises(SuiteNotSupportedError, match=r"OpenSSL 3\.0 or later; this system's is older"):
        usable(CDLL(_ctypes.__file__))  # any library that has other functions


def test_library_that_leaves_sm2_out_is_refused_in_one_line(tmp_path: Path) -> None:
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text(
        "openssl_conf = all\n[all]\nproviders = these\n[these]\nnull = one\n[one]\nactivate = 1\n"
    )
    program = (
        "from registry.provenance.keys import FileSigner, SuiteNotSupportedError\n"
        "try: FileSigner.generate(3)\n"
        "except SuiteNotSupportedError as fault: print(fault)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"OPENSSL_CONF": str(configuration)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout == "suite SM2-with-SM3 needs SM2, which this system's libcrypto leaves out\n"
