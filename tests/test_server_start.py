"""What a server that cannot start says: one line that names the cause, and not a byte changed.

As root nothing is unreadable or unwritable by its mode, so a disk that is mounted read-only stands for
both; where mounting is not allowed the test says so and is skipped.
"""

import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.config import ConfigError, load_config
from registry.engine import StartError, start_engine
from registry.provenance.keys import FileSigner
from registry.server import build_server, server_credentials
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.support.command import (
    assert_one_line,
    digests,
    in_process,
    installation,
    mount,
    registry,
)
from tests.support.served import started
from tests.support.spine import ORIGIN


def rewrite(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Changes the text of a file."""

    def spoil(directory: Path) -> None:
        text = (directory / name).read_text("utf-8")
        assert old in text
        (directory / name).write_text(text.replace(old, new), "utf-8")

    return spoil


def put(name: str, content: bytes) -> Callable[[Path], object]:
    """Replaces a file."""
    return lambda directory: (directory / name).write_bytes(content)


def drop(name: str) -> Callable[[Path], object]:
    """Removes a file."""
    return lambda directory: (directory / name).unlink()


def move(name: str, new: str) -> Callable[[Path], object]:
    """Puts one file in the place of another."""
    return lambda directory: shutil.copy(directory / name, directory / new)


def sql(*statements: str) -> Callable[[Path], object]:
    """Changes the store behind the registry's back."""

    def spoil(directory: Path) -> None:
        with closing(sqlite3.connect(directory / "registry.db")) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return spoil


def another_log_key(directory: Path) -> None:
    (directory / "keys/log.key").unlink()
    FileSigner.generate(SUITE_ED25519).save(directory / "keys/log.key", None)


def encrypted_log_key(directory: Path) -> None:
    signer = FileSigner.load(directory / "keys/log.key", None)
    (directory / "keys/log.key").unlink()
    signer.save(directory / "keys/log.key", b"phrase")


def more(*lines: str) -> Callable[[Path], object]:
    """Adds a section to the configuration."""

    def add(directory: Path) -> None:
        with (directory / TOML).open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(lines) + "\n")

    return add


def a_directory_for_a_store(directory: Path) -> None:
    (directory / "registry.db").unlink()
    (directory / "registry.db").mkdir()


def cut(directory: Path) -> None:
    with (directory / "registry.db").open("r+b") as file:
        file.truncate(30_000)


def damage(directory: Path) -> None:
    with (directory / "registry.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 100_000)


TOML = "registry.toml"
DB = "registry.db"
ADDRESS = '"127.0.0.1:0"'
STAMPING = ("[stamping]", 'certificate = "tls/authority.pem"')
OTHER_TREE = "zeroblob(8)"  # The empty tree.
LAST = "(SELECT max(position) FROM statement)"
ONE_MORE = (
    "INSERT INTO statement SELECT position + 1, department, 'x', subject, payload_type, sealed_payload, "
    f"signatures, leaf, batch, batch_index, erased_by FROM statement WHERE position = {LAST}"
)
SPOILT: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "vault key missing": (drop("keys/vault.key"), ("vault.key", "No such file")),
    "vault key of another registry": (put("keys/vault.key", bytes(32)), ("vault.key",)),
    "vault key too short": (put("keys/vault.key", bytes(31)), ("31",)),
    "log key missing": (drop("keys/log.key"), ("log.key", "No such file")),
    "log key garbage": (put("keys/log.key", b"\x00garbage"), ("log.key",)),
    "log key of another log": (another_log_key, ("log.key",)),
    "log key of another kind": (move("tls/server.key", "keys/log.key"), ("log.key",)),
    "certificate missing": (drop("tls/server.pem"), ("server.pem", "No such file")),
    "certificate garbage": (put("tls/server.pem", b"garbage"), ("server.pem",)),
    "certificate of another key": (move("tls/registrar.pem", "tls/server.pem"), ("server.key",)),
    "certificate key garbage": (put("tls/server.key", b"garbage"), ("server.key",)),
    "authority missing": (drop("tls/authority.pem"), ("authority.pem", "No such file")),
    "authority garbage": (put("tls/authority.pem", b""), ("authority.pem",)),
    "configuration missing": (drop(TOML), (TOML, "registry init")),
    "configuration malformed": (put(TOML, b"[registry\norigin"), (TOML,)),
    "configuration not text": (put(TOML, b"\xff\xfe"), (TOML,)),
    "configuration without sections": (put(TOML, b"registry = 1\npaths = 2"), (TOML, "[paths]")),
    "configuration with unknown names": (rewrite(TOML, "store =", "shop ="), (TOML, "shop", "store")),
    "configuration with a number": (rewrite(TOML, ADDRESS, "8443"), (TOML, "address")),
    "configuration with a path that is none": (rewrite(TOML, "registry.db", "\\u0000"), (TOML,)),
    "configuration of another registry": (rewrite(TOML, ORIGIN, "c.example/x"), (ORIGIN, "c.example/x")),
    "publication address without port": (more("[publication]", 'address = "x"'), ("[publication] address",)),
    "publication without address": (more("[publication]"), ("[publication]", "address")),
    "witnesses without policy": (more("[witnesses]"), ("[witnesses]", "policy")),
    "witnesses asked never": (more("[witnesses]", 'policy = "p"', "interval_s = inf"), ("interval_s",)),
    "stamping without url": (more("[stamping]", 'certificate = "c"'), ("[stamping]", "url")),
    "stamping elsewhere than on the web": (more(*STAMPING, 'url = "ftp://x"'), ("[stamping] url",)),
    "stamping that is always late": (more(*STAMPING, 'url = "http://x/"', "max_age_s = 60"), ("max_age_s",)),
    "signer that is no path": (rewrite(TOML, "keys/receipt.key", "\\u0000"), ("[signing] receipt",)),
    "no log key at all": (rewrite(TOML, 'log_key = "keys/log.key"', ""), ("[paths]", "[signing] log")),
    "log key that is encrypted": (encrypted_log_key, ("log.key", "pass phrase")),
    "log key in a token that is none": (
        rewrite(TOML, '"keys/log.key"', '"pkcs11:module=/no.so;token=x;object=log"'), ("/no.so",)
    ),
    "suite that is required from later on": (
        more("[suites]", 'require = ["SUITE_ED25519"]', "first_size = 5000"), ("[suites] first_size", "5000")
    ),
    "suite from a size that is none": (
        more("[suites]", 'require = ["SUITE_ED25519"]', "first_size = true"), ("[suites] first_size",)
    ),
    "suite that no log key is of": (more("[suites]", 'require = ["SUITE_SM2_SM3"]'), ("[suites]", "日志")),
    "address without port": (rewrite(TOML, ADDRESS, '"localhost"'), ("localhost",)),
    "port out of range": (rewrite(TOML, ADDRESS, '"127.0.0.1:70000"'), ("70000",)),
    "address of another machine": (rewrite(TOML, ADDRESS, '"192.0.2.1:0"'), ("192.0.2.1",)),
    "host that does not exist": (rewrite(TOML, ADDRESS, '"nowhere.invalid:0"'), ("nowhere.invalid",)),
    "store missing": (drop(DB), (DB, "registry init")),
    "store of a newer version": (sql("UPDATE alembic_version SET version_num = '9999'"), ("9999", "升级")),
    "store of an older version": (sql("DELETE FROM alembic_version"), ("registry migrate",)),
    "store empty": (put(DB, b""), (DB, "空文件")),
    "store garbage": (put(DB, b"garbage" * 5000), ("不是本系统的数据库",)),
    "store cut off": (cut, ("损坏",)),
    "store damaged": (damage, ("损坏",)),
    "store a directory": (a_directory_for_a_store, (DB,)),
    "store without statements": (sql("DELETE FROM checkpoint"), ("创世",)),
    "frontier garbage": (sql("UPDATE checkpoint SET frontier = x'00'"), ("存储被改动", "registry verify")),
    "frontier of another tree": (sql(f"UPDATE checkpoint SET frontier = {OTHER_TREE}"), ("存储被改动",)),
    "tree of another size": (sql("UPDATE checkpoint SET size = size - 1"), ("存储被改动",)),
    "last statement gone": (sql(f"DELETE FROM statement WHERE position = {LAST}"), ("存储被改动",)),
    "a statement too many": (sql(ONE_MORE), ("存储被改动",)),
    "store without an edition": (sql("DELETE FROM edition"), ("目录版本",)),
    "store of an unknown edition": (sql("UPDATE edition SET hash = 'f00'"), ("目录版本",)),
    "store without facts": (sql("DELETE FROM meta"), ("存储",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed: copy it."""
    return installation(tmp_path_factory.mktemp("good") / "registry")


@pytest.fixture
def copy(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "registry"))


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_missing_wrong_or_damaged_is_named_in_one_line_and_nothing_is_changed(
    copy: Path, name: str
) -> None:
    spoil, words = SPOILT[name]
    spoil(copy)
    before = digests(copy)
    with pytest.raises((StartError, ConfigError)) as raised:
        start(copy)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message
    assert digests(copy) == before


def start(directory: Path) -> None:
    """Starts as ``registry serve`` does; what goes wrong is raised, what does not is closed again."""
    config = load_config(directory)
    credentials = server_credentials(config)
    engine = start_engine(config)
    try:
        build_server(engine, credentials, config.address)
    finally:
        engine.close()


def test_a_good_installation_starts(copy: Path) -> None:
    start(copy)


def test_it_starts_with_its_log_key_encrypted_or_among_the_signers(copy: Path) -> None:
    encrypted_log_key(copy)
    put("phrase", b"phrase\n")(copy)
    line = "file:keys/log.key;passphrase-file=phrase"
    rewrite(TOML, 'log_key = "keys/log.key"', f'log_key = "{line}"')(copy)
    start(copy)
    rewrite(TOML, f'log_key = "{line}"\n', "")(copy)
    rewrite(TOML, "[signing]", f'[signing]\nlog = ["{line}"]')(copy)
    start(copy)
    assert in_process("verify", "--directory", copy, "--rebuild").code == 0


AS_A_PROCESS = (
    "vault key of another registry",
    "log key garbage",
    "log key of another log",
    "certificate missing",
    "configuration malformed",
    "store of a newer version",
    "store of an older version",
    "store damaged",
)


@pytest.mark.parametrize("name", AS_A_PROCESS)
def test_serve_prints_the_one_line_and_fails(copy: Path, name: str) -> None:
    SPOILT[name][0](copy)
    before = digests(copy)
    assert_one_line(registry("serve", "--directory", copy), *SPOILT[name][1])
    assert digests(copy) == before


def test_serve_names_a_port_in_use(copy: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        rewrite(TOML, ADDRESS, f'"{address}"')(copy)
        before = digests(copy)
        assert_one_line(registry("serve", "--directory", copy), address, "in use")
    assert digests(copy) == before


def test_every_second_writer_is_kept_out_while_a_server_runs(copy: Path) -> None:
    with started(copy):
        before = digests(copy)
        assert_one_line(registry("serve", "--directory", copy), DB, "另一进程")
        for name in ("verify", "rebuild", "migrate"):
            assert_one_line(in_process(name, "--directory", copy), DB, "另一进程")
        assert digests(copy) == before


def test_a_read_only_disk_is_told_in_one_line(copy: Path, tmp_path: Path) -> None:
    view = tmp_path / "view"
    view.mkdir()
    mount("--bind", str(copy), str(view))
    try:
        mount("-o", "remount,ro,bind", str(view))
        before = digests(copy)
        assert_one_line(registry("serve", "--directory", view), "只读")
        for name in ("verify", "rebuild", "migrate"):
            assert_one_line(in_process(name, "--directory", view), "只读")
        caller = ("--role", "auditor", "--caller", "a", "--name", "a")
        assert_one_line(in_process("issue", "--directory", view, *caller), "Read-only")
        office = ("--operator-code", OPERATOR.office.code, "--operator-name", OPERATOR.office.name)
        assert_one_line(in_process("init", "--directory", view / "new", *office), "Read-only")
        assert digests(copy) == before
    finally:
        subprocess.run(["umount", str(view)], check=True)


def test_a_read_only_store_alone_is_told_in_one_line(copy: Path) -> None:
    store = str(copy / DB)
    mount("--bind", store, store)
    try:
        mount("-o", "remount,ro,bind", store)
        before = digests(copy)
        assert_one_line(registry("serve", "--directory", copy), DB, "只读")
        assert digests(copy) == before
    finally:
        subprocess.run(["umount", store], check=True)
