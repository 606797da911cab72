"""The decision table against the registry's own answers, at every position of histories of every kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller
from registry.commands.ask import Ask, Matter
from registry.commands.state import RegistryState
from registry.domain.live_table import LiveTable
from registry.domain.verdict_shapes import ASK, question_of
from registry.domain.verdict_table import VerdictTable
from registry.provenance.keys import FileSigner
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.timeline import Compiler
from registry.sanctions.verdict_file import TableBasis, compile_table, is_in_table
from registry.v1 import envelope_pb2, restriction_service_pb2, statement_pb2, subject_pb2, verdict_pb2
from tests.support import events, remedies
from tests.support.clock import instant_ms
from tests.support.events import firm
from tests.support.history import short_ban, write_random_history, write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import ORIGIN, ROLE_OF_DOMAIN, TODAY, Spine, found_spine, furnish

DOMAINS = list(ROLE_OF_DOMAIN)
FIRST = date(2025, 6, 1)
YEARS = range(2000, 2100)
ROLES = [subject_pb2.SUBJECT_ROLE_BIDDER, *subject_pb2.SubjectRole.values()]
TENDER_KINDS = subject_pb2.TenderKind.values()


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


def matter_of(ask: Ask, domain: subject_pb2.Domain.ValueType, position: int, day: date) -> Matter:
    purpose = restriction_service_pb2.Purpose(domain=domain)
    caller = Caller(ROLE_OF_DOMAIN[domain], "asker", ORIGIN)
    facts = restriction_service_pb2.Matter()
    return ask.matter(caller, purpose, facts, position=position, valid_ms=instant_ms(day))


def changed_at(record: SubjectRecord, position: int) -> bool:
    """Whether a statement changed what is known of a subject."""
    rows: list[Any] = [*record.grounds, *record.marks, *record.links, *record.names]
    spans = [*record.known, *((row.known_from, row.known_to) for row in rows)]
    return any(position in span for span in spans)


def table_of(
    state: RegistryState, domain: subject_pb2.Domain.ValueType, position: int
) -> tuple[LiveTable, Compiler]:
    basis = TableBasis(domain, position, state.edition_at(position, FIRST), FIRST)
    live = LiveTable(VerdictTable(b"".join(compile_table(state.index.records(), basis))))
    return live, Compiler(domain, basis.edition, FIRST, live.book)


def turning_days(record: SubjectRecord) -> list[date]:
    """Days beside the ends of what is recorded of a subject."""
    rows: list[Any] = [*record.grounds, *record.marks]
    periods = [row.period for row in rows]
    ends = [end for period in periods for end in (period.first, period.last)]
    return [end + timedelta(days=days) for end in ends if end and end.year in YEARS for days in (-1, 0, 1)]


def assert_agrees_at_every_position(spine: Spine, chance: Random, since: int, asked: int) -> Counter[str]:
    """Holds a table of a position, kept current from there on, against the registry's answers at every
    position."""
    state, met = spine.engine.state, Counter[str]()
    records = state.index.records()
    organisations = [record for record in records if is_in_table(record.ref)]
    marked = [record for record in organisations if record.marks] or organisations
    for domain in DOMAINS:
        live, compiler = table_of(state, domain, since)
        for position in range(since, state.size):
            if position > since:
                changed = [record for record in organisations if changed_at(record, position)]
                timelines = [(record.ref.encode(), compiler.timeline(record, position)) for record in changed]
                live.apply(timelines, position)
        for _ in range(asked):
            position = chance.randrange(since, state.size)
            record = chance.choice(chance.choice([organisations, marked]))
            days = [day for day in turning_days(record) if day >= FIRST]
            day = chance.choice([FIRST, date(2030, 1, 1), *days, *days])
            compare(spine, live, record, matter_of(spine.engine.ask, domain, position, day), chance, met)
    return met


def compare(
    spine: Spine, live: LiveTable, record: SubjectRecord, matter: Matter, chance: Random, met: Counter[str]
) -> None:
    if matter.edition.hash != live.facts.edition:
        return
    role, kind = chance.choice(ROLES), chance.choice(TENDER_KINDS)
    question = matter.question.__class__(
        domain=matter.question.domain,
        role=role,
        day=matter.question.day,
        tender_kind=kind,
    )
    column, day, at = question_of(role, kind), question.day, matter.position
    code = record.ref.encode()
    answers = live.check(code, day, column, position=at, fault=matter.source_fault)
    met["questions"] += 1
    if answers.shapes[0] == ASK:
        assert any(link.kind != statement_pb2.SUBJECT_LINK_KIND_ALTERNATE for link in record.links)
        met["ask"] += 1
        return
    ask = spine.engine.ask
    decision = ask.decide(ask.find(subject_pb2.IDENTIFIER_TYPE_USCC, record.ref), question, matter)
    told = (int(answers.verdicts[0]), int(answers.reasons[0]))
    assert told == (decision.verdict, decision.indeterminate), (record, question, at)
    assert live.one(code, day, position=at) == answers.shapes[0]
    measures = {
        (one.measure, one.status, one.effects[column]) for one in live.book[answers.shapes[0]].measures
    }
    assert measures == {(hit.restriction.measure.code, hit.status, hit.effect) for hit in decision.hits}
    met.update(verdict_pb2.HitStatus.Name(hit.status).removeprefix("HIT_STATUS_") for hit in decision.hits)
    met[verdict_pb2.Verdict.Name(decision.verdict)] += 1


def test_table_agrees_with_the_registry_over_a_history_of_every_kind(spine: Spine) -> None:
    since = spine.position + 3
    write_rich_history(spine)
    met = assert_agrees_at_every_position(spine, Random(1), since, asked=2500)
    assert all(met[name] >= 10 for name in ("VERDICT_BLOCKED", "VERDICT_REVIEW", "VERDICT_CLEAR"))
    assert all(met[name] for name in ("IN_FORCE", "COMING", "DISPUTED", "NOT_SERVED")), met
    assert met["ask"] < met["questions"] * 0.1


@pytest.mark.parametrize("seed", range(2))
def test_table_agrees_with_the_registry_over_random_acts(spine: Spine, seed: int) -> None:
    chance, since = Random(seed), spine.position + 1
    write_random_acts(spine, chance, 150)
    met = assert_agrees_at_every_position(spine, chance, since, asked=1500)
    assert met["IN_FORCE"] > 100, met


def test_table_agrees_with_the_registry_over_entries_repaired_and_withdrawn(spine: Spine) -> None:
    chance, since = Random(3), spine.position + 1
    write_random_history(spine, chance, 150)
    met = assert_agrees_at_every_position(spine, chance, since, asked=1500)
    assert not met["ask"]
    assert met["IN_FORCE"] > 50, met


@pytest.mark.parametrize("status", ["STAYED", "CONTESTED", "SHIELDED"])
def test_what_befalls_an_entry_is_in_the_table_from_its_day_on_and_not_before(
    spine: Spine, status: str
) -> None:
    since, day = spine.position + 1, "2026-08-01"
    entry = events.list_entry("人社", firm(1), "L-04", "2025-07-01", "2028-07-01")
    events.placed(spine.say("人社", "entry", event=entry))
    noted = statement_pb2.NotedStatus.Value(f"NOTED_STATUS_{status}")
    shield = remedies.shield("人社", "entry", day)
    note = shield if status == "SHIELDED" else events.note("人社", "entry", noted, day)
    events.placed(spine.say("人社", "note", status_note=note))
    met = assert_agrees_at_every_position(spine, Random(4), since, asked=600)
    assert min(met[status], met["IN_FORCE"]) > 20, met


def test_who_is_known_by_a_thief_and_who_is_unknown_by_one_are_two_shapes(spine: Spine) -> None:
    """The same ban, in dispute on both: one subject is known by it alone, the other by nothing any more."""
    since, stolen = spine.position + 1, FileSigner.generate(envelope_pb2.SUITE_ED25519)
    events.placed(spine.enrol("财政", stolen))
    events.placed(spine.say("财政", "freed", event=short_ban(1)))
    suspect = events.placed(spine.say("财政", event=short_ban(2), by=stolen))
    freed = events.withdrawal("财政", "freed")
    events.placed(spine.say("财政", withdrawal=freed, by=stolen))
    compromised = statement_pb2.KEY_REVOCATION_REASON_COMPROMISED
    revocation = statement_pb2.KeyRevocation(keyid=stolen.keyid, reason=compromised, suspect_from=suspect)
    events.placed(spine.say(OPERATOR.key, key_revocation=revocation))
    spine.deliver(["法院", "税务"])
    live, _ = table_of(spine.engine.state, subject_pb2.DOMAIN_PROCUREMENT, spine.position)
    codes = "".join(firm(number).identifier.value for number in (1, 2)).encode()
    answers = live.check(codes, TODAY, question_of(subject_pb2.SUBJECT_ROLE_BIDDER, 1))
    decided = [spine.ask(firm(number).identifier.value).verdict for number in (1, 2)]
    assert (
        answers.verdicts.tolist()
        == decided
        == [verdict_pb2.VERDICT_INDETERMINATE, verdict_pb2.VERDICT_REVIEW]
    )
    met = assert_agrees_at_every_position(spine, Random(6), since, asked=500)
    assert met["DISPUTED"] > 20, met
