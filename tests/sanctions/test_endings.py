"""What a repair, a change of code or a milder rule ends, and what it leaves standing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registry.domain.periods import Period
from registry.editions import current_edition
from registry.sanctions.ground import Ground, GroundKind
from registry.sanctions.restriction import restrictions_of
from registry.v1 import statement_pb2, subject_pb2
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, Subject
from tests.support.events import (
    ask,
    ban,
    imposed,
    licence,
    list_entry,
    new_firm,
    penalty,
    placed,
    repair,
    succession,
    told,
)
from tests.support.spine import Spine

BARRED = ("BLOCKED", {"M-PRO-01": "BLOCKS MANDATORY"})


def test_repair_of_a_list_entry_leaves_the_ban_that_the_same_document_imposed(spine: Spine) -> None:
    subject = new_firm()
    measure = imposed("M-PRO-01", "2026-03-01", "2029-03-01")
    entry = list_entry("财政", subject, "L-02", "2026-03-01", "2029-03-01", measures=[measure])
    placed(spine.say("财政", "listed-and-barred", event=entry))
    both = {"M-PRO-01": "BLOCKS MANDATORY", "M-PRO-05": "BLOCKS MANDATORY"}
    assert told(ask(spine, subject)) == ("BLOCKED", both)
    placed(spine.say("财政", repair=repair("财政", "listed-and-barred", "2026-03-02")))
    assert told(ask(spine, subject)) == BARRED


def test_ban_on_the_old_code_binds_the_new_one_also_on_days_before_the_code_changed(spine: Spine) -> None:
    old, new = new_firm(), new_firm()
    placed(spine.say("财政", event=ban("财政", old, "M-PRO-01", "2025-03-01", "2028-03-01")))
    placed(spine.say("市场监管", event=licence("市场监管", new)))
    placed(spine.say("市场监管", subject_link=succession(old, new, "2026-06-01")))
    for subject in (old, new):
        for day in (date(2026, 5, 30), date(2026, 6, 1)):
            assert told(ask(spine, subject, on=day)) == BARRED


def test_names_in_dispute_under_one_code_are_in_dispute_under_the_other(spine: Spine) -> None:
    old, new = new_firm(), new_firm()
    other = Subject(identifier=old.identifier, kind=old.kind, name="沧州另一(示例)有限公司")
    placed(spine.say("财政", event=penalty("财政", old)))
    placed(spine.say("税务", event=penalty("税务", other)))
    placed(spine.say("市场监管", event=licence("市场监管", new)))
    placed(spine.say("市场监管", subject_link=succession(old, new)))
    assert told(ask(spine, old)) == told(ask(spine, new)) == ("INDETERMINATE IDENTITY_AMBIGUOUS", {})


def lifetime_ground(code: str) -> Ground:
    """A lifetime measure imposed in 2020 under its row of then."""
    edition, decided = current_edition(), date(2020, 3, 1)
    return Ground(
        position=1,
        ordinal=0,
        subject="91130902DEM000018Y",
        kind=GroundKind.IMPOSED,
        code=code,
        period=Period(decided, None),
        subject_kind=subject_pb2.SUBJECT_KIND_ENTERPRISE,
        document=statement_pb2.Document(),
        legal_basis=(),
        department="",
        statement_id="s",
        edition=edition.hash,
        law_date=decided,
        known_from=1,
        measure=edition.measure(code, decided),
        lifetime=True,
    )


def test_milder_rule_that_knows_no_lifetime_ban_bounds_an_earlier_one() -> None:
    ground = lifetime_ground("M-PRO-01")
    row = ground.measure
    assert row is not None
    later = replace(
        row,
        term=replace(row.term, max_months=36, lifetime=False),
        effective_from=date(2026, 4, 1),
        for_earlier="if_lenient",
    )
    earlier = replace(row, effective_to=date(2026, 3, 31))
    rows = {**current_edition().measures, row.code: (earlier, later)}
    edition = replace(current_edition(), measures=rows, hash="synthetic")
    ground = replace(ground, measure=earlier)
    (before,) = restrictions_of(ground, edition, DOMAIN_PROCUREMENT, date(2026, 3, 31))
    (after,) = restrictions_of(ground, edition, DOMAIN_PROCUREMENT, date(2026, 4, 1))
    assert (before.period.last, before.milder) == (None, False)
    assert (after.period.last, after.milder) == (date(2023, 3, 1), True)
