"""Signers by one line: what the line may say, where secrets come from, and one clear line when it fails."""

import os
from pathlib import Path

import pytest

import registry.signing
from registry.provenance.keys import FileSigner, SignerError, load_verifying_key
from registry.signing import open_signer
from registry.signing.location import parse_location
from registry.v1.envelope_pb2 import SUITE_ED25519, Suite
from tests.support.suites import SUITES

PASSPHRASE = "口令 1".encode()


@pytest.fixture
def encrypted(tmp_path: Path) -> FileSigner:
    """An encrypted key file, and its pass phrase in a file beside it."""
    signer = FileSigner.generate(SUITE_ED25519)
    signer.save(tmp_path / "log.key", PASSPHRASE)
    (tmp_path / "phrase").write_bytes(PASSPHRASE + b"\nsecond line\n")
    return signer


def refusal(line: str, home: Path = Path(), passphrase: bytes | None = None) -> str:
    with pytest.raises(SignerError) as caught:
        open_signer(line, home=home, passphrase=passphrase)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("suite", SUITES)
def test_plain_path_is_a_key_file_of_any_suite(tmp_path: Path, suite: Suite.ValueType) -> None:
    key = FileSigner.generate(suite)
    key.save(tmp_path / "a;b=c%41?.key", None)
    for line, home in (("a;b=c%41?.key", tmp_path), (str(tmp_path / "a;b=c%41?.key"), Path("/absent"))):
        signer = open_signer(line, home=home)
        assert signer.keyid == key.keyid
        load_verifying_key(suite, signer.public_key).verify(b"message", signer.sign(b"message"))


def test_path_after_file_is_percent_encoded(tmp_path: Path) -> None:
    key = FileSigner.generate(SUITE_ED25519)
    key.save(tmp_path / "a;b.key", None)
    assert open_signer("file:a%3Bb.key", home=tmp_path).keyid == key.keyid


def test_pass_phrase_is_the_first_line_of_a_file(tmp_path: Path, encrypted: FileSigner) -> None:
    for place in ("phrase", f"{tmp_path}/phrase", f"file:{tmp_path}/phrase"):
        line = f"file:log.key;passphrase-file={place}"
        assert open_signer(line, home=tmp_path).keyid == encrypted.keyid


def test_pass_phrase_is_a_credential_of_the_service(
    tmp_path: Path, encrypted: FileSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "file:log.key;passphrase-credential=phrase"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "环境变量 CREDENTIALS_DIRECTORY" in refusal(line, tmp_path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert open_signer(line, home=tmp_path).keyid == encrypted.keyid
    for outside in ("../phrase", "..", "a%2Fb"):
        assert "应为凭据的名称" in refusal(f"file:log.key;passphrase-credential={outside}", tmp_path)


def test_pass_phrase_comes_through_a_descriptor(tmp_path: Path, encrypted: FileSigner) -> None:
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE + b"\n")
    os.close(writing)
    try:
        line = f"file:log.key;passphrase-fd={reading}"
        assert open_signer(line, home=tmp_path).keyid == encrypted.keyid
    finally:
        os.close(reading)
    assert "描述符不能读取" in refusal(line, tmp_path)
    assert "描述符不能读取" in refusal("file:log.key;passphrase-fd=-1", tmp_path)
    assert "应为数字" in refusal("file:log.key;passphrase-fd=three", tmp_path)


def test_pass_phrase_is_handed_over_by_a_caller_who_asked_for_it(
    tmp_path: Path, encrypted: FileSigner
) -> None:
    assert open_signer("log.key", home=tmp_path, passphrase=PASSPHRASE).keyid == encrypted.keyid
    twice = refusal("file:log.key;passphrase-file=phrase", tmp_path, PASSPHRASE)
    assert twice == "file: 口令短语给了两次"
    assert "只用于密钥文件" in refusal("sdf:library=/absent;index=1", passphrase=PASSPHRASE)


def test_wrong_or_missing_pass_phrase_is_named_with_the_file(tmp_path: Path, encrypted: FileSigner) -> None:
    (tmp_path / "wrong").write_text("wrong\n")
    (tmp_path / "empty").write_text("\n")
    path = tmp_path / "log.key"
    wrong = refusal("file:log.key;passphrase-file=wrong", tmp_path)
    assert wrong.startswith(f"{path}: the key cannot be read: wrong pass phrase")
    assert refusal("log.key", tmp_path) == f"{path}: the key is encrypted, a pass phrase is needed"
    assert "passphrase-file 给出的口令是空的" in refusal("file:log.key;passphrase-file=empty", tmp_path)
    absent = refusal("file:log.key;passphrase-file=absent", tmp_path)
    assert absent == "file: passphrase-file 所指的文件不能读取: No such file or directory"
    assert "不能是命令" in refusal("file:log.key;passphrase-file=|cat phrase", tmp_path)
    both = "file:log.key;passphrase-file=phrase;passphrase-fd=3"
    assert refusal(both, tmp_path) == "file: 口令只能有一个来源, 写了 2 个"


@pytest.mark.parametrize(
    ("line", "attribute"),
    [
        ("file:log.key;passphrase=s3cret", "passphrase"),
        ("pkcs11:module=/m;token=a;object=b;pin=s3cret", "pin"),
        ("pkcs11:token=a;object=b?module-path=/m&pin-value=s3cret", "pin-value"),
        ("sdf:library=/l;index=1;password=s3cret", "password"),
    ],
)
def test_secret_in_the_line_itself_is_refused_and_not_repeated(line: str, attribute: str) -> None:
    said = refusal(line)
    assert f"口令不得写在 {attribute}= 里" in said
    assert "s3cret" not in said
    assert "s3cret" not in repr(parse_location("file:log.key;passphrase-file=s3cret", home=Path()))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("file:", "file: 缺少密钥文件的路径"),
        ("file:;passphrase-file=a", "file: 缺少密钥文件的路径"),
        ("file:a;pin-file=b", "file: 不认识的 pin-file="),
        ("file:a;b", "file: 应为若干 名称=值, 以分号隔开"),
        ("pkcs11:tokn=registry", "pkcs11: 不认识的 tokn="),
        ("pkcs11:token=a;token=b", "pkcs11: token= 写了两次"),
        ("pkcs11:module=/m;object=a?module-path=/n", "pkcs11: module= 写了两次"),
        ("pkcs11:token=a;object=b;module=/m;sm2-mechanism=x", "pkcs11: sm2-mechanism 应为数字"),
        ("pkcs11:Token=a", "pkcs11: 应为若干 名称=值, 以分号隔开"),
        ("sdf:index=1;key=2", "sdf: 不认识的 key="),
    ],
)
def test_line_that_is_not_understood_is_refused_by_its_fault(line: str, said: str) -> None:
    assert refusal(line) == said


def test_missing_key_file_and_unknown_kind_are_named_as_a_path() -> None:
    for line in ("/absent/log.key", "hsm:/absent/log.key"):
        assert refusal(line).endswith(f"{line}: the key file cannot be read: No such file or directory")


def test_values_are_percent_decoded_and_relative_paths_begin_at_home() -> None:
    location = parse_location(
        "pkcs11:token=a%3Bb%20c;id=%01%fe?module-path=lib/m.so&pin-source=pin", home=Path("/srv")
    )
    assert (location.text("token"), location.octets("id")) == ("a;b c", b"\x01\xfe")
    assert (location.library("module"), location.text("serial")) == ("/srv/lib/m.so", None)
    assert parse_location("sdf:library=libsdf.so", home=Path("/srv")).library("library") == "libsdf.so"


def test_forms_in_the_module_are_all_understood() -> None:
    shown = (registry.signing.__doc__ or "").split("\n\n")[1].splitlines()
    locations = [parse_location(line.split()[0], home=Path("/srv")) for line in shown]
    assert [location.kind for location in locations] == ["file", "file", "pkcs11", "pkcs11", "sdf"]
    assert locations[2].attributes.keys() == locations[3].attributes.keys()
