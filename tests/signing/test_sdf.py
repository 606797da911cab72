"""SM2 keys in a device by GM/T 0018: opened, used by threads, unplugged, tampered with."""

import gc
import threading

import pytest

from registry.provenance.keys import FileSigner, SignerError, load_verifying_key
from registry.signing import open_signer
from registry.v1.envelope_pb2 import SUITE_SM2_SM3
from tests.support.soft_sdf import SoftDevice
from tests.support.suites import needs_sm2

pytestmark = needs_sm2

MESSAGE = "陈述".encode()


@pytest.fixture
def key() -> FileSigner:
    return FileSigner.generate(SUITE_SM2_SM3)


def refusal(line: str) -> str:
    with pytest.raises(SignerError) as caught:
        open_signer(line)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_device_signs_as_the_key_that_it_holds(device: SoftDevice, key: FileSigner) -> None:
    device.keep(FileSigner.generate(SUITE_SM2_SM3), index=1)
    device.keep(key, index=2)
    signer = open_signer(device.line(index="2"))
    assert (signer.suite, signer.public_key, signer.keyid) == (SUITE_SM2_SM3, key.public_key, key.keyid)
    verifier = load_verifying_key(SUITE_SM2_SM3, key.public_key)
    for message in (b"", MESSAGE, bytes(100_000)):
        verifier.verify(message, signer.sign(message))


def test_key_behind_a_password_is_used_with_it_and_not_without(device: SoftDevice, key: FileSigner) -> None:
    device.keep(key, index=1)
    kept = device.protect("口令 12345678")
    signer = open_signer(device.line(index="1", password_file=str(kept)))
    load_verifying_key(SUITE_SM2_SM3, key.public_key).verify(MESSAGE, signer.sign(MESSAGE))
    without = open_signer(device.line(index="1"))
    with pytest.raises(SignerError, match=r"没有私钥使用权限 \(SDF_InternalSign_ECC 0x01000007\)"):
        without.sign(MESSAGE)


def test_wrong_password_is_named_without_being_shown(device: SoftDevice, key: FileSigner) -> None:
    device.keep(key, index=1)
    kept = device.protect("right")
    kept.write_text("wrong\n")
    said = refusal(device.line(index="1", password_file=str(kept)))
    assert said == "sdf: 密钥 1: 私钥使用权限口令错误 (SDF_GetPrivateKeyAccessRight 0x01000018)"


def test_password_that_was_refused_is_not_tried_again(device: SoftDevice, key: FileSigner) -> None:
    device.keep(key, index=1)
    kept = device.protect("right")
    signer = open_signer(device.line(index="1", password_file=str(kept)))
    device.unplug()
    with pytest.raises(SignerError, match="通信失败"):
        signer.sign(MESSAGE)
    device.plug()
    device.protect("changed")
    with pytest.raises(SignerError, match="口令错误"):
        signer.sign(MESSAGE)
    device.protect("right")
    with pytest.raises(SignerError, match="不再尝试"):
        signer.sign(MESSAGE)


def test_device_that_was_unplugged_fails_in_one_line_and_signs_again_when_it_is_back(
    device: SoftDevice, key: FileSigner
) -> None:
    device.keep(key, index=1)
    signer = open_signer(device.line(index="1"))
    device.unplug()
    for _ in range(2):
        with pytest.raises(SignerError) as caught:
            signer.sign(MESSAGE)
        assert str(caught.value).startswith("sdf: 密钥 1: 与设备通信失败 (")
    device.plug()
    load_verifying_key(SUITE_SM2_SM3, key.public_key).verify(MESSAGE, signer.sign(MESSAGE))


def test_device_that_comes_back_with_another_key_is_refused(device: SoftDevice, key: FileSigner) -> None:
    device.keep(key, index=1)
    signer = open_signer(device.line(index="1"))
    device.unplug()
    with pytest.raises(SignerError):
        signer.sign(MESSAGE)
    device.plug()
    device.keep(FileSigner.generate(SUITE_SM2_SM3), index=1)
    with pytest.raises(SignerError, match="另一把密钥"):
        signer.sign(MESSAGE)
    device.keep(key, index=1)
    signer.sign(MESSAGE)


def test_wrong_signature_of_the_device_is_not_handed_out(device: SoftDevice, key: FileSigner) -> None:
    device.keep(key, index=1)
    signer = open_signer(device.line(index="1"))
    device.fault()
    with pytest.raises(SignerError, match="签出的结果与公钥不符"):
        signer.sign(MESSAGE)


def test_every_handle_is_given_back(device: SoftDevice, key: FileSigner) -> None:
    gc.collect()
    before = device.handles()
    device.keep(key, index=1)
    signer = open_signer(device.line(index="1"))
    assert device.handles() == before + 2
    device.unplug()
    for _ in range(3):
        with pytest.raises(SignerError):
            signer.sign(MESSAGE)
    assert device.handles() == before
    device.plug()
    signer.sign(MESSAGE)
    del signer
    gc.collect()
    assert device.handles() == before


def test_many_threads_share_one_signer(device: SoftDevice, key: FileSigner) -> None:
    device.keep(key, index=1)
    signer, verifier = open_signer(device.line(index="1")), load_verifying_key(SUITE_SM2_SM3, key.public_key)
    signatures: dict[bytes, bytes] = {}

    def work(number: int) -> None:
        for round_ in range(10):
            message = f"{number} {round_}".encode()
            signatures[message] = signer.sign(message)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signatures) == 80
    for message, signature in signatures.items():
        verifier.verify(message, signature)


def test_what_cannot_be_opened_is_said_in_one_line(device: SoftDevice, key: FileSigner) -> None:
    device.keep(key, index=1)
    assert refusal(device.line(index="7")) == (
        "sdf: 密钥 7: 没有这把密钥 (SDF_ExportSignPublicKey_ECC 0x01000008)"
    )
    assert refusal("sdf:library=/absent/libsdf.so;index=1") == "sdf: 密钥 1: 库 /absent/libsdf.so 不能载入"
    assert refusal("sdf:library=libc.so.6;index=1").endswith("没有 GM/T 0018 的函数 SDF_OpenDevice")
    for wrong in ("0", "-1", "4294967296"):
        assert "自 1 起" in refusal(device.line(index=wrong))
    for wrong in ("one", "1.5"):
        assert refusal(device.line(index=wrong)) == "sdf: index 应为数字"
    assert refusal(device.line()) == "sdf: 缺少 index="
    assert refusal("sdf:index=1") == "sdf: 缺少 library="
