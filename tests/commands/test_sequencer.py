from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from demo.departments import OPERATOR
from registry.commands.intake import open_envelope
from registry.commands.jobs import Placed, changes_directory
from registry.commands.submission import Submission
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf, LeafType
from registry.store.interface import QueryRow
from registry.v1 import envelope_pb2, verdict_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from tests.support.events import (
    ask,
    ban,
    candidacy,
    correction,
    delivery,
    firm,
    grant,
    lifting,
    list_entry,
    penalty,
    person,
    placed,
    registration,
    repair,
    resumption,
    ruling,
    stay,
    succession,
    withdrawal,
)
from tests.support.history import EXIT_BAN, records_on_disk, short_ban, write_rich_history
from tests.support.spine import Spine, found_spine, furnish
from tests.support.table import Table, names, queue, revocation

DAY_MS = 86_400_000


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


@pytest.fixture
def table(spine: Spine) -> Table:
    return Table(spine)


# --- groups ---------------------------------------------------------------------------------------


def test_event_and_what_refers_to_it_may_share_a_group(table: Table) -> None:
    entry = list_entry("人社", firm(3), "L-04", "2025-03-01", "2027-03-01")
    outcomes = table.group(
        table.say("财政", "a", event=short_ban(1)),
        table.say("财政", "a2", withdrawal=withdrawal("财政", "a")),
        table.say("财政", "b", event=short_ban(2)),
        table.say("财政", "b2", correction=correction("财政", "b", short_ban(2, "2027-06-01"))),
        table.say("财政", "b3", withdrawal=withdrawal("财政", "b2")),
        table.say("人社", "c", event=entry),
        table.say("人社", "c2", repair=repair("人社", "c", "2026-05-01")),
        table.say("人社", "c3", withdrawal=withdrawal("人社", "c")),
    )
    positions = [placed(outcome) for outcome in outcomes]
    assert positions == list(range(positions[0], positions[0] + 8))
    state = table.state
    assert [state.index.get(firm(n).identifier.value) for n in (1, 2, 3)] == [
        records_on_disk(state)[firm(n).identifier.value] for n in (1, 2, 3)
    ]
    for number, since in ((1, 0), (2, 2), (3, 5)):
        asked = [ask(table.spine, firm(number), at=positions[since] + n).verdict for n in range(2)]
        assert asked[0] != verdict_pb2.VERDICT_INDETERMINATE
        assert ask(table.spine, firm(number)).verdict == verdict_pb2.VERDICT_INDETERMINATE
    blocked = [ask(table.spine, firm(2), at=at).verdict for at in positions[2:5]]
    assert blocked == [verdict_pb2.VERDICT_BLOCKED] * 2 + [verdict_pb2.VERDICT_INDETERMINATE]


def test_what_befalls_a_new_person_may_share_a_group_with_the_first_word_about_him(table: Table) -> None:
    jobs = [
        table.say("法院", "x", event=ban("法院", person(1), EXIT_BAN, "2026-04-01")),
        table.say("法院", "x-stay", status_note=stay("法院", "x", "2026-05-01")),
        table.say("法院", "x-on", status_note=resumption("法院", "x", "2026-05-03")),
        table.say("法院", "x-over", lifting=lifting("法院", "x", "2026-06-01")),
    ]
    positions = [placed(outcome) for outcome in table.group(*jobs)]
    assert positions == list(range(positions[0], positions[0] + 4))
    state = table.state
    (ref,) = {row.subject for row in state.store.statements() if row.position in positions}
    assert state.index.get(ref) == records_on_disk(state)[ref]
    assert len(list(state.store.all_persons())) == 1


def test_links_rulings_and_their_ends_may_share_a_group(table: Table) -> None:
    key, old, new = "市场监管", firm(1), firm(2)
    jobs = [
        table.say(key, "known", event=penalty(key, old)),
        table.say(key, "link", subject_link=succession(old, new)),
        table.say(key, "again", subject_link=succession(old, new)),
        table.say(key, "ruled", name_ruling=ruling(old, old.name, "沧州旧名(示例)有限公司")),
        table.say(key, "unlinked", withdrawal=withdrawal(key, "link")),
        table.say(key, "once more", withdrawal=withdrawal(key, "link")),
        table.say(key, "anew", subject_link=succession(old, new)),
        table.say(key, "unruled", withdrawal=withdrawal(key, "ruled")),
    ]
    outcomes = table.group(*jobs)
    assert [isinstance(outcome, Placed) for outcome in outcomes] == [
        True, True, False, True, True, False, True, True
    ]  # fmt: skip
    assert names(outcomes[2]) == {"LINK_CONTRADICTS"}
    state, disk = table.state, records_on_disk(table.state)
    for subject in (old, new):
        assert state.index.get(subject.identifier.value) == disk[subject.identifier.value]


def test_candidate_may_be_granted_and_taken_back_in_one_group(spine: Spine) -> None:
    wider = registration("税务", categories=["E-60"], lists=["R-01"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    candidate = candidacy("税务", firm(1), "R-01", "2026-11-23", "2026-11-24")
    placed(spine.say("税务", "red", red_list_candidacy=candidate))
    spine.clock.move_to(date(2026, 11, 25))
    table = Table(spine)
    outcomes = table.group(
        table.say("税务", "granted", red_list_grant=grant("税务", "red", "2026-11-25", "2027-11-24")),
        table.say("税务", "notice-stays", withdrawal=withdrawal("税务", "red")),
        table.say("税务", "back", withdrawal=withdrawal("税务", "granted")),
        table.say("税务", "notice-goes", withdrawal=withdrawal("税务", "red")),
    )
    assert [isinstance(outcome, Placed) for outcome in outcomes] == [True, False, True, True]
    ref = firm(1).identifier.value
    assert table.state.index.get(ref) == records_on_disk(table.state)[ref]


def test_every_kind_of_statement_has_its_kind_of_leaf(spine: Spine) -> None:
    write_rich_history(spine)
    log, found = spine.engine.state.log, dict[str, set[LeafType]]()
    for row in log.store.statements():
        if row.erased_by is not None or row.batch is not None:
            continue
        body = pb.Statement.FromString(open_envelope(row, log).payload).WhichOneof("body") or ""
        found.setdefault(body, set()).add(Leaf.decode(row.leaf).type)
    edition = {f"edition_{step}": {LeafType.EDITION} for step in ("draft", "review", "adoption")}
    directory = ("department_registration", "official_registration", "official_revocation")
    expected = edition | {body: {LeafType.DIRECTORY} for body in directory}
    expected |= {"genesis": {LeafType.GENESIS}, "delivery": {LeafType.DELIVERY}}
    expected |= {"key_enrolment": {LeafType.KEY_REGISTER}, "key_revocation": {LeafType.KEY_REVOKE}}
    expected |= {"map_state": {LeafType.MAP_STATE}, "time_anchor": {LeafType.TIME_ANCHOR}}
    expected |= {"registry_key_change": {LeafType.KEY_ROTATION}}
    expected |= {"supervision": {LeafType.SUPERVISION}, "risk_alert": {LeafType.ALERT}}
    assert {body: kinds for body, kinds in found.items() if kinds != {LeafType.EVENT}} == expected
    assert found.keys() == {field.name for field in pb.Statement.DESCRIPTOR.oneofs_by_name["body"].fields}


def test_deliveries_of_one_group_count_each_from_its_own_position_on(spine: Spine) -> None:
    spine.clock.move_to(date(2026, 11, 25))
    table, sources, days = Table(spine), spine.engine.state.sources, ("2026-11-24", "2026-11-25")
    jobs = [table.say("法院", f"d-{day}", delivery=delivery("L-01", day)) for day in days]
    first, last = (placed(outcome) for outcome in table.group(*jobs))
    connections = table.state.directory.connections(last)
    known = [sources.known(at, connections)["L-01"] for at in (first - 1, first, last)]
    assert [note.as_of for note in known] == [date(2026, 11, day) for day in (23, 24, 25)]
    assert list(table.state.store.deliveries())[-2:] == known[1:]


def test_what_refers_to_a_later_statement_is_refused(table: Table) -> None:
    early = table.say("财政", "w", withdrawal=withdrawal("财政", "a"))
    event = table.say("财政", "a", event=short_ban(1))
    late = table.say("财政", "w2", withdrawal=withdrawal("财政", "a"))
    outcomes = table.group(early, event, late)
    assert names(outcomes[0]) == {"TARGET_UNKNOWN"}
    assert placed(outcomes[1]) + 1 == placed(outcomes[2])


def test_of_two_withdrawals_in_one_group_the_second_is_refused(table: Table) -> None:
    table.group(table.say("财政", "a", event=short_ban(1)))
    jobs = [table.say("财政", f"w-{n}", withdrawal=withdrawal("财政", "a")) for n in range(2)]
    first, second = table.group(*jobs)
    assert placed(first) == table.spine.position
    assert names(second) == {"TARGET_ALREADY_ENDED"}


def test_chain_of_a_subject_runs_through_a_group(table: Table) -> None:
    table.group(table.say("财政", "a", event=short_ban(1)))
    table.group(*[table.say("财政", f"b-{n}", event=short_ban(1)) for n in range(5)])
    rows = [row for row in table.state.store.statements() if row.subject == firm(1).identifier.value]
    assert [Leaf.decode(row.leaf).subject_sequence for row in rows] == list(range(6))
    assert len({Leaf.decode(row.leaf).previous for row in rows}) == 6


def test_new_person_in_one_group_gets_one_secret(table: Table) -> None:
    jobs = [
        table.say("法院", f"x-{n}", event=ban("法院", person(1), EXIT_BAN, "2026-04-01")) for n in range(3)
    ]
    table.group(*jobs)
    assert len(list(table.state.store.all_persons())) == 1
    rows = list(table.state.store.statements())[-3:]
    keys = {Leaf.decode(row.leaf).subject_key for row in rows}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("body", "alone"),
    [
        ("event", False),
        ("correction", False),
        ("withdrawal", False),
        ("repair", False),
        ("lifting", False),
        ("status_note", False),
        ("subject_link", False),
        ("name_ruling", False),
        ("red_list_candidacy", False),
        ("red_list_grant", False),
        ("delivery", False),
        ("department_registration", True),
        ("official_registration", True),
        ("official_revocation", True),
        ("key_enrolment", True),
        ("key_revocation", True),
        ("edition_draft", True),
        ("edition_review", True),
        ("edition_adoption", True),
        ("genesis", True),
    ],
)
def test_statements_that_change_how_others_are_judged_are_alone_in_their_group(
    body: str, alone: bool
) -> None:
    statement = pb.Statement()
    getattr(statement, body).SetInParent()
    submission = Submission(envelope_pb2.Envelope(), statement, bytes(32), "")
    assert changes_directory(submission) is alone


def test_event_right_behind_the_revocation_of_its_key_is_refused(spine: Spine) -> None:
    table = Table(spine)
    before = table.say("财政", "before", event=short_ban(1))
    gone = table.say(OPERATOR.key, "gone", key_revocation=revocation(spine, "财政"))
    behind = table.say("财政", "behind", event=short_ban(2))
    outcomes = queue(spine, before, gone, behind)
    assert placed(outcomes[0]) + 1 == placed(outcomes[1])
    assert names(outcomes[2]) == {"KEY_REVOKED"}


def test_event_right_behind_a_narrower_mandate_is_refused(spine: Spine) -> None:
    table = Table(spine)
    narrower = registration("财政")
    narrower.mandate.measures.remove("M-PRO-01")
    narrowed = table.say(OPERATOR.key, "narrower", department_registration=narrower)
    behind = table.say("财政", "behind", event=short_ban(2))
    outcomes = queue(spine, narrowed, behind)
    placed(outcomes[0])
    assert names(outcomes[1]) == {"MEASURE_OUTSIDE_MANDATE"}


def test_revocation_of_the_last_registrar_key_behind_another_is_refused(spine: Spine) -> None:
    table = Table(spine)
    second = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    placed(spine.enrol(OPERATOR.key, second))
    first = table.say(OPERATOR.key, "one", key_revocation=revocation(spine, OPERATOR.key))
    keyid, reason = second.keyid, pb.KEY_REVOCATION_REASON_RETIRED
    other = spine.statement(
        OPERATOR.key, "other", key_revocation=pb.KeyRevocation(keyid=keyid, reason=reason)
    )
    spine.signers[OPERATOR.key] = second
    outcomes = queue(spine, first, table.read(OPERATOR.key, other))
    placed(outcomes[0])
    assert names(outcomes[1]) == {"LAST_REGISTRAR_KEY"}


def test_questions_and_refusals_share_a_group_with_statements(table: Table) -> None:
    query = QueryRow(1, "caller", "P:1", 3, "案号", "出境", 1, 2)
    too_long = table.say("财政", "long", event=short_ban(1, "2036-03-01"))
    outcomes = table.group(query, too_long, table.say("财政", "good", event=short_ban(1)))
    assert cast("object", outcomes[0]) is None
    assert names(outcomes[1]) == {"TERM_OUT_OF_BOUNDS"}
    assert placed(outcomes[2]) == table.spine.position
    assert list(table.state.store.queries()) == [query]
    (logged,) = table.state.store.refusals(table.spine.code("财政"), 0, 10)
    assert logged.statement_id == "long"


def test_group_without_an_admitted_statement_leaves_the_checkpoint(table: Table) -> None:
    before = table.state.head
    table.group(table.say("财政", "long", event=short_ban(1, "2036-03-01")))
    assert table.state.head == before == table.state.store.checkpoint()


# --- time -----------------------------------------------------------------------------------------


def test_time_of_receipt_never_decreases_though_the_clock_goes_back(spine: Spine) -> None:
    times = [cast("Placed", spine.say("财政", event=short_ban(n))).received_ms for n in range(2)]
    spine.clock.now_ms -= 10 * DAY_MS
    times.append(cast("Placed", spine.say("财政", event=short_ban(2))).received_ms)
    spine.reopen()
    times.append(cast("Placed", spine.say("财政", event=short_ban(3))).received_ms)
    assert times == [times[0]] * 4
    spine.clock.now_ms += 10 * DAY_MS + 1
    assert cast("Placed", spine.say("财政", event=short_ban(4))).received_ms == times[0] + 1
    leaves = [Leaf.decode(row.leaf).received_ms for row in spine.engine.state.store.statements()]
    assert leaves == sorted(leaves)


def test_day_of_receipt_is_the_day_in_china(spine: Spine) -> None:
    spine.clock.move_to(date(2026, 12, 1))
    spine.clock.now_ms -= DAY_MS // 2 + 1  # One millisecond before midnight in China.
    decided_next_day = ban("财政", firm(1), "M-PRO-01", "2026-12-01", "2028-12-01")
    assert names(spine.say("财政", event=decided_next_day)) == {"DATE_IN_FUTURE"}
    spine.clock.now_ms += 1
    placed(spine.say("财政", event=decided_next_day))


def test_genesis_can_only_be_the_first_statement(spine: Spine) -> None:
    genesis = pb.Genesis(operator=OPERATOR.registration())
    signer = spine.signers[OPERATOR.key]
    genesis.operator_key.public_key = signer.public_key
    outcome = spine.say(OPERATOR.key, "genesis-2", genesis=genesis)
    assert {fault.reason for fault in cast("Any", outcome).faults} == {reasons.ERROR_REASON_FIELD_INVALID}
