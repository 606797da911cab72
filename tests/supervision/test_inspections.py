"""May an inspection, its publication, a check of its rectification enter? And what follows, and does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from registry.domain.files import ACT_NUMBERS
from registry.v1 import supervision_pb2 as act
from tests.support.events import firm, person
from tests.support.spine import found_spine, furnish
from tests.support.visits import OFFICIALS, SUBJECT, VISITED, Bureau, evidence, finding, matter, reasons_of

KEY = "市场监管"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("visits") / "registry"), [KEY, "财政"])
    yield Bureau.at(spine)
    spine.engine.close()


def test_an_inspection_signed_by_both_is_kept_without_its_texts(bureau: Bureau) -> None:
    outside = finding(outside=True, fact="安全出口堵塞")
    bureau.taken(bureau.record("JC-1", findings=[finding(), outside]))
    file = bureau.file("JC-1")
    (visit,) = file.acts
    assert (file.subject, file.matter, file.region) == (SUBJECT.identifier.value, "SP-1", "130902")
    assert list(visit.official_ids) == ["I-1", "I-2"]
    assert (visit.on, visit.until, visit.outside_findings) == (VISITED, "2026-12-05", 1)
    assert "积水" not in str(file)
    assert "堵塞" not in str(file)


@pytest.mark.parametrize("signers", [("first",), ("first", "first"), ("first", "second", "approver")])
def test_two_sign_and_neither_one_nor_one_twice_nor_three(bureau: Bureau, signers: tuple[str, ...]) -> None:
    assert reasons_of(bureau.record("JC-two", *signers))


@pytest.mark.parametrize("signers", [("second", "first"), ("first", "drafter")])
def test_those_who_sign_are_those_named_in_their_order(bureau: Bureau, signers: tuple[str, ...]) -> None:
    assert reasons_of(bureau.record("JC-order", *signers)) == ["FIELD_INVALID"]


def test_a_third_inspector_cannot_be_named_without_signing(bureau: Bureau) -> None:
    inspectors = [*bureau.visit("x").inspectors, act.Inspector(official_id="I-3", certificate="冀执法-0303")]
    assert reasons_of(bureau.record("JC-third", inspectors=inspectors)) == ["INSPECTORS_TOO_FEW"]


def test_each_inspector_has_a_certificate_of_his_own(bureau: Bureau) -> None:
    ids = ("I-1", "I-2")
    same = [act.Inspector(official_id=each, certificate="冀执法-0301") for each in ids]
    none = [act.Inspector(official_id=each) for each in ids]
    assert reasons_of(bureau.record("JC-cert", inspectors=same)) == ["FIELD_INVALID"]
    assert "FIELD_REQUIRED" in reasons_of(bureau.record("JC-cert", inspectors=none))


def test_who_approves_does_not_inspect(bureau: Bureau) -> None:
    inspectors = [
        act.Inspector(official_id="I-9", certificate="冀执法-0309"),
        act.Inspector(official_id="I-2", certificate="冀执法-0302"),
    ]
    outcome = bureau.record("JC-sep", "approver", "second", inspectors=inspectors)
    assert reasons_of(outcome) == ["SECTIONS_NOT_SEPARATE"]


def test_the_section_that_approves_is_that_of_the_matter_as_stated_last(bureau: Bureau) -> None:
    stated = matter("SP-4", matter_class="类SP-1")
    bureau.taken(bureau.act("first", matter=stated))
    stated.approving_section, stated.supervising_section = "监管科", "许可科"
    stated.effective_from = "2026-03-01"
    bureau.taken(bureau.act("first", matter=stated))
    assert "SECTIONS_NOT_SEPARATE" in reasons_of(bureau.record("JC-moved", matter="SP-4"))


def test_a_matter_without_a_filed_rule_takes_no_inspection(bureau: Bureau) -> None:
    assert reasons_of(bureau.record("JC-rule", matter="SP-2")) == ["RULE_NOT_FILED"]
    early = {"began_at": "2026-02-11T09:00:00+08:00", "ended_at": "2026-02-11T09:30:00+08:00"}
    assert "RULE_NOT_FILED" in reasons_of(bureau.record("JC-rule", **early))


def test_a_matter_that_nobody_has_or_that_is_not_the_departments_takes_none(bureau: Bureau) -> None:
    assert reasons_of(bureau.record("JC-none", matter="SP-99")) == ["FILE_UNKNOWN"]
    assert reasons_of(bureau.record("JC-none", matter="")) == ["FIELD_REQUIRED"]


def test_a_delegated_matter_is_inspected_by_whoever_took_it_over(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    spine = furnish(found_spine(tmp_path_factory.mktemp("taken") / "registry"), [KEY, "财政"])
    taker = Bureau(spine, {name: spine.appoint(KEY, *told) for name, told in OFFICIALS.items()})
    owners = {name: spine.appoint("财政", *told) for name, told in OFFICIALS.items()}
    owner = Bureau(spine, owners, "财政").furnished()
    assert reasons_of(taker.record("JC-1")) == ["FILE_UNKNOWN"]
    handed = matter(
        "SP-1", kind=act.MATTER_KIND_DELEGATED, taken_over_by=taker.code, taker_supervised_by=owner.code,
        approving_section="监管科", supervising_section="督查科", effective_from="2026-11-20",
    )  # fmt: skip
    owner.taken(owner.act("first", matter=handed))
    # A section of the same name in another department is another section.
    taker.taken(taker.record("JC-1"))
    before = {"began_at": "2026-11-19T09:00:00+08:00", "ended_at": "2026-11-19T09:30:00+08:00"}
    assert reasons_of(taker.record("JC-2", **before)) == ["FILE_UNKNOWN"]
    spine.engine.close()


Change = Callable[[Bureau], dict[str, Any]]
WRONG: list[tuple[str, Change, str]] = [
    ("no offset", lambda b: {"began_at": "2026-11-20T09:00:00Z"}, "DATE_INVALID"),
    ("no such hour", lambda b: {"began_at": "2026-11-20T25:00:00+08:00"}, "DATE_INVALID"),
    ("ended before it began", lambda b: {"began_at": "2026-11-20T11:00:00+08:00"}, "DATES_OUT_OF_ORDER"),
    ("to come", lambda b: {"ended_at": "2026-11-24T11:00:00+08:00"}, "DATE_IN_FUTURE"),
    ("nowhere", lambda b: {"place": " "}, "FIELD_REQUIRED"),
    ("no manner", lambda b: {"manner": 0}, "FIELD_REQUIRED"),
    ("no region", lambda b: {"region": "13"}, "FIELD_INVALID"),
    ("no result", lambda b: {"results": []}, "FIELD_REQUIRED"),
    ("unknown result", lambda b: {"results": [5, 77]}, "FIELD_INVALID"),
    ("nothing and something", lambda b: {"results": [1, 5]}, "FIELD_INVALID"),
    ("one result twice", lambda b: {"results": [5, 5]}, "FIELD_INVALID"),
    ("no day to rectify", lambda b: {"rectify_by": ""}, "FIELD_REQUIRED"),
    ("to rectify before", lambda b: {"rectify_by": "2026-11-19"}, "DATES_OUT_OF_ORDER"),
    ("nothing ordered", lambda b: {"results": [7]}, "FIELD_INVALID"),
    ("found and not said", lambda b: {"findings": []}, "FIELD_REQUIRED"),
    ("said and not found", lambda b: {"results": [1], "rectify_by": ""}, "FIELD_INVALID"),
    ("no evidence", lambda b: {"evidence": []}, "FIELD_REQUIRED"),
    ("no cause", lambda b: {"cause": 0}, "FIELD_REQUIRED"),
    ("a person", lambda b: {"subject": person(7)}, "FIELD_INVALID"),
    ("a number in it", lambda b: {"place": person(7).identifier.value}, "FIELD_INVALID"),
    ("a draw that is none", lambda b: {"cause": 1, "drawn_object": "7"}, "FILE_UNKNOWN"),
    ("a complaint that is none", lambda b: {"cause": 2, "source": b.reference("JC-1")}, "FILE_UNKNOWN"),
    ("a campaign with a source", lambda b: {"source": b.reference("JC-1")}, "FIELD_INVALID"),
    ("a row drawn without a draw", lambda b: {"drawn_object": "7"}, "FIELD_INVALID"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_contradicts_itself_is_refused(bureau: Bureau, change: Change, reason: str) -> None:
    assert reason in reasons_of(bureau.record("JC-wrong", **change(bureau)))


def test_nothing_found_needs_no_evidence_and_may_still_show_what_belongs_to_others(bureau: Bureau) -> None:
    nothing: dict[str, Any] = {"results": [1], "rectify_by": ""}
    bureau.taken(bureau.record("JC-none-1", findings=[], evidence=[], **nothing))
    outside = [finding(outside=True)]
    assert reasons_of(bureau.record("JC-none-2", findings=outside, evidence=[], **nothing))
    bureau.taken(bureau.record("JC-none-2", findings=outside, **nothing))


def test_a_number_is_used_once(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-once"))
    assert reasons_of(bureau.record("JC-once")) == ["CASE_EXISTS"]


def test_a_result_is_published_once_by_whose_it_is_and_not_before_the_visit(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-pub"))
    assert reasons_of(bureau.publish("JC-pub", published_on="2026-11-19")) == ["DATES_OUT_OF_ORDER"]
    assert reasons_of(bureau.publish("JC-pub", published_on="2026-11-24")) == ["DATE_IN_FUTURE"]
    assert reasons_of(bureau.publish("JC-pub", place="")) == ["FIELD_REQUIRED"]
    bureau.taken(bureau.publish("JC-pub"))
    assert reasons_of(bureau.publish("JC-pub")) == ["STEP_OUT_OF_ORDER"]
    assert reasons_of(bureau.publish("JC-unheard")) == ["FILE_UNKNOWN"]


def test_a_wrong_result_is_mended_by_an_inspection_that_follows(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-mended"))
    bureau.taken(bureau.publish("JC-mended"))
    follow: dict[str, Any] = {
        "cause": act.INSPECTION_CAUSE_FOLLOW_UP,
        "results": [act.INSPECTION_RESULT_NOTHING_FOUND],
        "findings": [],
        "rectify_by": "",
    }
    assert reasons_of(bureau.record("JC-follow", source=bureau.reference("JC-0"), **follow)) == [
        "FILE_UNKNOWN"
    ]
    bureau.taken(bureau.record("JC-follow", source=bureau.reference("JC-mended"), **follow))
    assert bureau.file("JC-follow").acts[0].linked == bureau.reference("JC-mended")


def test_a_rectification_is_checked_where_it_was_ordered_until_it_is_done(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-rect"))
    again: dict[str, Any] = {"sufficient": False}
    assert reasons_of(bureau.recheck("JC-rect", **again)) == ["FIELD_REQUIRED"]
    assert reasons_of(bureau.recheck("JC-rect", rectify_by="2026-12-09")) == ["FIELD_INVALID"]
    bureau.taken(bureau.recheck("JC-rect", rectify_by="2026-12-09", **again))
    assert reasons_of(bureau.recheck("JC-rect", checked_on="2026-11-22")) == ["DATES_OUT_OF_ORDER"]
    bureau.taken(bureau.recheck("JC-rect", evidence=[evidence("整改后")]))
    assert reasons_of(bureau.recheck("JC-rect")) == ["STEP_OUT_OF_ORDER"]
    acts = [each.act for each in bureau.file("JC-rect").acts]
    assert acts == [ACT_NUMBERS["inspection"], *[ACT_NUMBERS["rectification"]] * 2]


def test_where_nothing_was_ordered_there_is_nothing_to_check(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-clean", results=[1], findings=[], rectify_by="", evidence=[]))
    assert reasons_of(bureau.recheck("JC-clean")) == ["STEP_OUT_OF_ORDER"]


def test_a_log_line_is_no_credit_information(bureau: Bureau) -> None:
    spine, subject = bureau.spine, firm(7199)
    code = subject.identifier.value
    ref = spine.engine.ask.find(subject.identifier.type, code).ref

    def seen() -> tuple[Any, ...]:
        days = (date(2026, 11, 23), date(2026, 12, 31))
        return spine.engine.state.index.get(ref), [spine.ask(code, on=day) for day in days]

    before = seen()
    bureau.taken(bureau.record("JC-credit", subject=subject, results=[6, 5]))
    bureau.taken(bureau.publish("JC-credit"))
    bureau.taken(bureau.recheck("JC-credit", sufficient=False, rectify_by="2026-11-23"))
    assert seen() == before
