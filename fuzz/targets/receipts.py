"""Receipts: a changed one is refused, or says what the registry signed.

The receipts of earlier releases are the beginning; a change may be sealed again (``digest``) and written in
the one deterministic form, so that not the form refuses it but what was changed.
"""

from __future__ import annotations

import json
from functools import cache
from random import Random

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from fuzz.mutators import json_values, messages, plain, wire
from fuzz.places import scratch
from fuzz.target import Mutator, Prepared, holds
from registry.provenance.answer import seal_receipt
from registry.provenance.libcrypto import libcrypto
from registry.provenance.suites import SuiteNotSupportedError
from registry.provenance.witness_policy import Policy
from registry.v1.receipt_pb2 import Receipt
from registry.verification import check_receipt
from tests.receipts_of_releases.folder import FOLDER, policy_of

_SMALL = 40_000


@cache
def kept() -> tuple[tuple[bytes, Policy], ...]:
    """The receipts of earlier releases, each with its policy."""
    paths = sorted(FOLDER.glob("*/*.pb"))
    return tuple((path.read_bytes(), policy_of(path)) for path in paths if _usable(path.stem))


def _usable(name: str) -> bool:
    try:
        return not name.startswith("sm2") or bool(libcrypto())
    except SuiteNotSupportedError:
        return False


def receipt() -> Prepared:
    """A receipt, binary or JSON, checked offline under the policy of its day."""
    held = kept()
    policies = list({policy.text(): policy for _, policy in held}.values())
    signed = {Receipt.FromString(content).answer for content, _ in held}
    verdicts = {
        Receipt.FromString(content).answer: check_receipt(content, policy).verdict for content, policy in held
    }

    def run(data: bytes) -> bool:
        taken = False
        for policy in policies:
            report = check_receipt(data, policy)
            if not report.ok:
                continue
            assert report.answer is not None
            answer = _answer_of(data)
            holds(answer in signed, "an answer that nobody signed is believed")
            holds(report.verdict == verdicts[answer], "a signed answer has another verdict")
            taken = True
        return taken

    seeds = [content for content, _ in held if len(content) < _SMALL]
    texts = [json_format.MessageToJson(Receipt.FromString(each)).encode() for each in seeds[:4]]
    sealed: list[Mutator] = [_sealing(each) for each in (wire.changed, messages.changing(Receipt))]
    return Prepared(run, [*seeds, *texts], (*sealed, *sealed, wire.changed, json_values.changed))


def _answer_of(data: bytes) -> bytes:
    if data.lstrip()[:1] == b"{":
        return json_format.Parse(data.decode(), Receipt()).answer
    return Receipt.FromString(data).answer


def _sealing(mutator: Mutator) -> Mutator:
    def changed(data: bytes, random: Random) -> bytes:
        made = mutator(data, random)
        try:
            content: bytes = seal_receipt(Receipt.FromString(made)).SerializeToString(deterministic=True)
        except (DecodeError, ValueError):
            return made
        return content

    return changed


def answer() -> Prepared:
    """A filed answer or receipt as papers are written of: read for its words, whatever it says."""
    from registry_papers.answers.reading import read_receipt
    from registry_papers.errors import PaperError

    def run(data: bytes) -> bool:
        try:
            filed = read_receipt(data)
            holds(read_receipt(filed.json.encode()).content == filed.content, "a receipt is another as JSON")
        except PaperError:
            return False
        return True

    seeds = [content for content, _ in kept() if len(content) < _SMALL]
    return Prepared(run, seeds, (_sealing(wire.changed), _sealing(messages.changing(Receipt)), wire.changed))


def saved_answer() -> Prepared:
    """Answers on file, as ``registryctl check --json`` printed them, or in a receipt."""
    from registry_client.cli.failures import Failure
    from registry_client.cli.saved_answer import read_answers

    path = scratch() / "answers"

    def run(data: bytes) -> bool:
        path.write_bytes(data)
        try:
            return bool(read_answers(path))
        except Failure:
            return False

    printed = {
        "asked": {"purpose": {"domain": "DOMAIN_PROCUREMENT"}, "matter": {"role": "SUBJECT_ROLE_BIDDER"}},
        "subject": {"type": "IDENTIFIER_TYPE_USCC", "value": "91130902DEMAY4CLX6"},
        "answered": {
            "origin": "o",
            "known_position": 412,
            "valid_time": "2026-11-25T00:00:00+08:00",
            "edition": "e",
        },
        "hits": [{"measure_code": "M-PRO-01", "effect": "BLOCKS"}],
        "verdict": "BLOCKED",
    }
    seeds = [json.dumps(printed).encode(), b'{"together": {}}', kept()[0][0]]
    return Prepared(run, seeds, (json_values.changed, json_values.changed, plain.changed))
