"""Keys in PKCS#11 tokens (SoftHSM): found, used by threads, pulled out, logged out, tampered with."""

import ctypes
import itertools
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from registry.provenance.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from registry.provenance.keys import FileSigner, Signer, SignerError, load_verifying_key
from registry.signing import open_signer
from registry.signing.token_module import module_at
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3, Suite
from tests.support.compiled import compiled
from tests.support.softhsm import SoftToken
from tests.support.suites import needs_sm2

MESSAGE = "陈述".encode()
ROOT = Path(__file__).resolve().parents[2]
HELD = [SUITE_ED25519, SUITE_ECDSA_P256_SHA256]


def refusal(line: str) -> str:
    with pytest.raises(SignerError) as caught:
        open_signer(line)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def verify(signer: Signer, message: bytes = MESSAGE) -> None:
    """Sign, and check it with what the public key says, not with the signer."""
    load_verifying_key(signer.suite, signer.public_key).verify(message, signer.sign(message))


@pytest.mark.parametrize("suite", HELD)
def test_token_signs_as_the_key_that_it_holds(token: SoftToken, suite: Suite.ValueType) -> None:
    keys = [FileSigner.generate(suite) for _ in range(2)]
    for number, key in enumerate(keys, 1):
        token.keep(key, label=f"key{number}", number=number)
    for number, key in enumerate(keys, 1):
        for name in ({"object": f"key{number}"}, {"id": f"%{number:02x}"}):
            signer = open_signer(token.line(**name))
            assert (signer.suite, signer.public_key, signer.keyid) == (suite, key.public_key, key.keyid)
            for message in (b"", MESSAGE, bytes(100_000)):
                verify(signer, message)


def test_key_is_named_as_rfc_7512_names_it(token: SoftToken) -> None:
    key = FileSigner.generate(SUITE_ED25519)
    token.keep(key, label="log", number=1)
    line = f"pkcs11:token=registry;object=log;type=private?module-path={token.library}"
    assert open_signer(f"{line}&pin-source=file:{token.directory}/pin").keyid == key.keyid


def test_two_keys_of_one_token_are_used_side_by_side(token: SoftToken) -> None:
    keys = [FileSigner.generate(suite) for suite in HELD]
    for number, key in enumerate(keys, 1):
        token.keep(key, label=f"key{number}", number=number)
    first, second = (open_signer(token.line(object=f"key{number}")) for number in (1, 2))
    for signer in (first, second, first, second):
        verify(signer)
    checkpoint = Checkpoint("registry.example/log", 0, bytes(32))
    note = sign_checkpoint(checkpoint, first, second)
    verifiers = [load_verifying_key(key.suite, key.public_key) for key in keys]
    assert open_checkpoint(note, *verifiers, origin="registry.example/log") == checkpoint


def test_many_threads_share_two_signers(token: SoftToken) -> None:
    for number, suite in enumerate(HELD, 1):
        token.keep(FileSigner.generate(suite), label=f"key{number}", number=number)
    signers = [open_signer(token.line(object=f"key{number}")) for number in (1, 2)]
    signatures: dict[tuple[int, bytes], bytes] = {}

    def work(number: int) -> None:
        for round_, which in itertools.product(range(10), range(2)):
            message = f"{number} {round_}".encode()
            signatures[which, message] = signers[which].sign(message)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signatures) == 120
    for (which, message), signature in signatures.items():
        load_verifying_key(signers[which].suite, signers[which].public_key).verify(message, signature)


def test_token_that_was_pulled_out_fails_in_one_line_and_signs_again_when_it_is_back(
    token: SoftToken,
) -> None:
    for number in (1, 2):
        token.keep(FileSigner.generate(SUITE_ED25519), label=f"key{number}", number=number)
    signer, other = (open_signer(token.line(object=f"key{number}")) for number in (1, 2))
    token.pull()
    for expected in ("令牌已被拔出或退出登录", "没有这个令牌", "没有这个令牌"):
        with pytest.raises(SignerError) as caught:
            signer.sign(MESSAGE)
        assert str(caught.value).startswith(f"pkcs11: 密钥 key1: {expected} (")
    token.put_back()
    for each in (signer, other):
        verify(each)


def test_token_that_was_logged_out_fails_once_and_signs_again(token: SoftToken) -> None:
    token.keep(FileSigner.generate(SUITE_ED25519), label="log", number=1)
    signer = open_signer(token.line(object="log"))
    log_out(token)
    with pytest.raises(SignerError, match="令牌已被拔出或退出登录"):
        signer.sign(MESSAGE)
    verify(signer)


def log_out(token: SoftToken) -> None:
    """What any other session of this process can do to ours."""
    library, session = ctypes.CDLL(str(token.library)), ctypes.c_ulong()
    count, slots = ctypes.c_ulong(8), (ctypes.c_ulong * 8)()
    assert library.C_GetSlotList(1, slots, ctypes.byref(count)) == 0
    serial = ctypes.c_ulong(4)
    assert library.C_OpenSession(ctypes.c_ulong(slots[0]), serial, None, None, ctypes.byref(session)) == 0
    assert library.C_Logout(session) == 0


def test_token_that_comes_back_with_another_key_is_refused(token: SoftToken) -> None:
    token.keep(FileSigner.generate(SUITE_ED25519), label="log", number=1)
    signer = open_signer(token.line(object="log"))
    token.run("for thing in session.get_objects({Attribute.LABEL: 'log'}): thing.destroy()")
    token.keep(FileSigner.generate(SUITE_ED25519), label="log", number=1)
    with pytest.raises(SignerError):
        signer.sign(MESSAGE)
    with pytest.raises(SignerError, match="令牌里现在是另一把密钥"):
        signer.sign(MESSAGE)


def test_private_key_that_does_not_fit_its_public_key_signs_nothing(token: SoftToken) -> None:
    token.keep(FileSigner.generate(SUITE_ECDSA_P256_SHA256), label="log", number=1)
    token.keep(FileSigner.generate(SUITE_ECDSA_P256_SHA256), label="other", number=2)
    token.run(
        "for thing in session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY}):\n"
        "    if thing[Attribute.LABEL] == 'log': thing.destroy()\n"
        "    else: thing[Attribute.LABEL] = 'log'\n"
    )
    with pytest.raises(SignerError, match="签出的结果与公钥不符"):
        open_signer(token.line(object="log")).sign(MESSAGE)


def test_wrong_pin_is_named_and_not_tried_again(token: SoftToken) -> None:
    token.keep(FileSigner.generate(SUITE_ED25519), label="log", number=1)
    (token.directory / "wrong").write_text("9999\n")
    line = token.line(object="log", pin_file=str(token.directory / "wrong"))
    assert refusal(line) == "pkcs11: 密钥 log: PIN 不对 (PinIncorrect)"
    signer = open_signer(token.line(object="log"))
    log_out(token)
    with pytest.raises(SignerError, match="退出登录"):
        signer.sign(MESSAGE)
    token.run("session.set_pin('1234', '5678')")
    with pytest.raises(SignerError, match="PIN 不对"):
        signer.sign(MESSAGE)
    with pytest.raises(SignerError, match="不再尝试"):
        signer.sign(MESSAGE)


def test_key_that_asks_for_its_pin_each_time_gets_it_each_time(token: SoftToken) -> None:
    token.run(
        "curve = {Attribute.EC_PARAMS: bytes.fromhex('06082a8648ce3d030107')}\n"
        "parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)\n"
        "each_time = {Attribute.ALWAYS_AUTHENTICATE: True}\n"
        "parameters.generate_keypair(store=True, label='log', id=b'1', private_template=each_time)\n"
    )
    signer = open_signer(token.line(object="log"))
    for _ in range(3):
        verify(signer)


def keep_sm2(token: SoftToken, key: FileSigner) -> None:
    """A key pair on the curve; the private number is another, as it is not the one to sign."""
    token.run(
        "curve, point = bytes.fromhex('06082a811ccf5501822d'), "
        f"bytes.fromhex('0441{key.public_key[-65:].hex()}')\n"
        "named = {Attribute.LABEL: 'sm2', Attribute.ID: b'1', Attribute.TOKEN: True}\n"
        "both = named | {Attribute.KEY_TYPE: KeyType.EC, Attribute.EC_PARAMS: curve}\n"
        "private = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.VALUE: bytes(31) + b'1'}\n"
        "session.create_object(both | private | {Attribute.SIGN: True})\n"
        "public = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.EC_POINT: point}\n"
        "session.create_object(both | public)\n"
    )


@needs_sm2
def test_sm2_key_in_a_token_without_the_mechanism_is_refused(token: SoftToken) -> None:
    keep_sm2(token, FileSigner.generate(SUITE_SM2_SM3))
    assert refusal(token.line(object="sm2")) == (
        "pkcs11: 密钥 sm2: SM2 密钥须写明厂商的机制编号 sm2-mechanism="
    )
    assert refusal(token.line(object="sm2", sm2_mechanism="0x80000101")) == (
        "pkcs11: 密钥 sm2: 令牌没有签名机制 0x80000101"
    )
    # ECDSA on the curve is no SM2 signature, even if somebody names it.
    signer = open_signer(token.line(object="sm2", sm2_mechanism="0x1041"))
    with pytest.raises(SignerError, match="签出的结果与公钥不符"):
        signer.sign(MESSAGE)


@needs_sm2
def test_sm2_key_in_a_token_with_a_vendors_mechanism_signs(
    token: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = compiled("soft_sm2_token.c", token.directory)
    monkeypatch.setenv("SOFTHSM2_LIBRARY", str(token.library))
    monkeypatch.setenv("SOFT_SM2_KEY", str(token.directory / "sm2.pem"))
    key = FileSigner.generate(SUITE_SM2_SM3)
    key.save(token.directory / "sm2.pem", None)
    keep_sm2(token, key)
    signer = open_signer(token.line(library=str(library), object="sm2", sm2_mechanism="0x80000101"))
    try:
        assert (signer.suite, signer.keyid) == (SUITE_SM2_SM3, key.keyid)
        for message in (b"", MESSAGE, bytes(100_000)):
            verify(signer, message)
    finally:
        module_at(str(library)).reset()


def test_key_of_no_suite_is_refused(token: SoftToken) -> None:
    token.run("session.generate_keypair(KeyType.RSA, 2048, store=True, label='rsa', id=b'1')")
    assert refusal(token.line(object="rsa")) == "pkcs11: 密钥 rsa: 密钥既不是 Ed25519, 也不是 P-256 或 SM2"
    token.run(
        "curve = {Attribute.EC_PARAMS: bytes.fromhex('06052b81040022')}\n"
        "parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)\n"
        "parameters.generate_keypair(store=True, label='p384', id=b'2')\n"
    )
    assert refusal(token.line(object="p384")).endswith("也不是 P-256 或 SM2")


def test_what_cannot_be_opened_is_said_in_one_line(token: SoftToken) -> None:
    for number in (1, 2):
        token.keep(FileSigner.generate(SUITE_ED25519), label="twice", number=number)
    assert refusal(token.line(object="absent")) == ("pkcs11: 密钥 absent: 令牌里没有这把密钥, 或它的公钥")
    assert refusal(token.line(object="twice")) == ("pkcs11: 密钥 twice: 令牌里有几把这样的密钥")
    open_signer(token.line(object="twice", id="%02"))
    absent = f"pkcs11:module={token.library};token=absent;object=log"
    assert refusal(absent) == "pkcs11: 密钥 log: 没有这个令牌 (NoSuchToken)"
    assert refusal("pkcs11:module=/absent.so;token=a;id=%01%ff") == (
        "pkcs11: 密钥 01ff: 库 /absent.so 不能载入"
    )
    assert "缺少 token=" in refusal(f"pkcs11:module={token.library};object=log")
    assert "缺少 object=" in refusal(f"pkcs11:module={token.library};token=registry")
    assert refusal("pkcs11:token=registry;object=log") == "pkcs11: 缺少 module="
    assert refusal(token.line(object="log", type="public")) == "pkcs11: type= 只能是 private"


def test_token_without_login_shows_no_private_key(token: SoftToken) -> None:
    token.keep(FileSigner.generate(SUITE_ED25519), label="log", number=1)
    line = f"pkcs11:module={token.library};token=registry;object=log"
    assert "没有这把密钥" in refusal(line)


def test_missing_package_is_named_in_one_line() -> None:
    program = (
        "import sys; sys.modules['pkcs11'] = None\n"
        "from registry.signing import SignerError, open_signer\n"
        "try: open_signer('pkcs11:module=/absent.so;token=a;object=b')\n"
        "except SignerError as fault: print(fault)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60
    )
    assert ended.stdout == "pkcs11: 需要 python-pkcs11, 请安装 credit-registry[hsm]\n"
