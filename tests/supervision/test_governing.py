"""Whatever rules there are: which one governs a matter, and by when a matter must have one."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.supervision.matters import came, in_force
from registry.supervision.rules import FILING, governing
from registry.supervision.unfiled import due_day
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

FIRST = date(2026, 1, 1)
days = st.integers(0, 800).map(lambda number: FIRST + timedelta(days=number))
DRAFT = 3


def matter_file(number: str, matter_class: str, *statements: tuple[date, date | None]) -> SupervisionFile:
    """A matter with the days that it was stated for, each received on its first day."""
    reference = pb.FileReference(kind=pb.FILE_KIND_MATTER, department="A", number=number)
    acts = [
        FileAct(act=1, position=place, on=on.isoformat(), until=until.isoformat() if until else "",
                received_on=on.isoformat(), result=1)
        for place, (on, until) in enumerate(statements)
    ]  # fmt: skip
    return SupervisionFile(file=reference, matter_classes=[matter_class], acts=acts)


@st.composite
def rules(draw: st.DrawFn) -> list[SupervisionFile]:
    """Rules for SP-1, for its class, or for neither; filed or not."""
    found = []
    for place in range(draw(st.integers(0, 6))):
        filed = draw(st.none() | days)
        by_number, by_class = draw(st.booleans()), draw(st.booleans())
        file = SupervisionFile(
            file=pb.FileReference(kind=pb.FILE_KIND_RULE, department="A", number=f"ZD-{place}"),
            matters=["SP-1"] if by_number else ["SP-9"],
            matter_classes=["食 品"] if by_class else [],
            acts=[FileAct(act=DRAFT, position=10 + place, on=FIRST.isoformat())],
        )
        if filed is not None:
            file.acts.append(FileAct(act=FILING, position=100 + place, on=filed.isoformat()))
        found.append(file)
    return found


@given(rules(), days)
def test_the_rule_that_governs_is_filed_covers_the_matter_and_none_goes_before_it(
    found: list[SupervisionFile], day: date
) -> None:
    matter = matter_file("SP-1", "食品", (FIRST, None))
    may = [
        each
        for each in found
        if len(each.acts) > 1
        and each.acts[1].on <= day.isoformat()
        and ("SP-1" in each.matters or each.matter_classes)
    ]
    best = sorted(may, key=lambda each: ("SP-1" in each.matters, each.acts[1].on, each.acts[1].position))
    governs = governing(matter, found, day)
    assert (governs.file.number if governs else "") == (best[-1].file.number if best else "")


@given(rules(), days)
def test_a_draft_that_is_not_filed_changes_nothing(found: list[SupervisionFile], day: date) -> None:
    matter = matter_file("SP-1", "食品", (FIRST, None))
    filed = [each for each in found if len(each.acts) > 1]
    assert governing(matter, found, day) == governing(matter, filed, day)


@given(days)
def test_a_rule_is_due_on_the_last_of_november_never_earlier_than_the_day_it_came_nor_a_year_later(
    came_on: date,
) -> None:
    due = due_day(came_on)
    assert (due.month, due.day) == (11, 30)
    assert came_on <= due < came_on + timedelta(days=366)


@given(days, st.integers(1, 700), st.integers(0, 700))
def test_a_matter_is_in_force_from_its_first_day_until_the_day_it_ended_and_again_when_it_came_back(
    first: date, length: int, gap: int
) -> None:
    ended = first + timedelta(days=length)
    back = ended + timedelta(days=gap)
    file = matter_file("SP-1", "食品", (first, ended), (back, None))
    assert not in_force(file, first - timedelta(days=1))
    assert in_force(file, first)
    assert in_force(file, ended) is (gap == 0)
    assert in_force(file, back)
    assert came(file) == (back if gap >= 365 else first)
