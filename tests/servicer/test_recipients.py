"""Who was told in an answer is told again when the decision falls (行政处罚法 第四十八条): of every method
that tells, and where a revocation overtakes the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.outbox import own_name
from registry.commands.recipients import Recipients
from registry.store.interface import RecipientRow, StoreError
from registry.v1 import record_service_pb2, restriction_service_pb2, verdict_pb2
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, Subject
from tests.support.events import ban, firm, licence, new_firm, placed, withdrawal
from tests.support.notices import told_at
from tests.support.reports import question
from tests.support.served import DEADLINE_S, Served
from tests.support.tenders import party, tender

PRO = "M-PRO-01"
MARK = "revoked-"


def platform(served: Served, name: str) -> Caller:
    return served.system(CallerRole.PROCUREMENT_SYSTEM, name)


def banned(served: Served, statement_id: str, subject: Subject) -> int:
    event = ban("财政", subject, PRO, "2026-03-01", "2028-03-01")
    return placed(served.spine.say("财政", statement_id, event=event))


def revoked(served: Served, statement_id: str) -> set[tuple[str, str]]:
    """Which systems are told that a ban is revoked, and how."""
    position = placed(served.spine.say("财政", withdrawal=withdrawal("财政", statement_id)))
    return {(name, kind) for name, kind in told_at(served.spine, position) if name != "subject"}


def rows_of(served: Served, caller: Caller) -> list[RecipientRow]:
    return [row for row in served.spine.engine.store.all_recipients() if row.caller == caller.uri]


def check(served: Served, caller: Caller, subject: Subject) -> restriction_service_pb2.CheckResponse:
    stub = RestrictionServiceStub(served.channel(caller))
    return stub.Check(question(subject), timeout=DEADLINE_S)


def batch(served: Served, caller: Caller, subject: Subject) -> Any:
    asked = question(subject)
    request = restriction_service_pb2.BatchCheckRequest(
        identifier_type=subject.identifier.type,
        identifiers=[firm(1).identifier.value, subject.identifier.value],
        purpose=asked.purpose,
        matter=asked.matter,
    )
    return RestrictionServiceStub(served.channel(caller)).BatchCheck(request, timeout=DEADLINE_S)


def screen(served: Served, caller: Caller, subject: Subject) -> Any:
    stub = RestrictionServiceStub(served.channel(caller))
    return stub.Screen(tender(party(subject, bid="甲")), timeout=DEADLINE_S)


def watch(served: Served, caller: Caller, subject: Subject) -> Any:
    stub = RestrictionServiceStub(served.channel(caller))
    request = restriction_service_pb2.WatchScreenRequest(screen=tender(party(subject, bid="甲")))
    call = stub.WatchScreen(request, timeout=DEADLINE_S)
    report = next(iter(call))
    call.cancel()
    return report


def explain(served: Served, caller: Caller, subject: Subject) -> Any:
    stub = RestrictionServiceStub(served.channel(caller))
    return stub.Explain(restriction_service_pb2.ExplainRequest(check=question(subject)), timeout=DEADLINE_S)


def record(served: Served, caller: Caller, subject: Subject) -> Any:
    stub = RecordServiceStub(served.channel(caller))
    request = record_service_pb2.GetRecordRequest(subject=subject.identifier)
    return stub.GetRecord(request, timeout=DEADLINE_S)


def certificate(served: Served, caller: Caller, subject: Subject) -> Any:
    stub = RecordServiceStub(served.channel(caller))
    request = record_service_pb2.GetCertificateRequest(subject=subject.identifier)
    return stub.GetCertificate(request, timeout=DEADLINE_S)


def list_bans(served: Served, caller: Caller, subject: Subject) -> Any:
    stub, request = RecordServiceStub(served.channel(caller)), record_service_pb2.ListMarketBansRequest()
    request.page_size = 1000
    listed = stub.ListMarketBans(request, timeout=DEADLINE_S)
    assert any(row.subject.value == subject.identifier.value for row in listed.bans)


TELLING: dict[str, Callable[[Served, Caller, Subject], Any]] = {
    "Check": check,
    "BatchCheck": batch,
    "Screen": screen,
    "WatchScreen": watch,
    "Explain": explain,
    "GetRecord": record,
    "GetCertificate": certificate,
    "ListMarketBans": list_bans,
}


@pytest.mark.parametrize("method", TELLING)
def test_whoever_was_told_of_a_firms_ban_is_told_that_it_is_revoked(served: Served, method: str) -> None:
    departments = method == "GetRecord"
    subject, caller = (
        new_firm(),
        served.department("住建") if departments else platform(served, method.lower()),
    )
    banned(served, MARK + method, subject)
    TELLING[method](served, caller, subject)
    assert (own_name(caller), "REVOKED") in revoked(served, MARK + method)


def test_who_was_told_nothing_of_a_ban_is_not_told_of_its_end(served: Served) -> None:
    subject, early = new_firm(), platform(served, "early")
    placed(served.spine.say("住建", event=licence("住建", subject)))
    check(served, early, subject)
    banned(served, "untold", subject)
    assert not revoked(served, "untold")


def test_what_a_caller_has_heard_is_written_once(served: Served) -> None:
    subject, caller = new_firm(), platform(served, "often")
    position = banned(served, "often-1", subject)
    for _ in range(3):
        check(served, caller, subject)
        batch(served, caller, subject)
    assert rows_of(served, caller) == [RecipientRow(position, caller.uri, DOMAIN_PROCUREMENT)]


def test_answer_that_a_revocation_overtakes_is_given_again_and_restricts_nobody(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, caller = new_firm(), platform(served, "overtaken")
    placed(served.spine.say("住建", event=licence("住建", subject)))
    banned(served, "overtaken-1", subject)
    recipients = served.spine.engine.ask._recipients
    write, told = recipients._write, list[set[tuple[str, str]]]()

    def late(rows: Sequence[RecipientRow]) -> None:
        told.append(revoked(served, "overtaken-1"))
        monkeypatch.setattr(recipients, "_write", write)
        write(rows)

    monkeypatch.setattr(recipients, "_write", late)
    answer = check(served, caller, subject)
    assert told == [set()], "nobody had been told when it was revoked"
    assert not [hit for hit in answer.hits if hit.measure_code == PRO]
    assert answer.answered.known_position == served.spine.position
    assert answer.verdict != verdict_pb2.VERDICT_BLOCKED


def test_who_was_told_is_known_after_a_restart(served: Served) -> None:
    subject, caller = new_firm(), platform(served, "patient")
    banned(served, "patient-1", subject)
    check(served, caller, subject)
    served.spine.engine.ask._recipients = Recipients(lambda _rows: None)  # All that a restart forgets.
    assert revoked(served, "patient-1") == {(caller.uri, "REVOKED")}


class Broken:
    """A store that can be written to, or not."""

    def __init__(self) -> None:
        self.whole = False
        self.rows: list[RecipientRow] = []

    def write(self, rows: Sequence[RecipientRow]) -> None:
        if not self.whole:
            raise StoreError("磁盘已满")
        self.rows += rows


def test_row_that_could_not_be_written_is_written_with_the_next(caplog: pytest.LogCaptureFixture) -> None:
    store = Broken()
    recipients = Recipients(store.write)
    assert not recipients.note("a", 4, [7])
    assert "磁盘已满" in caplog.text
    store.whole = True
    assert recipients.note("b", 4, [9])
    assert store.rows == [RecipientRow(7, "a", 4), RecipientRow(9, "b", 4)]
    assert not recipients.note("a", 4, [7]), "it is durable by now"
    assert len(store.rows) == 2


def test_callers_domains_and_decisions_are_told_apart() -> None:
    store = Broken()
    store.whole = True
    recipients = Recipients(store.write)
    for caller, domain, position in (("a", 4, 7), ("b", 4, 7), ("a", 3, 7), ("a", 4, 8)):
        assert recipients.note(caller, domain, [position])
    assert len(store.rows) == 4
    assert not recipients.note("a", 4, [7, 8])


@pytest.mark.parametrize(("bound", "least"), [("MAX_CALLERS", 2), ("MAX_HEARD", 3)])
def test_whoever_was_told_nothing_new_for_longest_is_forgotten_and_written_once_more(
    bound: str, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many callers come and go, what is kept in memory of whom was told has its bound."""
    monkeypatch.setattr("registry.commands.recipients." + bound, least)
    store = Broken()
    store.whole = True
    recipients = Recipients(store.write)
    recipients.note("often", 4, [7])
    recipients.note("once", 4, [7])
    recipients.note("often", 4, [8])
    recipients.note("another", 4, [7])
    assert len(store.rows) == 4
    assert not recipients.note("often", 4, [7, 8])
    assert recipients.note("once", 4, [7])
    assert RecipientRow(7, "once", 4) in store.rows[4:]
