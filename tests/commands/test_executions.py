"""Reports of execution: tied to an answer that can be given again, recorded once, durable, nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.commands.jobs import Reported
from registry.commands.rebuild import rebuild
from registry.commands.state import open_log
from registry.editions import shipped_editions
from registry.errors import RegistryError
from registry.provenance.keys import FileSigner
from registry.provenance.vault import Vault
from registry.store.interface import ExecutionRow
from registry.store.opening import create_store, open_store
from registry.v1 import execution_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    alternate,
    ask,
    ban,
    candidacy,
    grant,
    new_firm,
    new_person,
    old_code,
    placed,
    registration,
    withdrawal,
)
from tests.support.reports import report_on, system
from tests.support.spine import TODAY, Spine, found_spine, furnish

BAN = "M-PRO-01"
BLOCKED, CLEAR = verdict_pb2.VERDICT_BLOCKED, verdict_pb2.VERDICT_CLEAR
INDETERMINATE = verdict_pb2.VERDICT_INDETERMINATE
ALLOWED, REFUSED = pb.EXECUTION_ACTION_ALLOWED, pb.EXECUTION_ACTION_REFUSED
FACILITATED = pb.EXECUTION_ACTION_FACILITATED
FIRST, LAST = "2026-03-01", "2028-03-01"
MODEL = new_firm()


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry in which 市场监管 grants R-04, too, and publicised a model for it in May."""
    directory = tmp_path_factory.mktemp("executions") / "registry"
    furnished = furnish(found_spine(directory, date(2026, 5, 6)))
    wider = registration("市场监管", categories=["E-60"], lists=["R-04"])
    placed(furnished.say(OPERATOR.key, department_registration=wider))
    notice = candidacy("市场监管", MODEL, "R-04", "2026-05-06", "2026-05-20")
    placed(furnished.say("市场监管", "notice", red_list_candidacy=notice))
    furnished.clock.move_to(TODAY)
    furnished.deliver()
    yield furnished
    furnished.engine.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Spine]:
    """A registry of one test's own."""
    furnished = furnish(found_spine(tmp_path / "registry"))
    furnished.deliver()
    yield furnished
    furnished.engine.close()


def banned(spine: Spine, subject: Subject | None = None) -> Subject:
    """A firm that is banned from procurement."""
    subject = subject or new_firm()
    placed(spine.say("财政", event=ban("财政", subject, BAN, FIRST, LAST)))
    return subject


def send(spine: Spine, request: pb.ReportExecutionRequest, name: str = "asker") -> Reported:
    return spine.engine.executions.report(request, system(request.check.purpose.domain, name))


def refused(spine: Spine, request: pb.ReportExecutionRequest) -> set[tuple[str, str]]:
    """Reason and field of every fault of a report that must be refused; it must not be recorded."""
    before = len(list(spine.engine.store.all_executions()))
    with pytest.raises(RegistryError) as raised:
        send(spine, request)
    assert len(list(spine.engine.store.all_executions())) == before
    return {(fault.name, fault.field) for fault in raised.value.faults}


def rows(spine: Spine, name: str = "asker") -> list[ExecutionRow]:
    return spine.engine.executions.own(system(name=name), after=0, page_size=0)


# --- tied to the answer ---------------------------------------------------------------------------


def test_report_on_an_answer_that_comes_out_the_same_is_recorded(spine: Spine) -> None:
    reported = send(spine, report_on(spine, "tied", banned(spine), measures=[BAN]))
    assert (reported.again, reported.row.recorded_ms) == (False, spine.clock())
    assert reported.row.measure_codes == (BAN,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"verdict": CLEAR, "reason": "…"}, "verdict"),
        ({"verdict": verdict_pb2.VERDICT_REVIEW}, "verdict"),
        ({"measures": [BAN, "M-PRO-02"]}, "measure_codes[1]"),
        ({"measures": ["无"]}, "measure_codes[0]"),
    ],
)
def test_report_that_differs_from_the_answer_is_refused(
    spine: Spine, changes: dict[str, Any], field: str
) -> None:
    told = {"measures": [BAN], **changes}
    assert refused(spine, report_on(spine, "differs", banned(spine), **told)) == {
        ("ANSWER_NOT_REPRODUCED", field)
    }


def test_every_difference_is_told_at_once_and_not_what_the_answer_is(spine: Spine) -> None:
    request = report_on(spine, "all", banned(spine), verdict=CLEAR, measures=["M-PRO-02"])
    request.answered.edition = "0" * 64
    with pytest.raises(RegistryError) as raised:
        send(spine, request)
    assert [fault.field for fault in raised.value.faults] == [
        "answered.edition",
        "verdict",
        "measure_codes[0]",
    ]
    assert not any(word in str(raised.value) for word in ("BLOCKED", "禁止", BAN))


def test_answer_that_is_no_longer_given_is_reported_on_as_it_was(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "since", event=ban("财政", subject, BAN, FIRST, LAST)))
    at = spine.position
    placed(spine.say("财政", withdrawal=withdrawal("财政", "since")))
    assert ask(spine, subject).verdict != BLOCKED
    send(spine, report_on(spine, "as-it-was", subject, measures=[BAN], at=at))
    assert ("ANSWER_NOT_REPRODUCED", "verdict") in refused(
        spine, report_on(spine, "as-it-is", subject, measures=[BAN])
    )


def test_answer_of_before_the_ban_is_not_one_of_after_it(spine: Spine) -> None:
    subject = banned(spine)
    before = report_on(spine, "before", subject, measures=[BAN], at=spine.position - 1)
    assert ("ANSWER_NOT_REPRODUCED", "verdict") in refused(spine, before)
    earlier_day = report_on(spine, "day", subject, measures=[BAN], on=date(2026, 2, 28))
    assert ("ANSWER_NOT_REPRODUCED", "verdict") in refused(spine, earlier_day)


def test_answer_of_another_registry_or_of_the_future_was_never_given(spine: Spine) -> None:
    request = report_on(spine, "other", banned(spine), measures=[BAN])
    request.answered.origin = "credit.example/other"
    request.answered.known_position = (1 << 64) - 1
    assert refused(spine, request) == {
        ("ANSWER_NOT_REPRODUCED", "answered.origin"),
        ("ANSWER_NOT_REPRODUCED", "answered.known_position"),
    }


def test_answer_must_be_one_to_the_question(spine: Spine) -> None:
    request = report_on(spine, "times", banned(spine), measures=[BAN])
    request.check.valid_time.FromMilliseconds(request.answered.valid_time.ToMilliseconds() + 1)
    request.check.consistency.at_exact_position = request.answered.known_position - 1
    assert refused(spine, request) == {
        ("ANSWER_NOT_REPRODUCED", "check.valid_time"),
        ("ANSWER_NOT_REPRODUCED", "check.consistency"),
    }
    request.check.valid_time.CopyFrom(request.answered.valid_time)
    request.check.consistency.at_least_as_fresh = request.answered.known_position
    assert not send(spine, request).again


def test_caller_reports_only_on_answers_it_may_have(spine: Spine) -> None:
    request = report_on(spine, "denied", banned(spine), measures=[BAN])
    with pytest.raises(RegistryError) as raised:
        spine.engine.executions.report(request, system(subject_pb2.DOMAIN_FINANCING))
    assert [fault.name for fault in raised.value.faults] == ["DOMAIN_DENIED"]


def test_measure_that_is_shown_for_information_is_not_one_that_was_applied(spine: Spine) -> None:
    """A ban on a person as evaluator does not bind it as bidder's manager (不当联结)."""
    subject = new_person()
    event = ban("财政", subject, "M-PRO-03", FIRST, capacity=subject_pb2.CAPACITY_EXPERT)
    placed(spine.say("财政", event=event))
    role = subject_pb2.SUBJECT_ROLE_MANAGER
    verdict = ask(spine, subject, subject_pb2.DOMAIN_PROCUREMENT, role).verdict
    request = report_on(
        spine, "info", subject, verdict=verdict, measures=["M-PRO-03"], role=role, reason="资格"
    )
    assert refused(spine, request) == {("ANSWER_NOT_REPRODUCED", "measure_codes[0]")}
    as_evaluator = report_on(
        spine, "binds", subject, measures=["M-PRO-03"], role=subject_pb2.SUBJECT_ROLE_EVALUATOR
    )
    assert not send(spine, as_evaluator).again


def test_facilitation_that_applied_is_reported_and_one_that_did_not_is_refused(spine: Spine) -> None:
    subject = MODEL
    placed(spine.say("市场监管", red_list_grant=grant("市场监管", "notice", "2026-06-01", "2028-05-31")))
    told: dict[str, Any] = {"verdict": CLEAR, "action": FACILITATED}
    assert not send(spine, report_on(spine, "f-1", subject, measures=["M-INC-04"], **told)).again
    other = report_on(spine, "f-2", subject, measures=["M-INC-04", "M-INC-01"], **told)
    assert refused(spine, other) == {("ANSWER_NOT_REPRODUCED", "measure_codes[1]")}
    banned(spine, subject)
    suspended = report_on(spine, "f-3", subject, measures=["M-INC-04"], **{**told, "verdict": BLOCKED})
    assert refused(spine, suspended) == {("ANSWER_NOT_REPRODUCED", "measure_codes[0]")}


# --- once -----------------------------------------------------------------------------------------


def test_same_report_again_is_answered_as_the_first_time_and_changes_nothing(own: Spine) -> None:
    request = report_on(own, "R-1", banned(own), measures=[BAN])
    first = send(own, request)
    own.clock.move_to(TODAY + timedelta(days=9))
    placed(own.say("财政", event=ban("财政", new_firm(), BAN, FIRST, LAST)))
    again = send(own, request)
    assert (again.again, again.row.recorded_ms) == (True, first.row.recorded_ms)
    assert len(rows(own)) == 1


@pytest.mark.parametrize("change", ["reason", "reference", "role", "time", "measures", "subject"])
def test_other_content_under_the_same_id_is_refused(spine: Spine, change: str) -> None:
    subject, report_id = banned(spine), f"reused-{change}"
    send(spine, report_on(spine, report_id, subject, measures=[BAN], reason="依法"))
    other = report_on(spine, report_id, subject, measures=[BAN], reason="依法")
    if change == "reason":
        other.reason = "依规"
    elif change == "reference":
        other.check.purpose.reference = "另一项目"
    elif change == "role":
        other.check.matter.role = subject_pb2.SUBJECT_ROLE_CONSORTIUM_MEMBER
    elif change == "time":
        other.answered.valid_time.seconds += 1
    elif change == "measures":
        del other.measure_codes[:]
    else:
        other.check.subject.CopyFrom(banned(spine).identifier)
    assert refused(spine, other) == {("STATEMENT_ID_REUSED", "report_id")}


def test_id_is_each_callers_own(spine: Spine) -> None:
    request = report_on(spine, "mine", banned(spine), measures=[BAN])
    assert (send(spine, request).again, send(spine, request, "other").again) == (False, False)


def test_repetition_in_one_group_is_recorded_once(own: Spine) -> None:
    row = send(own, report_on(own, "R-1", banned(own), measures=[BAN])).row
    two = replace(row, report_id="R-2", number=0)
    promises = own.engine.writer.put(
        [two, row, replace(two, reason="另"), replace(two, caller="registry://x")]
    )
    answers = [promise.result(30) for promise in promises]
    assert [each.again for each in answers if isinstance(each, Reported)] == [False, True, True, False]
    assert [row.report_id for row in own.engine.store.all_executions()] == ["R-1", "R-2", "R-2"]
    assert isinstance(answers[2], Reported)
    assert answers[2].row == two


def test_report_that_many_threads_make_at_once_is_recorded_once(own: Spine) -> None:
    request = report_on(own, "R-1", banned(own), measures=[BAN])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(own, request), range(32)))
    assert [each.again for each in answers].count(False) == 1
    assert len(rows(own)) == 1


def test_report_is_durable_when_it_is_acknowledged(own: Spine) -> None:
    send(own, report_on(own, "R-1", banned(own), measures=[BAN]))
    own.reopen()
    assert [row.report_id for row in rows(own)] == ["R-1"]


def test_rebuild_carries_reports_over(own: Spine, tmp_path: Path) -> None:
    send(own, report_on(own, "R-1", banned(own), measures=[BAN]))
    send(own, report_on(own, "R-2", banned(own), measures=[BAN]), "other")
    before = list(own.engine.store.all_executions())
    own.engine.close()
    source, target = open_store(own.config.store), create_store(tmp_path / "rebuilt.db")
    log = open_log(source, Vault(own.config.vault_key.read_bytes()), shipped_editions())
    assert rebuild(log, target, [FileSigner.load(own.config.log_key, None)]).differences == []
    assert list(target.all_executions()) == before
    source.close()
    target.close()


def test_reports_leave_the_log_as_it_was(own: Spine) -> None:
    request = report_on(own, "R-1", banned(own), measures=[BAN])
    before = own.engine.store.checkpoint()
    send(own, request)
    assert own.engine.store.checkpoint() == before


# --- whom it is about -----------------------------------------------------------------------------


def test_of_a_person_only_the_reference_is_kept_and_shown_masked(own: Spine) -> None:
    subject = new_person()
    role = subject_pb2.SUBJECT_ROLE_EVALUATOR
    event = ban("财政", subject, "M-PRO-03", FIRST, capacity=subject_pb2.CAPACITY_EXPERT)
    placed(own.say("财政", event=event))
    send(own, report_on(own, "R-1", subject, measures=["M-PRO-03"], role=role))
    number, (row,) = subject.identifier.value, rows(own)
    assert row.subject.startswith("P:")
    assert number.encode() not in b"".join(path.read_bytes() for path in own.directory.rglob("*.db*"))
    shown = own.engine.executions.subject_of(row)
    assert (shown.type, shown.value) == (subject.identifier.type, f"{number[:4]}{'*' * 10}{number[-4:]}")


def test_person_of_whom_nothing_is_recorded_is_not_shown(own: Spine) -> None:
    role = subject_pb2.SUBJECT_ROLE_EVALUATOR
    unknown = report_on(own, "R-1", new_person(), verdict=INDETERMINATE, role=role, reason="无法判定")
    send(own, unknown)
    (row,) = rows(own)
    assert own.engine.executions.subject_of(row) == subject_pb2.Identifier()


def test_question_about_a_person_is_logged_whether_the_report_is_true_or_a_guess(own: Spine) -> None:
    subject, role = new_person(), subject_pb2.SUBJECT_ROLE_EVALUATOR
    refused(own, report_on(own, "R-1", subject, verdict=BLOCKED, role=role, reason="猜"))
    send(own, report_on(own, "R-1", subject, verdict=INDETERMINATE, role=role, reason="无法判定"))
    asked = [(query.subject, query.reference, query.verdict) for query in own.engine.store.queries()]
    ref = rows(own)[0].subject
    assert asked == [(ref, "沧示采〔2026〕12号", INDETERMINATE)] * 2


def test_subject_reported_on_by_its_old_code_is_shown_by_its_new_one(own: Spine) -> None:
    subject = banned(own)
    placed(own.say("市场监管", subject_link=alternate(old_code(subject), subject)))
    request = report_on(own, "R-1", subject, measures=[BAN])
    request.check.subject.CopyFrom(old_code(subject))
    send(own, request)
    assert own.engine.executions.subject_of(rows(own)[0]) == subject.identifier


def test_own_reports_are_read_page_by_page_and_nobody_elses(own: Spine) -> None:
    subject = banned(own)
    for n in range(4):
        send(own, report_on(own, f"R-{n}", subject, measures=[BAN]), "asker" if n % 2 else "other")
    mine = own.engine.executions
    first = mine.own(system(), after=0, page_size=1)
    rest = mine.own(system(), after=first[-1].number, page_size=0)
    assert [(row.number, row.report_id) for row in (*first, *rest)] == [(1, "R-1"), (2, "R-3")]
    assert mine.own(system(), after=(1 << 64) - 1, page_size=0) == []
