"""``registryctl log`` at a served registry, as an auditor and a department use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from registry.access.identity import CallerRole
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.leaf import LEAF_BYTES, Leaf, statement_hash
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import verify_inclusion
from registry.provenance.tlog_proof import TlogProof
from registry.provenance.vkey import NoteKey
from registry.v1.envelope_pb2 import SUITE_ED25519, SignedStatement
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import firm, licence, person, placed
from tests.support.served import Served, exit_ban, serving, short_ban
from tests.support.spine import ORIGIN, found_spine, furnish

KEY = "财政"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(furnish(found_spine(tmp_path_factory.mktemp("served") / "registry"))) as running:
        yield running


@pytest.fixture(scope="module")
def auditor(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_of(
        served, tmp_path_factory.mktemp("auditor") / "credentials", served.system(CallerRole.AUDITOR)
    )


@pytest.fixture(scope="module")
def department(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Office:
    directory = tmp_path_factory.mktemp("department") / "credentials"
    return office_of(served, directory, served.department("法院"), key="法院")


def vkey(signer: FileSigner) -> str:
    return NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key)).vkey


@pytest.fixture
def own_key(served: Served) -> str:
    return vkey(FileSigner.load(served.spine.config.log_key, None))


def test_checkpoint_is_shown_saved_and_said_to_be_verified(
    auditor: Office, own_key: str, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint"
    shown = auditor.ctl("log", "checkpoint", "--log-key", own_key, "--out", kept)
    told = auditor.ctl("log", "checkpoint", "--log-key", own_key, "--json").objects[0]
    assert (told["origin"], told["verified"], told["checkpoint"]) == (ORIGIN, True, kept.read_text("utf-8"))
    assert f"条数{told['size']}" in shown.text
    assert "签名已核验" in shown.text
    assert "签名未核验" in auditor.ctl("log", "checkpoint").text


def test_policy_file_says_whose_signatures_count(auditor: Office, own_key: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text(f"log {own_key}\nquorum none\n", "utf-8")
    assert "签名已核验" in auditor.ctl("log", "checkpoint", "--policy", policy).text
    policy.write_text(
        f"log {own_key}\nrequire {vkey(FileSigner.generate(SUITE_ED25519))}\nquorum none\n", "utf-8"
    )
    refused = auditor.ctl("log", "checkpoint", "--policy", policy)
    assert (refused.exit_code, refused.output) == (3, "")
    assert "缺少" in refused.errors
    policy.write_text("nonsense\n", "utf-8")
    assert auditor.ctl("log", "checkpoint", "--policy", policy).exit_code == 3
    assert auditor.ctl("log", "checkpoint", "--policy", tmp_path / "none").exit_code == 3
    assert auditor.ctl("log", "checkpoint", "--policy", policy, "--log-key", own_key).exit_code == 2


def test_checkpoint_signed_by_another_key_is_refused_in_one_line(auditor: Office) -> None:
    stranger = vkey(FileSigner.generate(SUITE_ED25519))
    for arguments in (
        ("checkpoint",),
        ("prove", 3),
        ("leaves", 0),
        ("statement", 0),
        ("watch", "--limit", 1),
    ):
        refused = auditor.ctl("log", *arguments, "--log-key", stranger)
        assert (refused.exit_code, refused.output, refused.errors.count("\n")) == (3, "", 1)
    assert auditor.ctl("log", "checkpoint", "--log-key", "nonsense").exit_code == 3


def test_proof_is_shown_and_saved_for_other_tools(auditor: Office, own_key: str, tmp_path: Path) -> None:
    saved = tmp_path / "leaf-5.tlog-proof"
    shown = auditor.ctl("log", "prove", 5, "--log-key", own_key, "--out", saved)
    told = auditor.ctl("log", "prove", 5, "--log-key", own_key, "--json").objects[0]
    proof = TlogProof.parse(saved.read_text("utf-8"))
    leaf, root = bytes.fromhex(told["leaf"]), bytes.fromhex(checkpoint_of(auditor)["root"])
    verify_inclusion(leaf_hash(leaf), proof.index, told["size"], proof.hashes, root)
    assert proof.note == told["checkpoint"]
    assert [each.hex() for each in proof.hashes] == told["proof"]
    assert f"陈述哈希{Leaf.decode(leaf).statement_hash.hex()}" in shown.text
    assert shown.widest <= 80


def checkpoint_of(office: Office) -> dict[str, str]:
    told: dict[str, str] = office.ctl("log", "checkpoint", "--json").objects[0]
    return told


def test_log_is_proven_to_have_only_grown_since_a_checkpoint_that_was_kept(
    served: Served, auditor: Office, own_key: str, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    auditor.ctl("log", "checkpoint", "--out", old)
    size = int(checkpoint_of(auditor)["size"])
    placed(served.spine.say("市场监管", event=licence("市场监管", firm(7001))))
    shown = auditor.ctl("log", "consistency", old, "--log-key", own_key, "--out", new)
    assert f"前{size}条未变，增加1条" in shown.text
    assert auditor.ctl("log", "consistency", new, "--json").objects[0]["second"] == size + 1
    told = auditor.ctl("log", "prove", 3, "--checkpoint", old, "--json").objects[0]
    assert told["size"] == size
    forged = tmp_path / "forged"
    root = old.read_text("utf-8").split("\n")[2]
    forged.write_text(old.read_text("utf-8").replace(root, "A" * 43 + "="), "utf-8")
    assert auditor.ctl("log", "consistency", forged).exit_code == 3
    assert auditor.ctl("log", "consistency", tmp_path / "missing").exit_code == 3


def test_leaves_are_listed_by_what_can_be_seen_of_them(auditor: Office, own_key: str) -> None:
    shown = auditor.ctl("log", "leaves", 0, "--count", 3, "--log-key", own_key)
    assert [word for word in ("创世", "部门、人员", "登记密钥") if word in shown.text] == [
        "创世",
        "部门、人员",
        "登记密钥",
    ]
    assert shown.widest <= 80
    objects = auditor.ctl("log", "leaves", 2, "--count", 4, "--json").objects
    assert [each["position"] for each in objects] == [2, 3, 4, 5]
    assert {len(each["leaf"]) for each in objects} == {2 * LEAF_BYTES}


def test_department_has_its_own_statement_masked_on_the_screen_and_whole_in_the_file(
    served: Served, department: Office, auditor: Office, own_key: str, tmp_path: Path
) -> None:
    position = placed(served.spine.say("法院", "exit-1", event=exit_ban(person(7001))))
    saved = tmp_path / "statement"
    shown = department.ctl("log", "statement", position, "--log-key", own_key, "--out", saved)
    told = department.ctl("log", "statement", position, "--log-key", own_key, "--json")
    number = person(7001).identifier.value
    assert number not in shown.output + told.output
    assert "exit-1" in shown.text
    assert told.objects[0]["statement"]["statement_id"] == "exit-1"
    envelope = SignedStatement.FromString(saved.read_bytes()).envelope
    assert number.encode() in envelope.payload
    leaf = Leaf.decode(bytes.fromhex(told.objects[0]["leaf"]))
    assert leaf.statement_hash == statement_hash(envelope.payload_type, envelope.payload)
    assert (
        department.ctl("log", "statement", position, "--out", saved).exit_code == 3
    )  # There is one already.
    refused = auditor.ctl("log", "statement", position)
    assert (refused.exit_code, "无权查看" in refused.errors) == (3, True)


def test_what_the_log_does_not_have_is_told_in_one_line(auditor: Office) -> None:
    for arguments in (("prove", 10**6), ("statement", 10**6)):
        refused = auditor.ctl("log", *arguments)
        assert (refused.exit_code, refused.output) == (3, "")
        assert "还没有" in refused.errors
    assert auditor.ctl("log", "leaves", 10**6).exit_code == 0


def test_watch_prints_each_new_checkpoint(served: Served, auditor: Office, own_key: str) -> None:
    size = int(checkpoint_of(auditor)["size"])

    def state_one_more() -> None:
        placed(served.spine.say(KEY, event=short_ban(90)))

    stating = Thread(target=state_one_more)
    stating.start()
    shown = auditor.ctl("log", "watch", "--limit", 1, "--log-key", own_key)
    stating.join()
    assert shown.lines[0].endswith("已核验")
    assert int(shown.lines[0].split()[0]) in (size, size + 1)
    told = auditor.ctl("log", "watch", "--limit", 1, "--json").objects[0]
    assert (told["size"], told["verified"]) == (size + 1, False)
