"""The page's own check of receipts, run by Node: of receipts of releases, of fresh ones, of forged ones.

What the scripts find is held against what ``registry.verification`` finds of the same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError

import registry_web
from registry.provenance.answer import seal_receipt, sign_answer
from registry.provenance.file_signer import FileSigner
from registry.provenance.vkey import vkey
from registry.provenance.witness_policy import Policy
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519, SUITE_SM2_SM3
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_SIGNED, Receipt
from registry.v1.restriction_service_pb2 import Party
from registry.verification import check_receipt
from registry_web.portal.wire_table import source
from tests.receipts_of_releases.folder import FOLDER
from tests.registry_papers import answer_samples
from tests.registry_web.portal.forgeries import forgeries, signed_by_nobody
from tests.registry_web.portal.town import BANNED, LISTED, PLAIN, Portal
from tests.support.events import firm, person
from tests.verification.world import content_of, policy_text

STATIC = Path(registry_web.__file__).parent / "static"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed (package nodejs)")
Case = dict[str, Any]


class Cases:
    """Cases laid out in a directory for ``checks.test.mjs``."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.cases = directory, list[Case]()
        scripts = directory / "js"
        scripts.mkdir()
        (scripts / "package.json").write_text('{"type": "module"}')
        for script in STATIC.glob("verify*.js"):
            shutil.copy(script, scripts)

    def add(self, name: str, content: bytes, policy: str, state: str, **more: Any) -> None:
        file = f"{len(self.cases)}.receipt"
        (self.directory / file).write_bytes(content)
        (self.directory / f"{file}.policy").write_text(policy)
        self.cases.append({"name": name, "file": file, "policy": f"{file}.policy", "state": state, **more})

    def run(self) -> None:
        assert NODE is not None
        (self.directory / "cases.json").write_text(json.dumps(self.cases))
        script = Path(__file__).with_name("checks.test.mjs")
        done = subprocess.run(
            [NODE, "--no-warnings", "--test", str(script)],
            env=os.environ | {"CHECKS": str(self.directory)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert f"# pass {len(self.cases)}" in done.stdout, done.stdout[-2000:]


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    return Cases(tmp_path)


def test_the_tables_of_messages_are_those_of_the_protos() -> None:
    written = (STATIC / "verify-schema.js").read_text("utf-8")
    assert written == source(), "write it again: python -m registry_web.portal.wire_table"


@needs_node
def test_receipts_of_releases_are_checked_as_the_program_does(cases: Cases) -> None:
    found = sorted(FOLDER.glob("*/*.pb"))
    assert found
    for file in found:
        own = file.with_suffix(".policy")
        policy = (own if own.exists() else file.with_name("policy")).read_text()
        report = check_receipt(file.read_bytes(), Policy.parse(policy))
        assert not [line for line in report.faults if line.name != "verdict"]
        beyond = own.exists()  # SM2, of which no browser can say that the registry signed it.
        cases.add(str(file), file.read_bytes(), policy, "warn" if beyond else "good", told=not beyond)
    cases.run()


@needs_node
def test_of_a_signature_that_cannot_be_checked_here_nothing_is_told(cases: Cases) -> None:
    for suite in (SUITE_SM2_SM3, SUITE_ED25519):
        signer = FileSigner.generate(suite)
        lacks = "Ed25519" if suite == SUITE_ED25519 else ""
        content = signed_by_nobody(signer)
        assert not check_receipt(content, answer_samples.policy(signer)).ok
        cases.add(signer.keyid, content, policy_of(signer), "warn", told=False, lacks=lacks)
    cases.run()


@needs_node
def test_one_key_that_can_be_checked_is_enough_to_tell_in_amber(cases: Cases) -> None:
    signers = [FileSigner.generate(suite) for suite in (SUITE_SM2_SM3, SUITE_ED25519)]
    answer = answer_samples.answer_of(answer_samples.check()).SerializeToString(deterministic=True)
    receipt = Receipt(version=1, answer=answer, signature=sign_answer(answer, signers))
    content = content_of(seal_receipt(receipt))
    cases.add("both", content, policy_of(*signers), "warn", told=True)
    receipt.signature.signatures[1].sig = bytes(64)
    forged = content_of(seal_receipt(receipt))
    cases.add("neither", forged, policy_of(*signers), "bad", line="answer signature")
    cases.run()


@needs_node
def test_fresh_receipts_of_every_kind_hold(cases: Cases, portal: Portal) -> None:
    policy = policy_text(portal.spine)
    for name, receipt in fresh(portal):
        content = content_of(receipt)
        cases.add(name, content, policy, "good")
        cases.add(f"{name}, in JSON", MessageToJson(receipt).encode(), policy, "good")
        named = MessageToJson(receipt, preserving_proto_field_name=True).encode()
        cases.add(f"{name}, in JSON by the protos' names", named, policy, "good")
        cases.add(f"{name}, pasted", content, policy, "good", text=b64encode(content).decode())
        code = urlsafe_b64encode(_deflated(content)).decode().rstrip("=")
        cases.add(
            f"{name}, as a code", content, policy, "good", text=f"https://credit.example/verify#r={code}"
        )
    cases.run()


@needs_node
def test_every_forgery_is_refused_at_the_line_that_it_breaks(cases: Cases, portal: Portal) -> None:
    policy, parsed = policy_text(portal.spine), Policy.parse(policy_text(portal.spine))
    proven = portal.world.check(firm(BANNED).identifier)
    signed = portal.world.check(firm(BANNED).identifier, evidence=EVIDENCE_LEVEL_SIGNED)
    for receipt in (proven, signed):
        for forged in forgeries(receipt):
            assert not check_receipt(forged.content, parsed).ok
            cases.add(forged.name, forged.content, policy, "bad", line=forged.line)
    cases.run()


@needs_node
def test_no_bit_that_the_program_minds_passes_the_page(cases: Cases) -> None:
    """But for what the page says that it leaves to the whole check: whether keys lived, and the law."""
    content = (FOLDER / "0.1.0" / "one-of-a-batch.pb").read_bytes()
    policy = (FOLDER / "0.1.0" / "policy").read_text()
    for changed in resealed(content, Random(7), 150):
        report = check_receipt(changed, Policy.parse(policy))
        if report.faults and report.faults[0].name != "keys":
            cases.add(f"bit {len(cases.cases)}", changed, policy, "", never="good")
    assert len(cases.cases) > 100
    cases.run()


@needs_node
def test_another_registrys_keys_refuse_a_receipt(cases: Cases, portal: Portal) -> None:
    content = content_of(portal.world.check(firm(BANNED).identifier))
    stranger = (FOLDER / "0.1.0" / "policy").read_text()
    cases.add("keys of another registry", content, stranger, "bad", line="answer signature")
    log_alone = "".join(line for line in policy_text(portal.spine).splitlines(True) if "receipt" not in line)
    cases.add("no receipt key", content, log_alone, "bad", line="answer signature")
    suite = policy_text(portal.spine).replace("quorum none", "suite sm2-sm3\nquorum none")
    cases.add("a suite that nobody signed with", content, suite, "bad", line="answer signature")
    cases.run()


@needs_node
def test_what_was_asked_to_be_proven_and_is_not_is_amber(cases: Cases, portal: Portal) -> None:
    unknown = portal.world.check(person(4040).identifier, subject_pb2.DOMAIN_EXIT_ENTRY)
    cases.add("a person without record", content_of(unknown), policy_text(portal.spine), "warn")
    cases.run()


@needs_node
def test_a_code_with_a_digest_alone_names_one_receipt(cases: Cases, portal: Portal) -> None:
    found = [receipt for _, receipt in fresh(portal)]
    receipts = [content_of(receipt) for receipt in found]
    digest = urlsafe_b64encode(sha256(receipts[0]).digest()).decode().rstrip("=")
    text = f"receipt:#d={digest}&k=check"
    cases.add("the receipt named", receipts[0], policy_text(portal.spine), "", text=text, fits=True)
    named = MessageToJson(found[0]).encode()
    cases.add("the receipt named, in JSON", named, policy_text(portal.spine), "", text=text, fits=True)
    cases.add("another receipt", receipts[1], policy_text(portal.spine), "", text=text, fits=False)
    cases.run()


def policy_of(*signers: FileSigner) -> str:
    """The policy of who knows these receipt keys, and the first as the log's."""
    keys = [vkey(answer_samples.ORIGIN, each.suite, each.public_key) for each in signers]
    lines = (f"log {keys[0]}", *(f"receipt {key}" for key in keys), "quorum none")
    return "".join(f"{line}\n" for line in lines)


def resealed(content: bytes, random: Random, count: int) -> Iterator[bytes]:
    """The receipt with one bit turned, its digest made again; where that is still a receipt."""
    for _ in range(count):
        changed = bytearray(content)
        changed[random.randrange(len(content))] ^= 1 << random.randrange(8)
        try:
            yield seal_receipt(Receipt.FromString(bytes(changed))).SerializeToString(deterministic=True)
        except (DecodeError, UnicodeDecodeError, ValueError):
            continue


def fresh(portal: Portal) -> Iterator[tuple[str, Receipt]]:
    """Receipts of every kind, signed and proven."""
    world = portal.world
    yield "banned", world.check(firm(BANNED).identifier)
    yield "not known", world.check(firm(4041).identifier)
    yield "signed", world.check(firm(LISTED).identifier, evidence=EVIDENCE_LEVEL_SIGNED)
    batch = world.batch(firm(BANNED).identifier.value, firm(PLAIN).identifier.value, each=True)
    yield "one of many", batch[1]
    yield "whole batch", world.batch(firm(BANNED).identifier.value, firm(PLAIN).identifier.value)[0]
    parties = [
        Party(subject=firm(number).identifier, role=subject_pb2.SUBJECT_ROLE_BIDDER, bid=f"投标{number}")
        for number in (BANNED, PLAIN)
    ]
    yield "tender", world.screen(*parties)[0]
    yield "record", world.record(firm(LISTED).identifier)
    yield "certificate", world.certificate(firm(LISTED).identifier)


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()
