"""Random histories, and random questions about whom they tell of: every receipt verifies offline.

The histories are those by which verdicts are tried (``tests.sanctions.histories``), told again to a real
registry by departments with keys of their own; midway another edition becomes law. A receipt must have proof
unless there is nothing to prove by, and whoever checks it must come to the verdict that was answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import grpc
import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.domain.identifiers import organisation_code_of
from registry.editions import current_edition
from registry.provenance.envelope import sign_envelope
from registry.provenance.file_signer import FileSigner
from registry.sanctions.cases import fictional
from registry.v1 import receipt_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import statement_pb2 as statements
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, ReceiptRequest
from tests.receipts.serving import serving_receipts
from tests.sanctions.histories import RECEIVED_ON, History, Trial, a_question
from tests.support.clock import instant_ms
from tests.support.editions import Officials, adopt, appoint_officials, edition_files, new_rule, parsed
from tests.support.events import firm, old_code, person, placed
from tests.support.random_acts import FIRMS, PERSONS, write_random_acts
from tests.support.spine import ORIGIN, ROLE_OF_DOMAIN, Spine, found_spine, furnish
from tests.verification.world import PROCUREMENT, World

SEEDS, HISTORIES, LENGTH, QUESTIONS = (0, 7), 4, 45, 70
NOTHING_TO_PROVE_BY = {
    receipt_pb2.SHORTFALL_REASON_PERSON_WITHOUT_RECORD,
    receipt_pb2.SHORTFALL_REASON_CODE_WITHOUT_RECORD,
}


@dataclass
class Asked:
    """What receipts were asked for, and what came."""

    world: World
    receipts: list[tuple[str, receipt_pb2.Receipt]] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)

    def ask(self, request: pb.CheckRequest) -> None:
        """Asks for a receipt and checks it."""
        request.receipt.CopyFrom(ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF))
        request.purpose.reference, request.purpose.reason = "案1", "审查"
        try:
            receipt = self.world.restrictions(request.purpose.domain).Check(request).receipt
        except grpc.RpcError as error:  # A role or an industry that there is not.
            if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                raise
            return
        answer = receipt_pb2.Answer.FromString(receipt.answer)
        assert {each.reason for each in answer.shortfalls} <= NOTHING_TO_PROVE_BY, request
        report = self.world.report(receipt, accept_shortfalls=True)
        told = pb.CheckResponse.FromString(answer.response)
        assert report.ok, (request, told.verdict, told.hits, report.faults)
        assert report.verdict == told.verdict
        self.met["proven"] += not answer.shortfalls
        self.met.update(verdict_pb2.HitStatus.Name(hit.status) for hit in told.hits)
        self.met.update("repeats" for hit in told.hits if hit.HasField("repeats_position"))


def fictional_departments(spine: Spine) -> None:
    """A department of every kind, with every mandate and a key."""
    edition = current_edition()
    for kind in sorted(edition.department_kinds):
        registration = fictional.registration(kind, edition)
        placed(spine.say(OPERATOR.key, department_registration=registration))
        signer = spine.signers[registration.code] = FileSigner.generate(SUITE_ED25519)
        enrolment = statements.KeyEnrolment(
            department=registration.code,
            suite=signer.suite,
            public_key=signer.public_key,
            valid_from="2020-01-01",
            valid_until="2035-12-31",
        )
        enrolled = spine.statement(OPERATOR.key, key_enrolment=enrolment)
        placed(spine.put(OPERATOR.key, spine.seal(OPERATOR.key, enrolled, signer))[0])


def tell(spine: Spine, statement: statements.Statement, number: int) -> None:
    """A statement of the trial is made to the registry."""
    said = statements.Statement.FromString(statement.SerializeToString())
    said.origin, said.nonce = ORIGIN, number.to_bytes(16, "big")
    envelope = sign_envelope(said.SerializeToString(), spine.signers[said.department])
    caller = Caller(CallerRole.DEPARTMENT, said.department, ORIGIN)
    for future in spine.engine.intake.submit([envelope], caller):
        future.result(30)


def told_again(spine: Spine, chance: Random, officials: Officials) -> list[History]:
    """Random histories in the spine."""
    files = new_rule(
        edition_files("2027.9"), "M-PRO-01", "2025-01-01",
        term_months="{min: 6, max: 18, lifetime: false}", for_earlier="if_lenient",
    )  # fmt: skip
    ledger = Trial(current_edition())
    histories = [History(chance, number) for number in range(HISTORIES)]
    ledger.deliver(["L-01", "L-02", "L-03"][: chance.choice([2, 3, 3])], RECEIVED_ON)
    turns = [history for history in histories for _ in range(LENGTH)]
    chance.shuffle(turns)
    told = 0
    for turn, history in enumerate(turns):
        if turn == len(turns) // 2:
            adopt(spine, files, "2026-04-01", officials)
            ledger.adopt(parsed(files), RECEIVED_ON.replace(year=2026, month=4))
        history.go_on(ledger)
        for statement, _ in ledger.log[told:]:
            told += 1
            tell(spine, statement, told)
    return histories


def questions(history: History, size: int) -> Iterator[pb.CheckRequest]:
    """Questions about those whom a history tells of."""
    for _ in range(QUESTIONS):
        asked = a_question(history, current_edition())
        request = pb.CheckRequest(subject=history.asked().identifier)
        if history.chance.random() < 0.1 and request.subject.type == subject_pb2.IDENTIFIER_TYPE_USCC:
            request.subject.type = subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE
            request.subject.value = organisation_code_of(request.subject.value)
        request.purpose.domain = asked.domain if asked.domain in ROLE_OF_DOMAIN else PROCUREMENT
        request.matter.role, request.matter.tender_kind = asked.role, asked.tender_kind
        scope = subject_pb2.Scope(region=asked.region, industry=asked.industry, activity=asked.activity)
        request.matter.scope.CopyFrom(scope)
        request.valid_time.FromMilliseconds(instant_ms(asked.day))
        if history.chance.random() < 0.3:
            request.consistency.at_exact_position = size - 1 - history.chance.randrange(40)
        yield request


@pytest.mark.parametrize("seed", SEEDS)
def test_every_receipt_about_a_random_history_is_worked_out_again(tmp_path: Path, seed: int) -> None:
    chance, spine = Random(seed), found_spine(tmp_path / "registry", RECEIVED_ON)
    fictional_departments(spine)
    histories = told_again(spine, chance, appoint_officials(spine))
    with serving_receipts(spine) as running:
        asked = Asked(World(running))
        for history in histories:
            for request in questions(history, spine.engine.state.size):
                asked.ask(request)
    assert asked.met["proven"] >= 100


def test_so_is_every_receipt_about_random_acts(tmp_path: Path) -> None:
    chance, spine = Random(5), furnish(found_spine(tmp_path / "registry"))
    write_random_acts(spine, chance, 150)
    people = [firm(number).identifier for number in range(FIRMS)]
    people += [old_code(firm(number)) for number in range(FIRMS)]
    people += [person(number).identifier for number in range(PERSONS)]
    with serving_receipts(spine) as running:
        asked = Asked(World(running))
        for _ in range(QUESTIONS):
            request = pb.CheckRequest(subject=chance.choice(people))
            request.purpose.domain = chance.choice(sorted(ROLE_OF_DOMAIN))
            request.valid_time.FromMilliseconds(instant_ms(date(2026, chance.randrange(1, 13), 15)))
            request.consistency.at_exact_position = chance.randrange(30, spine.engine.state.size)
            asked.ask(request)
