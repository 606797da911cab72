"""Screening, watching, explaining and resolving by the SDK; a watch goes on after an outage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

from registry.v1 import restriction_service_pb2 as service
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Identifier
from registry_client import Credentials, Registry, RegistryCallError, uscc
from registry_client.errors import AnswerError
from registry_client.question import Question
from registry_client.results import Answered, Verdict
from registry_client.screen_results import ScreenReport, ScreenUpdate
from registry_client.tender import Tender, TenderParty
from tests.registry_client.samples import FIRM, OTHER_FIRM, PERSON
from tests.registry_client.simulated_registry import SimulatedRegistry, served

BLOCKED, CLEAR = verdict_pb2.VERDICT_BLOCKED, verdict_pb2.VERDICT_CLEAR
INDETERMINATE = verdict_pb2.VERDICT_INDETERMINATE
TENDER = Tender(
    domain=subject_pb2.DOMAIN_PROCUREMENT,
    parties=(
        TenderParty(uscc(FIRM), subject_pb2.SUBJECT_ROLE_BIDDER, "1"),
        TenderParty(uscc(OTHER_FIRM), subject_pb2.SUBJECT_ROLE_AGENCY),
    ),
)


def report(*verdicts: int, position: int = 7) -> service.ScreenResponse:
    """A report on two parties, of which the first is a bid."""
    parties = [service.PartyReport(verdict=verdict) for verdict in verdicts]  # type: ignore[arg-type]
    bids = [service.BidReport(bid="1", verdict=verdicts[0], decided_by=[0])]  # type: ignore[arg-type]
    parties[0].party.bid = "1"
    answered = service.Answered(origin="credit.example/test", known_position=position, edition="ab")
    answered.valid_time.FromMilliseconds(1_790_000_000_123)
    return service.ScreenResponse(parties=parties, bids=bids, answered=answered)


@dataclass(slots=True)
class Watched(SimulatedRegistry):
    """A registry that reports what it is told to, and goes away after each report of a watch."""

    script: list[Any] = field(default_factory=list)
    watched: list[service.WatchScreenRequest] = field(default_factory=list)

    def Screen(self, request: service.ScreenRequest, context: Any) -> service.ScreenResponse:
        self.calls.append(("Screen", request))
        return report(BLOCKED, CLEAR)

    def WatchScreen(
        self, request: service.WatchScreenRequest, context: Any
    ) -> Iterator[service.WatchScreenResponse]:
        self.watched.append(request)
        step = self.script.pop(0)
        if isinstance(step, grpc.StatusCode):
            context.abort(step, "away")
        yield step
        if self.script:
            context.abort(grpc.StatusCode.UNAVAILABLE, "away")

    def Explain(self, request: service.ExplainRequest, context: Any) -> service.ExplainResponse:
        clause = service.Clause(text="所问之日生效", outcome=service.CLAUSE_OUTCOME_HELD, detail="…")
        steps = [service.ExplainStep(counted=True, clauses=[clause])]
        answer = service.CheckResponse(subject=request.check.subject, verdict=BLOCKED)
        return service.ExplainResponse(answer=answer, steps=steps, conclusion=["结论: 禁止。"])

    def Resolve(self, request: service.ResolveRequest, context: Any) -> service.ResolveResponse:
        identity = verdict_pb2.Resolution(
            status=verdict_pb2.RESOLUTION_STATUS_RESOLVED,
            current=uscc(OTHER_FIRM),
            names=["沧州示例(示例)有限公司"],
            related=[
                verdict_pb2.RelatedSubject(
                    identifier=uscc(OTHER_FIRM), relation=verdict_pb2.SUBJECT_RELATION_SAME, position=3
                )
            ],
        )
        return service.ResolveResponse(identity=identity)


@pytest.fixture
def simulated() -> Watched:
    return Watched()


@pytest.fixture
def registry(simulated: Watched, certificates: Path, credentials: Path) -> Iterator[Registry]:
    with served(simulated, certificates) as target, Registry(target, Credentials.load(credentials)) as open_:
        yield open_


@pytest.fixture(autouse=True)
def without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_client.screening.RETRY_S", 0.01)


def update(*verdicts: int, position: int) -> service.WatchScreenResponse:
    return service.WatchScreenResponse(report=report(*verdicts, position=position))


def test_verdict_of_a_report_is_the_worst_of_bids_and_of_parties_outside(registry: Registry) -> None:
    assert registry.screening.screen(TENDER).verdict is Verdict.BLOCKED
    outside = ScreenReport.of(report(CLEAR, INDETERMINATE), asked=2)
    assert outside.verdict is Verdict.INDETERMINATE


def test_member_who_does_not_decide_his_bid_does_not_decide_the_report() -> None:
    response = report(CLEAR, INDETERMINATE)
    response.parties[1].party.bid = "1"
    assert ScreenReport.of(response, asked=2).verdict is Verdict.CLEAR


@pytest.mark.parametrize("asked", [1, 3])
def test_report_on_other_parties_than_were_asked_about_is_not_used(asked: int) -> None:
    with pytest.raises(AnswerError, match="parties"):
        ScreenReport.of(report(CLEAR, CLEAR), asked=asked)


def test_places_outside_the_report_are_not_used() -> None:
    wrong = report(CLEAR, CLEAR)
    wrong.bids[0].decided_by.append(2)
    with pytest.raises(AnswerError, match="decided"):
        ScreenReport.of(wrong, asked=2)
    changed = service.WatchScreenResponse(
        report=report(CLEAR, CLEAR), changes=[service.PartyChange(party=2, after=BLOCKED)]
    )
    with pytest.raises(AnswerError, match="change"):
        ScreenUpdate.of(changed, asked=2)


def test_person_is_masked_whatever_the_other_side_sends() -> None:
    response = report(CLEAR, CLEAR)
    person = Identifier(type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=PERSON)
    response.parties[0].party.subject.CopyFrom(person)
    assert PERSON not in repr(ScreenReport.of(response, asked=2))


def test_watch_comes_again_with_the_last_answer_when_the_registry_was_away(
    registry: Registry, simulated: Watched
) -> None:
    away = grpc.StatusCode.UNAVAILABLE
    simulated.script = [update(CLEAR, CLEAR, position=7), away, update(BLOCKED, CLEAR, position=9)]
    updates = list(registry.screening.watch(TENDER))
    assert [each.report.verdict for each in updates] == [Verdict.CLEAR, Verdict.BLOCKED]
    assert not simulated.watched[0].HasField("since")
    assert simulated.watched[-1].since.known_position == 7
    assert simulated.watched[-1].since.valid_time.ToMilliseconds() == 1_790_000_000_123


def test_watch_gives_up_when_the_registry_stays_away(registry: Registry, simulated: Watched) -> None:
    away = grpc.StatusCode.UNAVAILABLE
    simulated.script = [update(CLEAR, CLEAR, position=7), *[away] * 1000]
    seen = []
    with pytest.raises(RegistryCallError) as raised:
        for each in registry.screening.watch(TENDER, patience=0.2):
            seen.append(each)
    assert raised.value.code is away
    assert len(seen) == 1


def test_watch_that_is_refused_is_not_repeated(registry: Registry, simulated: Watched) -> None:
    simulated.script = [grpc.StatusCode.INVALID_ARGUMENT, update(CLEAR, CLEAR, position=7)]
    with pytest.raises(RegistryCallError):
        next(registry.screening.watch(TENDER))
    assert len(simulated.watched) == 1


def test_answer_to_go_on_from_is_sent_as_it_was_given(registry: Registry, simulated: Watched) -> None:
    known = report(CLEAR, CLEAR).answered
    simulated.script = [update(CLEAR, CLEAR, position=7)]
    list(registry.screening.watch(TENDER, since=Answered.of(known)))
    known.known_time.SetInParent()
    assert simulated.watched[0].since == known


def test_explanation_has_answer_steps_and_conclusion(registry: Registry) -> None:
    explained = registry.screening.explain(uscc(FIRM), Question(domain=subject_pb2.DOMAIN_PROCUREMENT))
    assert (explained.answer.verdict, explained.conclusion) == (Verdict.BLOCKED, ("结论: 禁止。",))
    (step,) = explained.steps
    assert (step.counted, step.clauses[0].text) == (True, "所问之日生效")


def test_resolution_has_code_names_and_relations(registry: Registry) -> None:
    resolved = registry.screening.resolve(uscc(FIRM), Question(domain=subject_pb2.DOMAIN_PROCUREMENT))
    identity = resolved.identity
    assert (identity.current, identity.names) == (uscc(OTHER_FIRM), ("沧州示例(示例)有限公司",))
    assert [(each.identifier.value, each.position) for each in identity.related] == [(OTHER_FIRM, 3)]
