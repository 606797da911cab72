"""The list of revoked tokens is edited by hand, in a hurry: however a name is written there, it counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry.access.token_files import TokenDoor, read_trust
from registry.provenance.access_token import AccessToken, TokenError, TokenKey
from registry.token_desk import Vouching

ORIGIN, NOW = "credit.example/test", 1_790_000_000
FACE = Caller(CallerRole.FACE, "gateway", ORIGIN)
CALLER = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)
KEY = TokenKey.new()
VOUCHING = Vouching("operator", ["system/procurement"], ["gateway"], 600)


def token(name: str) -> str:
    return KEY.sign(AccessToken("operator", CALLER.uri, ORIGIN, FACE.uri, name, NOW, NOW + 600))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    issuers, revoked = tmp_path / "issuers.jwks", tmp_path / "revoked"
    issuers.write_text(json.dumps({"keys": [VOUCHING.entry(KEY.public)]}))
    revoked.touch()
    return issuers, revoked


HAND_WRITTEN = [
    "\ufefft-1\r\n",
    "t-1 电脑丢失\n",
    "old; t-1;\n",
    "old,t-1",
    " \u3000t-1\t# 交接\n",
    "t-1\x00\n",
]


@pytest.mark.parametrize("written", HAND_WRITTEN)
def test_a_name_that_was_written_by_hand_is_revoked(written: str, files: tuple[Path, Path]) -> None:
    files[1].write_text(written, "utf-8")
    door = TokenDoor(*files, lambda: NOW)
    with pytest.raises(TokenError, match="吊销"):
        door.caller(token("t-1"), FACE)
    assert door.caller(token("t-2"), FACE) == CALLER


@pytest.mark.parametrize("name", ["a b", "a#b", "a\nb", "编号", "x" * 65])
def test_a_token_that_no_list_could_name_is_not_taken(name: str, files: tuple[Path, Path]) -> None:
    with pytest.raises(TokenError, match="无法吊销"):
        TokenDoor(*files, lambda: NOW).caller(token(name), FACE)


def test_issuers_nested_beyond_all_measure_are_a_fault_of_the_file(files: tuple[Path, Path]) -> None:
    files[0].write_bytes(b"[" * 200_000)
    with pytest.raises(TokenError, match="不是 JSON"):
        read_trust(*files)


def test_whoever_holds_a_token_that_ended_or_was_revoked_takes_no_place_of_its_caller(
    files: tuple[Path, Path],
) -> None:
    now = [NOW]
    door = TokenDoor(*files, lambda: now[0])
    first, second = token("t-1"), token("t-2")
    for each in (first, second):
        door.caller(each, FACE)
    files[1].write_text("t-1\n", "utf-8")
    now[0] += 2
    assert (door.known(first, FACE), door.known(second, FACE)) == (None, CALLER)
    now[0] += 600
    assert door.known(second, FACE) is None
