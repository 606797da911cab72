"""What the registry holds of identity: links in both records, names as they come and go, candidacies."""

from datetime import date

from demo.departments import OPERATOR
from registry.sanctions.ground import GroundKind, SubjectRecord
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Identifier, Subject
from tests.support.events import (
    alternate,
    ask,
    branch_of,
    candidacy,
    correction,
    delivery,
    grant,
    licence,
    list_entry,
    new_firm,
    new_person,
    old_code,
    penalty,
    placed,
    registered,
    registration,
    ruling,
    succession,
    told,
    withdrawal,
)
from tests.support.spine import Spine

KEY = "市场监管"


def record_at(spine: Spine, identifier: Identifier) -> SubjectRecord:
    """What is held under an identifier."""
    ref = spine.engine.state.vault.ref(identifier.type, identifier.value)
    record = spine.engine.state.index.get(ref)
    assert record is not None
    return record


def links(spine: Spine, identifier: Identifier) -> list[tuple[int, str, bool, date | None]]:
    """The links that are held now: kind, the other code, whether it leads there, and from when."""
    rows = [row for row in record_at(spine, identifier).links if row.known_to is None]
    return [(row.kind, row.other, row.outgoing, row.effective_on) for row in rows]


def names(spine: Spine, subject: Subject) -> dict[tuple[str, bool], int]:
    """Names in use now, settled or not, and how many statements use them."""
    rows = [row for row in record_at(spine, subject.identifier).names if row.known_to is None]
    assert len({(row.name, row.settled) for row in rows}) == len(rows)
    return {(row.name, row.settled): row.live for row in rows}


def same_on_disk(spine: Spine, *identifiers: Identifier) -> bool:
    """Whether the records are the same when the registry is opened again."""
    before = [record_at(spine, each) for each in identifiers]
    spine.reopen()
    return [record_at(spine, each) for each in identifiers] == before


# --- links ----------------------------------------------------------------------------------------


def test_link_stands_in_both_records_and_makes_neither_known(spine: Spine) -> None:
    old, new = new_firm(), new_firm()
    placed(spine.say(KEY, subject_link=succession(old, new, "2026-06-01")))
    kind, day = pb.SUBJECT_LINK_KIND_SUCCESSION, date(2026, 6, 1)
    assert links(spine, old.identifier) == [(kind, new.identifier.value, True, day)]
    assert links(spine, new.identifier) == [(kind, old.identifier.value, False, day)]
    for subject in (old, new):
        record = record_at(spine, subject.identifier)
        assert (record.live_events, record.known) == (0, ())
    assert same_on_disk(spine, old.identifier, new.identifier)


def test_link_that_is_withdrawn_is_gone_from_both_records_and_was_there_before(spine: Spine) -> None:
    branch, parent = new_firm(), new_firm()
    placed(spine.say(KEY, event=licence(KEY, parent)))
    at = placed(spine.say(KEY, "B", subject_link=branch_of(branch, parent)))
    gone = placed(spine.say(KEY, withdrawal=withdrawal(KEY, "B")))
    for subject in (branch, parent):
        assert links(spine, subject.identifier) == []
        (row,) = record_at(spine, subject.identifier).links
        assert (row.holds(gone - 1, date.max), row.holds(gone, date.max), row.known_from) == (True, False, at)
    assert record_at(spine, parent.identifier).live_events == 1
    assert same_on_disk(spine, branch.identifier, parent.identifier)


def test_withdrawal_of_one_link_leaves_the_others(spine: Spine) -> None:
    parent, kept, gone = new_firm(), new_firm(), new_firm()
    placed(spine.say(KEY, subject_link=branch_of(kept, parent)))
    placed(spine.say(KEY, "C", subject_link=branch_of(gone, parent)))
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "C")))
    assert [other for _, other, _, _ in links(spine, parent.identifier)] == [kept.identifier.value]
    assert len(links(spine, kept.identifier)) == 1


def test_withdrawal_of_an_event_leaves_links_and_marks_of_others_alone(spine: Spine) -> None:
    branch, parent = new_firm(), new_firm()
    placed(spine.say(KEY, "P", event=penalty(KEY, parent)))
    placed(spine.say(KEY, subject_link=branch_of(branch, parent)))
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "P")))
    assert len(links(spine, parent.identifier)) == 1


def test_old_code_has_a_record_of_its_own_that_leads_on(spine: Spine) -> None:
    subject = new_firm()
    code = old_code(subject)
    placed(spine.say(KEY, subject_link=alternate(code, subject)))
    assert links(spine, code) == [(pb.SUBJECT_LINK_KIND_ALTERNATE, subject.identifier.value, True, None)]
    assert same_on_disk(spine, code, subject.identifier)


# --- names ----------------------------------------------------------------------------------------


def test_name_is_held_once_however_many_statements_use_it_and_goes_with_the_last(spine: Spine) -> None:
    subject = new_firm()
    wide = Subject()
    wide.CopyFrom(subject)
    wide.name = subject.name.replace("(", "（").replace(")", "）")
    for number, one in enumerate((subject, wide, subject)):
        placed(spine.say("财政", f"n{number}", event=penalty("财政", one)))
    assert names(spine, subject) == {(subject.name, False): 3}
    placed(spine.say("财政", withdrawal=withdrawal("财政", "n1")))
    assert names(spine, subject) == {(subject.name, False): 2}
    assert same_on_disk(spine, subject.identifier)
    for number in (0, 2):
        placed(spine.say("财政", withdrawal=withdrawal("财政", f"n{number}")))
    assert names(spine, subject) == {}
    assert same_on_disk(spine, subject.identifier)


def test_correction_of_a_name_lets_the_wrong_one_go(spine: Spine) -> None:
    subject = new_firm()
    wrong = Subject()
    wrong.CopyFrom(subject)
    wrong.name = "沧州别家(示例)有限公司"
    placed(spine.say("财政", "wrong-name", event=penalty("财政", wrong)))
    placed(spine.say("财政", correction=correction("财政", "wrong-name", penalty("财政", subject))))
    assert names(spine, subject) == {(subject.name, False): 1}
    assert same_on_disk(spine, subject.identifier)


def test_registering_authority_settles_a_name_and_so_does_a_ruling(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say(KEY, event=registered(subject)))
    placed(spine.say(KEY, "ruled", name_ruling=ruling(subject, "沧州旧名(示例)有限公司")))
    assert names(spine, subject) == {(subject.name, True): 1, ("沧州旧名(示例)有限公司", True): 1}
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "ruled")))
    assert names(spine, subject) == {(subject.name, True): 1}
    assert same_on_disk(spine, subject.identifier)


def test_ruling_that_spells_one_name_twice_rules_on_one_name(spine: Spine) -> None:
    subject = new_firm()
    spellings = ("沧州旧名(示例)有限公司", "沧州旧名（示例）有限公司", " 沧州旧名(示例) 有限公司")
    placed(spine.say(KEY, "twice", name_ruling=ruling(subject, *spellings)))
    assert names(spine, subject) == {(spellings[0], True): 1}
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "twice")))
    assert names(spine, subject) == {}
    assert same_on_disk(spine, subject.identifier)


def test_name_of_a_person_is_not_kept(spine: Spine) -> None:
    """个人信息保护法: what is kept in clear is an organisation's name alone."""
    subject = new_person()
    placed(spine.say("财政", event=penalty("财政", subject)))
    assert names(spine, subject) == {}


# --- candidacies and grants -----------------------------------------------------------------------


def test_candidacy_and_grant_are_grounds_of_their_own_and_make_a_subject_known(early: Spine) -> None:
    spine = early
    wider = registration("税务", categories=["E-60"], lists=["R-01"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    subject = new_firm()
    candidate = candidacy("税务", subject, "R-01", "2026-05-06", "2026-05-20")
    publicised = placed(spine.say("税务", "cand", red_list_candidacy=candidate))
    stated = grant("税务", "cand", "2026-06-01", "2027-05-31")
    spine.clock.move_to(date(2026, 6, 1))
    granted = placed(spine.say("税务", "granted", red_list_grant=stated))
    record = record_at(spine, subject.identifier)
    assert [(row.kind, row.code, row.position, row.period.first) for row in record.grounds] == [
        (GroundKind.PUBLICISED, "R-01", publicised, date(2026, 5, 6)),
        (GroundKind.GRANTED, "R-01", granted, date(2026, 6, 1)),
    ]
    assert record.grounds[1].document == stated.document
    assert record.live_events == 2
    assert same_on_disk(spine, subject.identifier)
    placed(spine.say("税务", withdrawal=withdrawal("税务", "granted")))
    placed(spine.say("税务", withdrawal=withdrawal("税务", "cand")))
    record = record_at(spine, subject.identifier)
    assert (record.live_events, [row.known_to is None for row in record.grounds]) == (0, [False, False])
    assert names(spine, subject) == {}
    assert same_on_disk(spine, subject.identifier)


def test_delivery_moves_the_day_of_its_list_and_touches_no_entry(spine: Spine) -> None:
    """What is missing from a delivery is not removed: only the listing authority removes."""
    subject = new_firm()
    placed(spine.say("税务", event=list_entry("税务", subject, "L-03", "2026-03-01", "2028-03-01")))
    before = record_at(spine, subject.identifier)
    at = placed(spine.say("税务", delivery=delivery("L-03", "2026-11-22")))
    assert record_at(spine, subject.identifier) == before
    assert told(ask(spine, subject)) == ("BLOCKED", {"M-PRO-05": "BLOCKS MANDATORY"})
    state = spine.engine.state
    known = [state.sources.known(each, state.directory.connections(each)) for each in (at - 1, at)]
    assert [each["L-03"].as_of for each in known] == [date(2026, 11, 23), date(2026, 11, 22)]
