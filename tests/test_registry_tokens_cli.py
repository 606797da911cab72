"""``registry token``: what the operator issues, revokes and trusts, and that nothing of it is lost."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry.access.token_files import read_trust
from registry.access.tokens import Trust
from registry.durable import LOCK_NAME
from registry.provenance.access_token import TokenError, TokenKey
from registry.token_desk import revoke
from tests.support.command import Run, assert_one_line, digests, in_process, mount
from tests.support.spine import ORIGIN, found_spine

CALLER = Caller(CallerRole.PROCUREMENT_SYSTEM, "platform", ORIGIN)
FACE = Caller(CallerRole.FACE, "gateway", ORIGIN)
ISSUED = ("--role", "system/procurement", "--caller", "platform")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spine = found_spine(tmp_path_factory.mktemp("tokens") / "registry")
    spine.engine.close()
    return spine.directory


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(founded, tmp_path / "registry"))


def token(home: Path, command: str, *arguments: str | Path) -> Run:
    return in_process("token", command, "--directory", home, *arguments)


def trust_of(home: Path) -> Trust:
    return read_trust(home / "tokens/issuers.jwks", home / "tokens/revoked")


def issued(home: Path, *more: str) -> tuple[str, str]:
    """A token and its name."""
    run = token(home, "issue", *ISSUED, *more)
    assert run.code == 0, run.err
    assert run.out.count("\n") == 1
    return run.out.strip(), run.err.split("编号 ")[1].split(",")[0]


def test_a_new_installation_issues_tokens_of_systems_at_its_gateway(home: Path) -> None:
    assert (home / "keys/token.key").stat().st_mode & 0o077 == 0
    text, name = issued(home, "--days", "1")
    caller, said = trust_of(home).admit(text, FACE, int(time.time()))
    assert (caller, said.token_id, said.expires_s - said.issued_s) == (CALLER, name, 86_400)


def test_a_token_is_shown_once_and_kept_nowhere(home: Path) -> None:
    text, name = issued(home)
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert name.encode() in kept
    assert not any(piece.encode() in kept for piece in text.split(".")[1:])
    line = (home / "tokens/issued").read_text("utf-8").splitlines()[0].split("\t")
    assert line[:3] == [name, CALLER.uri, FACE.uri]
    assert (home / "tokens/issued").stat().st_mode & 0o077 == 0


def test_a_revoked_token_is_on_the_list_that_servers_read(home: Path) -> None:
    _, name = issued(home)
    assert token(home, "revoke", name, "--remark", "交接\n另一行 # 完").code == 0
    assert trust_of(home).revoked == {name}
    assert token(home, "revoke", name).code == 0
    assert "已吊销 1个" in token(home, "list").out


def test_revoking_by_the_token_itself_is_refused_without_repeating_it(home: Path) -> None:
    text, _ = issued(home)
    for wrong in (text, "", "a b", "a\nb", "#", "令牌", "x" * 65):
        run = token(home, "revoke", wrong)
        assert_one_line(run, "编号")
        assert text not in run.err
    assert trust_of(home).revoked == frozenset()


def test_revocations_at_the_same_time_are_all_kept(home: Path) -> None:
    names = [f"t-{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: revoke(home / "tokens/revoked", name, ""), names))
    assert trust_of(home).revoked == set(names)


def test_a_full_disk_is_told_in_one_line_and_the_lists_are_as_they_were(tmp_path: Path, home: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk))
    try:
        shutil.copytree(home / "tokens", disk / "tokens")
        shutil.rmtree(home / "tokens")
        (home / "tokens").symlink_to(disk / "tokens")
        with (disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(b"x" * 512)
        before = digests(disk / "tokens")
        assert_one_line(token(home, "revoke", "t-1"), "revoked")
        assert_one_line(token(home, "issue", *ISSUED), "issued")
        assert digests(disk / "tokens").items() >= before.items()
        assert trust_of(home).revoked == frozenset()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_list_edited_by_hand_without_a_last_line_end_loses_nothing(home: Path) -> None:
    (home / "tokens/revoked").write_text("first", "utf-8")
    assert token(home, "revoke", "second").code == 0
    assert trust_of(home).revoked == {"first", "second"}


def test_another_issuer_is_trusted_for_what_was_said_and_never_with_its_private_key(home: Path) -> None:
    key = TokenKey.new()
    (home / "console.jwk").write_bytes(
        json.dumps({**json.loads(key.private), "kid": key.public["kid"]}).encode()
    )
    said = ("--key", home / "console.jwk", "--role", "auditor", "--role", "department", "--face", "console")
    assert token(home, "trust", "console", *said, "--longest", "300").code == 0
    listed = {issuer.name: issuer for issuer in trust_of(home).issuers.values()}
    assert listed["console"].roles == {CallerRole.AUDITOR, CallerRole.DEPARTMENT}
    assert (listed["console"].longest_s, "operator" in listed) == (300, True)
    assert json.loads(key.private)["d"] not in (home / "tokens/issuers.jwks").read_text()
    again = ("--key", home / "console.jwk", "--role", "auditor", "--face", "console")
    assert token(home, "trust", "console", *again).code == 0
    listed = {issuer.name: issuer for issuer in trust_of(home).issuers.values()}
    assert (len(listed), listed["console"].roles) == (2, frozenset({CallerRole.AUDITOR}))
    assert "console" in token(home, "list").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("issue", "--role", "auditor", "--caller", "city"),
        ("issue", "--role", "face", "--caller", "gateway"),
        ("issue", *ISSUED, "--days", "0"),
        ("issue", *ISSUED, "--days", "367"),
    ],
)
def test_what_nobody_can_have_is_not_an_option(arguments: tuple[str, ...], home: Path) -> None:
    before = digests(home)
    assert token(home, arguments[0], *arguments[1:]).code == 2
    assert digests(home) == before


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("issue", *ISSUED, "--face", "console"), "console"),
        (("issue", *ISSUED, "--face", "Gate way"), "Gate way"),
        (("issue", "--role", "system/procurement", "--caller", "Platform"), "Platform"),
        (("issue", "--role", "department", "--caller", "11130900DEM00009X4"), "11130900DEM00009X4"),
        (("trust", "x", "--key", "missing", "--role", "auditor", "--face", "console"), "missing"),
        (("trust", "x", "--key", "registry.toml", "--role", "auditor", "--face", "console"), "registry.toml"),
        (("trust", "", "--key", "keys/token.key", "--role", "auditor", "--face", "console"), "kid"),
    ],
)
def test_a_fault_is_one_line_and_changes_nothing(
    arguments: tuple[str, ...], word: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    before = digests(home)
    assert_one_line(token(home, arguments[0], *arguments[1:]), word)
    assert digests(home) == before


@pytest.mark.parametrize("ruined", ["tokens/issuers.jwks", "keys/token.key"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"[" * 60_000, b'{"keys": [{}]}', b"\xff"])
def test_damaged_files_are_told_in_one_line(ruined: str, content: bytes | None, home: Path) -> None:
    (home / ruined).unlink()
    if content is not None:
        (home / ruined).write_bytes(content)
    assert_one_line(token(home, "issue", *ISSUED), Path(ruined).name)


def test_an_operators_key_that_is_not_listed_issues_nothing(home: Path) -> None:
    (home / "keys/token.key").write_bytes(TokenKey.new().private)
    assert_one_line(token(home, "issue", *ISSUED), "token.key", "issuers.jwks")
    assert not (home / "tokens/issued").exists()


def test_an_older_installation_is_set_up_once(home: Path) -> None:
    config = home / "registry.toml"
    text = config.read_text("utf-8")
    older = text[: text.index("[tokens]")] + text[text.index("[map]") :]
    config.write_text(older, "utf-8")
    shutil.rmtree(home / "tokens")
    (home / "keys/token.key").unlink()
    assert_one_line(token(home, "issue", *ISSUED), "[tokens]", "setup")
    made = token(home, "setup")
    assert made.code == 0
    config.write_text(older + made.out[made.out.index("[tokens]") : made.out.index("并重新启动")], "utf-8")
    text, _ = issued(home)
    assert trust_of(home).admit(text, FACE, int(time.time()))[0] == CALLER
    before = digests(home)
    assert_one_line(token(home, "setup"), "token.key")
    assert digests(home) == before


def test_a_new_key_of_the_operator_leaves_other_issuers_and_what_was_revoked(home: Path) -> None:
    """He takes his key away, perhaps because it leaked; what the console's tokens may do is not undone."""
    old, _ = issued(home)
    public = home / "console.jwk"
    public.write_bytes(json.dumps(TokenKey.new().public).encode())
    trusted = ("console", "--key", public, "--role", "auditor", "--face", "console")
    assert token(home, "trust", *trusted).code == 0
    assert token(home, "revoke", "stolen-1").code == 0
    (home / "keys/token.key").unlink()
    assert token(home, "setup").code == 0
    found = trust_of(home)
    assert sorted(each.name for each in found.issuers.values()) == ["console", "operator"]
    assert found.revoked == {"stolen-1"}
    with pytest.raises(TokenError):
        found.admit(old, FACE, int(time.time()))
    new, _ = issued(home)
    assert found.admit(new, FACE, int(time.time()))[0] == CALLER


def test_setup_that_cannot_write_leaves_nothing_behind(home: Path) -> None:
    (home / "keys/token.key").unlink()
    (home / "tokens/issuers.jwks").write_text("{", "utf-8")
    before = digests(home)
    assert_one_line(token(home, "setup"), "issuers.jwks")
    assert digests(home).items() >= before.items()
    assert not (home / "keys/token.key").exists()


def test_whoever_changes_the_lists_every_account_that_serves_can_read_them(home: Path) -> None:
    """An operator is root, perhaps: lists of his own alone would shut out whoever comes through a face."""
    assert token(home, "revoke", "stolen-1").code == 0
    for name in ("issuers.jwks", "revoked", LOCK_NAME):
        assert (home / "tokens" / name).stat().st_mode & 0o777 == 0o644
