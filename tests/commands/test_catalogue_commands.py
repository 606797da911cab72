"""Editions named, read, compared and simulated over the state of a registry."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from registry.commands.catalogue import Catalogue
from registry.commands.simulation import Simulated, Simulations, Start, start_of
from registry.editions import CURRENT_LABEL, shipped_editions
from registry.errors import RegistryError
from registry.sanctions.catalogue.drafts import MAX_BYTES
from registry.sanctions.catalogue.parser import content_hash
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1.statement_pb2 import EditionFile
from tests.support.case_records import case_files
from tests.support.command import digests
from tests.support.editions import adopt, appoint_officials, changed_row, edition_draft, edition_files
from tests.support.events import ban, firm, list_entry, person, placed, withdrawal
from tests.support.founding import found_with
from tests.support.spine import Spine, furnish

SWITCH, TODAY = date(2026, 4, 1), date(2026, 4, 10)
SHIPPED = {edition.label: edition for edition in shipped_editions().values()}
LABEL = "2026.40"
MILDER = changed_row(edition_files(LABEL), "M-PRO-05", answer="review")


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """Founded with 2026.1, some subjects on record, a draft that nobody has reviewed."""
    spine = furnish(found_with(tmp_path_factory.mktemp("catalogue") / "registry", "2026.1", TODAY))
    for number in range(1, 8):
        entry = list_entry("税务", firm(number), "L-03", "2025-03-01", "2027-03-01")
        placed(spine.say("税务", f"tax-{number}", event=entry))
    placed(spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-03-20", "2028-03-20")))
    placed(spine.say("法院", event=list_entry("法院", person(1), "L-01", "2025-03-01", "2027-03-01")))
    drafter = appoint_officials(spine).drafter
    placed(spine.say("信用办", edition_draft=edition_draft(MILDER), by=drafter))
    yield spine
    spine.engine.close()


@pytest.fixture
def catalogue(spine: Spine) -> Catalogue:
    return Catalogue(spine.engine.ask)


def reason_of(call: Callable[[], object]) -> tuple[str, str]:
    """Reason and field of the first fault with which a call is refused."""
    with pytest.raises(RegistryError) as raised:
        call()
    return raised.value.faults[0].name, raised.value.faults[0].field


def files(texts: dict[str, str] | None = None, base: str = "") -> pb.EditionSource:
    """Files as a request carries them."""
    rows = [EditionFile(name=name, content=text) for name, text in (texts or {}).items()]
    return pb.EditionSource(files=pb.EditionFiles(files=rows, base=base))


def run(catalogue: Catalogue, edition: str, start: Start | None = None, sample: int = 0) -> list[Simulated]:
    """Every part of a run."""
    meant = catalogue.sources.named(edition, "")
    return list(catalogue.simulations.run(meant, start or Start(), sample=sample))


# --- which edition is meant ------------------------------------------------------------------------


def test_an_edition_is_named_by_its_label_or_its_hash(catalogue: Catalogue) -> None:
    for name in ("2026.1", SHIPPED["2026.1"].hash):
        assert catalogue.sources.named(name, "edition") is SHIPPED["2026.1"]
    assert catalogue.sources.named(LABEL, "edition").label == LABEL


@pytest.mark.parametrize("name", ["2031.1", "", SHIPPED["2026.1"].hash[:12]])
def test_an_edition_that_is_not_there_is_refused(catalogue: Catalogue, name: str) -> None:
    assert reason_of(lambda: catalogue.sources.named(name, "to.edition")) == ("EDITION_UNKNOWN", "to.edition")


def test_label_of_a_shipped_edition_on_a_draft_of_another_content_means_neither(tmp_path: Path) -> None:
    spine = furnish(found_with(tmp_path / "registry", "2026.1", TODAY), ["财政"])
    shipped, content = SHIPPED["2026.2"], edition_files("2026.2")
    draft = edition_draft(changed_row(content, "M-PRO-05", answer="review"))
    drafter = appoint_officials(spine).drafter
    placed(spine.say("信用办", edition_draft=draft, by=drafter))
    sources = Catalogue(spine.engine.ask).sources
    with pytest.raises(RegistryError) as raised:
        sources.named("2026.2", "edition")
    (fault,) = raised.value.faults
    assert (fault.name, fault.field) == ("FIELD_INVALID", "edition")
    assert shipped.hash in fault.message
    assert draft.edition in fault.message
    assert sources.named(draft.edition, "edition").hash == draft.edition
    assert sources.named(shipped.hash, "edition") is shipped
    spine.engine.close()


def test_files_take_over_what_their_base_has(catalogue: Catalogue) -> None:
    own = {"edition.yaml": 'edition: "2027.1"\n'}
    edition = catalogue.sources.resolve(files(own, base="2026.1"), "to")
    assert edition.label == "2027.1"
    assert edition.measures == SHIPPED["2026.1"].measures
    over_draft = catalogue.sources.resolve(files(own, base=LABEL), "to")
    assert over_draft.measures["M-PRO-05"][-1].answer == "review"


def test_the_files_of_an_edition_make_it_again_wherever_they_come_from(catalogue: Catalogue) -> None:
    for name in ("2026.1", "2026.2", LABEL):
        case, found = catalogue.entry(name)
        assert content_hash(found) == case.edition
    assert catalogue.entry(LABEL)[1] == MILDER


@pytest.mark.parametrize(
    ("texts", "reason", "field"),
    [
        ({}, "TOO_LARGE", "to.files.files"),
        ({f"{n}.yaml": "" for n in range(65)}, "TOO_LARGE", "to.files.files"),
        ({"a.yaml": "#" * (MAX_BYTES + 1)}, "TOO_LARGE", "to.files.files"),
        ({"../a.yaml": ""}, "FIELD_INVALID", "to.files.files[0].name"),
        ({"a.txt": ""}, "FIELD_INVALID", "to.files.files[0].name"),
    ],
)
def test_files_that_are_too_many_too_large_or_misnamed_are_refused(
    catalogue: Catalogue, texts: dict[str, str], reason: str, field: str
) -> None:
    assert reason_of(lambda: catalogue.sources.resolve(files(texts), "to")) == (reason, field)


def test_a_file_that_stands_twice_is_refused(catalogue: Catalogue) -> None:
    source = files({"a.yaml": "edition: x"})
    source.files.files.add(name="a.yaml", content="edition: y")
    refused = reason_of(lambda: catalogue.sources.resolve(source, "to"))
    assert refused == ("FIELD_INVALID", "to.files.files[1].name")


def test_faulty_files_are_refused_with_every_fault_and_its_place(catalogue: Catalogue) -> None:
    faulty = changed_row(
        changed_row(edition_files("x"), "M-PRO-01", answer="perhaps"), "L-01", confidence="sure"
    )
    with pytest.raises(RegistryError) as raised:
        catalogue.sources.resolve(files(dict(faulty)), "edition")
    told = [fault.message for fault in raised.value.faults]
    assert [fault.name for fault in raised.value.faults] == ["EDITION_FAULTY"] * 2
    assert "lists.yaml:" in told[0]
    assert "L-01 confidence: sure is none of" in told[0]
    assert "M-PRO-01 answer: perhaps is none of" in told[1]


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 100_000, "- " * 100_000, "a: &x [1]\nb: *x\n", "{" * 50_000, "? " * 50_000]
)
def test_a_file_that_nests_without_end_is_a_fault_and_no_crash(catalogue: Catalogue, text: str) -> None:
    checked = catalogue.check(files({"a.yaml": text}), {})
    assert checked.edition is None
    assert any(fault.place.file == "a.yaml" for fault in checked.faults)


# --- checks and differences ------------------------------------------------------------------------


def test_the_cases_beside_the_current_edition_hold_and_none_is_missing(catalogue: Catalogue) -> None:
    checked = catalogue.check(pb.EditionSource(edition=CURRENT_LABEL), case_files(CURRENT_LABEL))
    assert checked.faults == ()
    assert checked.cases_run > 300


def test_a_case_whose_answer_is_another_is_a_fault_with_its_place(catalogue: Catalogue) -> None:
    cases = {"procurement.yaml": case_files(CURRENT_LABEL)["procurement.yaml"]}
    checked = catalogue.check(pb.EditionSource(edition=LABEL), cases)
    differing = [fault for fault in checked.faults if "结论应为BLOCKED, 实为REVIEW" in fault.message]
    assert {fault.place.file for fault in differing} == {"procurement.yaml"}
    assert all(fault.place.line > 1 for fault in differing)
    missing = [fault.message for fault in checked.faults if not fault.place.file]
    assert any(text.startswith("M-BID-01(") and "没有适用的用例" in text for text in missing)


def test_what_is_not_confirmed_is_told_to_whoever_reviews(catalogue: Catalogue) -> None:
    told = catalogue.check(pb.EditionSource(edition="2026.2"), {}).unconfirmed
    assert any(text.startswith("名单 L-09 文化和旅游市场严重失信主体名单: 可信度低; ") for text in told)


def test_without_a_first_edition_the_difference_is_from_the_one_in_force(catalogue: Catalogue) -> None:
    to = pb.EditionSource(edition="2026.2")
    assert catalogue.changes(None, to) == catalogue.changes(pb.EditionSource(edition="2026.1"), to)
    assert catalogue.changes(None, pb.EditionSource(edition="2026.1")) == ()


# --- simulation ------------------------------------------------------------------------------------


def test_a_run_is_over_everybody_known_and_changes_nothing(catalogue: Catalogue, spine: Spine) -> None:
    before, position = digests(spine.directory), spine.position
    (simulated,) = run(catalogue, LABEL, sample=100)
    # Seven firms on L-03 and the person on L-01 follow M-PRO-05.
    assert (simulated.total, simulated.part.subjects, simulated.part.done) == (8, 8, True)
    assert set(simulated.part.counts.values()) == {8}
    assert (simulated.run.position, simulated.run.day) == (position, TODAY)
    assert digests(spine.directory) == before
    assert spine.position == position


def test_the_switch_is_no_change_for_anybody(catalogue: Catalogue) -> None:
    for day in (date(2026, 3, 20), SWITCH, TODAY):
        (simulated,) = run(catalogue, "2026.2", Start(day=day))
        assert simulated.part.counts == {}
        assert simulated.run.before is SHIPPED["2026.1"]


def test_a_run_that_goes_on_gives_exactly_the_rest(catalogue: Catalogue, spine: Spine) -> None:
    catalogue.simulations = Simulations(spine.engine.ask, part_size=3)
    whole = run(catalogue, LABEL, sample=10)
    assert [each.part.subjects for each in whole] == [3, 3, 2]
    for count, each in enumerate(whole[:-1], 1):
        start = start_of(each.cursor, position=None, day=None)
        assert [rest.part for rest in run(catalogue, LABEL, start, sample=10)] == [
            later.part for later in whole[count:]
        ]
    after_all = run(catalogue, LABEL, start_of(whole[-1].cursor, position=None, day=None))
    assert [(each.part.subjects, each.part.done) for each in after_all] == [(0, True)]
    assert after_all[0].cursor == whole[-1].cursor


def test_a_run_says_the_same_whatever_is_stated_after_its_position(tmp_path: Path) -> None:
    spine = furnish(found_with(tmp_path / "registry", "2026.1", TODAY), ["税务"])
    entry = list_entry("税务", firm(1), "L-03", "2025-03-01", "2027-03-01")
    placed(spine.say("税务", "first", event=entry))
    catalogue, after = Catalogue(spine.engine.ask), files(dict(MILDER))
    edition = catalogue.sources.resolve(after, "edition")
    (early,) = catalogue.simulations.run(edition, Start(), sample=9)
    for number in (2, 3):
        more = list_entry("税务", firm(number), "L-03", "2025-03-01", "2027-03-01")
        placed(spine.say("税务", event=more))
    placed(spine.say("税务", withdrawal=withdrawal("税务", "first")))
    (again,) = catalogue.simulations.run(edition, Start(position=early.run.position), sample=9)
    assert (again.part.counts, again.part.sample, again.total) == (early.part.counts, early.part.sample, 1)
    (now,) = catalogue.simulations.run(edition, Start(), sample=9)
    assert set(now.part.counts.values()) == {2}
    spine.engine.close()


def test_an_adopted_edition_is_what_later_drafts_are_compared_with(tmp_path: Path) -> None:
    spine = furnish(found_with(tmp_path / "registry", "2026.1", TODAY), ["税务"])
    placed(spine.say("税务", event=list_entry("税务", firm(1), "L-03", "2025-03-01", "2027-03-01")))
    adopt(spine, MILDER, in_force_from="2026-05-01")
    catalogue = Catalogue(spine.engine.ask)
    (before,) = run(catalogue, LABEL, Start(day=date(2026, 4, 30)))
    (since,) = run(catalogue, LABEL, Start(day=date(2026, 5, 1)))
    assert (set(before.part.counts.values()), since.part.counts) == ({1}, {})
    spine.engine.close()


def test_a_position_that_is_not_there_yet_is_refused(catalogue: Catalogue, spine: Spine) -> None:
    refused = reason_of(lambda: run(catalogue, LABEL, Start(position=spine.position + 1)))
    assert refused == ("POSITION_AHEAD", "position")


def test_a_cursor_names_nobody_and_goes_on_as_no_other_run(catalogue: Catalogue) -> None:
    cursor = run(catalogue, LABEL)[0].cursor
    assert person(1).identifier.value not in cursor
    start = start_of(cursor, position=None, day=None)
    assert reason_of(lambda: run(catalogue, "2026.2", start)) == ("FIELD_INVALID", "after")
    for position, day in ((1, None), (None, SWITCH)):
        refused = reason_of(lambda p=position, d=day: start_of(cursor, position=p, day=d))  # type: ignore[misc]
        assert refused == ("FIELD_INVALID", "after")


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "AAAA", urlsafe_b64encode(b"1 2").decode(), urlsafe_b64encode(b"1 x y z q r").decode()],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    assert reason_of(lambda: start_of(cursor, position=None, day=None)) == ("FIELD_INVALID", "after")


def test_editions_are_listed_with_where_they_stand(catalogue: Catalogue) -> None:
    founding, draft = catalogue.cases()
    assert (founding.label, founding.adopted is not None) == ("2026.1", True)
    assert (draft.label, draft.drafted is not None, draft.reviewed) == (LABEL, True, None)
    assert draft.drafted is not None
    assert draft.drafted.official_id == "X-1"
    assert catalogue.entry("")[0].label == "2026.1"
    shipped, _ = catalogue.entry("2026.2")
    assert (shipped.drafted, shipped.adopted) == (None, None)
