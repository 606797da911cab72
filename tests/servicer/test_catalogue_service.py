"""The catalogue over the wire: how an edition becomes law here, and what may be known before it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.editions import shipped_editions
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.server import STREAMS
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1 import statement_pb2
from registry.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from registry.v1.intake_service_pb2 import SubmitResult
from tests.support.command import digests
from tests.support.editions import (
    Files,
    Officials,
    appoint_officials,
    changed_row,
    edition_adoption,
    edition_draft,
    edition_files,
    edition_review,
)
from tests.support.events import firm, list_entry, new_firm, person, placed
from tests.support.founding import found_with
from tests.support.served import Served, fault_names, refused, serving
from tests.support.spine import furnish

TODAY = date(2026, 4, 10)
SHIPPED = {edition.label: edition for edition in shipped_editions().values()}
FIRMS = 6


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry founded with the edition of before the switch, ten days after it, some on record."""
    directory = tmp_path_factory.mktemp("catalogue") / "registry"
    spine = furnish(found_with(directory, "2026.1", TODAY))
    for number in range(FIRMS):
        entry = list_entry("税务", firm(number), "L-03", "2025-03-01", "2027-03-01")
        placed(spine.say("税务", event=entry))
    placed(spine.say("法院", event=list_entry("法院", person(1), "L-01", "2025-03-01", "2027-03-01")))
    with serving(spine) as running:
        yield running


@pytest.fixture(scope="module")
def officials(served: Served) -> Officials:
    return appoint_officials(served.spine)


@pytest.fixture
def stub(served: Served) -> CatalogueServiceStub:
    return stub_of(served, served.registrar())


def stub_of(served: Served, caller: Caller) -> CatalogueServiceStub:
    return CatalogueServiceStub(served.channel(caller))


def milder(label: str) -> Files:
    """A draft in which M-PRO-05 is for review, so that everybody whom it blocks has a change."""
    return changed_row(edition_files(label), "M-PRO-05", answer="review")


class Desk:
    """Sends the steps of an edition, each signed by whom one likes."""

    def __init__(self, served: Served, stub: CatalogueServiceStub) -> None:
        self._spine, self._stub = served.spine, stub

    def draft(self, files: Files, by: FileSigner, **more: str) -> list[str]:
        """Reasons for which a draft is refused, [] if it is recorded."""
        return self._said(self._stub.Draft, pb.DraftRequest, by, edition_draft=edition_draft(files, **more))

    def review(
        self, files: Files, by: FileSigner, *, lawful: bool = True, opinion: str = "合法"
    ) -> list[str]:
        """The same of a legal opinion."""
        body = edition_review(edition_draft(files).edition, lawful=lawful, opinion=opinion)
        return self._said(self._stub.Review, pb.ReviewRequest, by, edition_review=body)

    def adopt(self, files: Files, by: FileSigner, **more: str) -> list[str]:
        """The same of an adoption."""
        days = {"in_force_from": "2026-05-01", "filed_on": TODAY.isoformat(), **more}
        body = edition_adoption(edition_draft(files).edition, **days)
        return self._said(self._stub.Adopt, pb.AdoptRequest, by, edition_adoption=body)

    def _said(self, method: Any, request: Any, by: FileSigner, **body: Any) -> list[str]:
        statement = self._spine.statement(OPERATOR.key, **body)
        envelope = sign_envelope(statement.SerializeToString(), by)
        result: SubmitResult = method(request(envelope=envelope)).result
        assert all(fault.message for fault in result.refused.faults)
        return fault_names(result)


@pytest.fixture
def desk(served: Served, stub: CatalogueServiceStub) -> Desk:
    return Desk(served, stub)


def named(edition: str) -> pb.EditionSource:
    return pb.EditionSource(edition=edition)


def as_files(files: Files, base: str = "") -> pb.EditionSource:
    rows = [statement_pb2.EditionFile(name=name, content=text) for name, text in files.items()]
    return pb.EditionSource(files=pb.EditionFiles(files=rows, base=base))


# --- how an edition becomes law --------------------------------------------------------------------


def test_drafted_reviewed_and_approved_by_three_officials_it_is_law_from_its_day_on(
    served: Served, stub: CatalogueServiceStub, desk: Desk, officials: Officials
) -> None:
    files = milder("2026.4")
    assert desk.draft(files, officials.drafter) == []
    assert _state(stub, "2026.4") == pb.EDITION_STATE_DRAFTED
    assert desk.review(files, officials.reviewer) == []
    assert _state(stub, "2026.4") == pb.EDITION_STATE_REVIEWED
    assert desk.adopt(files, officials.approver, in_force_from="2027-01-01") == []
    entry = stub.GetEdition(pb.GetEditionRequest(edition="2026.4")).entry
    assert entry.state == pb.EDITION_STATE_ADOPTED
    assert (entry.drafted_by, entry.reviewed_by, entry.adopted_by) == ("X-1", "X-2", "X-3")
    assert (entry.in_force_from, entry.filing_number) == ("2027-01-01", "沧示备〔2026〕1号")
    assert entry.drafted_position < entry.reviewed_position < entry.adopted_position
    position, state = served.spine.position, served.spine.engine.state
    assert state.edition_at(position, date(2026, 12, 31)).label == "2026.1"
    assert state.edition_at(position, date(2027, 1, 1)).label == "2026.4"


def test_whoever_drafts_does_not_review_and_whoever_took_a_step_does_not_approve(
    served: Served, desk: Desk, officials: Officials
) -> None:
    registrar = statement_pb2.OFFICIAL_ROLE_REGISTRAR  # Whoever registers officials takes no step.
    every_role = [role for role in statement_pb2.OfficialRole.values()[1:] if role != registrar]
    everything = served.spine.appoint(OPERATOR.key, "Y-1", "综合科", *every_role)
    files = milder("2026.31")
    assert desk.draft(files, everything) == []
    assert desk.review(files, everything) == ["SAME_OFFICIAL"]
    assert desk.review(files, officials.reviewer) == []
    assert desk.adopt(files, everything) == ["SAME_OFFICIAL"]


def test_the_legal_reviewer_is_of_another_section_than_the_drafter(
    served: Served, desk: Desk, officials: Officials
) -> None:
    role = statement_pb2.OFFICIAL_ROLE_LEGAL_REVIEWER
    neighbour = served.spine.appoint(OPERATOR.key, "Y-2", "目录科", role)
    files = milder("2026.32")
    assert desk.draft(files, officials.drafter) == []
    assert desk.review(files, neighbour) == ["SAME_SECTION"]


def test_each_step_takes_the_role_that_is_for_it(desk: Desk, officials: Officials) -> None:
    files = milder("2026.33")
    assert desk.draft(files, officials.approver) == ["ROLE_REQUIRED"]
    assert desk.draft(files, officials.drafter) == []
    assert desk.review(files, officials.approver) == ["ROLE_REQUIRED"]
    assert desk.review(files, officials.reviewer) == []
    assert "ROLE_REQUIRED" in desk.adopt(files, officials.drafter)


def test_the_seal_of_the_registry_is_no_official(served: Served, desk: Desk) -> None:
    assert desk.draft(milder("2026.34"), served.spine.signers[OPERATOR.key]) == ["OFFICIAL_REQUIRED"]


def test_what_nobody_reviewed_or_what_was_found_unlawful_is_not_approved(
    stub: CatalogueServiceStub, desk: Desk, officials: Officials
) -> None:
    files = milder("2026.35")
    assert desk.adopt(files, officials.approver) == ["EDITION_NOT_DRAFTED"]
    assert desk.draft(files, officials.drafter) == []
    assert desk.adopt(files, officials.approver) == ["EDITION_NOT_REVIEWED"]
    assert desk.review(files, officials.reviewer, lawful=False, opinion="超出上位法") == []
    assert _state(stub, "2026.35") == pb.EDITION_STATE_REJECTED
    assert desk.adopt(files, officials.approver) == ["EDITION_NOT_REVIEWED"]


def test_no_step_is_taken_twice(desk: Desk, officials: Officials) -> None:
    files = milder("2026.36")
    assert desk.draft(files, officials.drafter) == []
    assert desk.draft(files, officials.drafter) == ["EDITION_ALREADY_DRAFTED"]
    assert desk.review(files, officials.reviewer) == []
    assert set(desk.review(files, officials.reviewer)) == {"EDITION_ALREADY_REVIEWED", "SAME_OFFICIAL"}
    assert desk.adopt(files, officials.approver, in_force_from="2028-01-01") == []
    assert "EDITION_ALREADY_ADOPTED" in desk.adopt(files, officials.approver, in_force_from="2028-01-01")


def test_an_edition_is_filed_with_a_number_before_it_is_law(desk: Desk, officials: Officials) -> None:
    files = milder("2026.37")
    assert desk.draft(files, officials.drafter) == []
    assert desk.review(files, officials.reviewer) == []
    assert desk.adopt(files, officials.approver, filing_number=" ") == ["FILING_REQUIRED"]
    assert desk.adopt(files, officials.approver, filed_on="2026-04-11") == ["DATE_IN_FUTURE"]


def test_a_faulty_draft_is_refused_with_every_fault_its_file_and_line(
    served: Served, stub: CatalogueServiceStub, officials: Officials
) -> None:
    files = changed_row(edition_files("2026.38"), "M-PRO-01", answer="perhaps", confidence="sure")
    draft = statement_pb2.EditionDraft(edition="0" * 64, label="2026.38", reason="试")
    draft.files.extend(as_files(files).files.files)
    statement = served.spine.statement(OPERATOR.key, edition_draft=draft)
    envelope = sign_envelope(statement.SerializeToString(), officials.drafter)
    result = stub.Draft(pb.DraftRequest(envelope=envelope)).result
    assert fault_names(result) == ["EDITION_FAULTY", "EDITION_FAULTY"]
    checked = stub.CheckEdition(pb.CheckEditionRequest(source=as_files(files)))
    lines = files["measures-procurement.yaml"].splitlines()
    assert len(checked.faults) == 2
    for fault in checked.faults:
        assert fault.file == "measures-procurement.yaml"
        assert lines[fault.line - 1].split(":")[0].strip() in fault.message
    assert (checked.edition, checked.measures) == ("", 0)


def test_a_draft_with_two_files_of_one_name_is_refused(
    served: Served, desk: Desk, officials: Officials
) -> None:
    draft = edition_draft(milder("2026.39"))
    draft.files.add(name="edition.yaml", content='edition: "2026.39"\n# another content\n')
    statement = served.spine.statement(OPERATOR.key, edition_draft=draft)
    envelope = sign_envelope(statement.SerializeToString(), officials.drafter)
    result = stub_of(served, served.registrar()).Draft(pb.DraftRequest(envelope=envelope)).result
    assert fault_names(result) == ["EDITION_FAULTY"]
    assert result.refused.faults[0].message == "edition.yaml:1: stands twice"


def test_another_kind_of_statement_is_no_step(served: Served, stub: CatalogueServiceStub) -> None:
    review = edition_review(SHIPPED["2026.2"].hash)
    envelope = served.spine.seal(OPERATOR.key, served.spine.statement(OPERATOR.key, edition_review=review))
    refusal = refused(lambda: stub.Draft(pb.DraftRequest(envelope=envelope)))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("envelope.payload",))


# --- what may be known before ----------------------------------------------------------------------


def test_the_difference_says_in_words_what_the_switch_changed(served: Served) -> None:
    finance = stub_of(served, served.department("财政"))
    request = pb.DiffRequest(to=named("2026.2"))
    getattr(request, "from").CopyFrom(named("2026.1"))
    changes = finance.Diff(request).changes
    told = {(change.text, change.severity) for change in changes}
    assert ("行政处罚公示期限(轻微): 自2026-04-01起, 最长公示期由36个月改为3个月", -1) in told
    assert any("海关总署令第282号" in text for text, _ in told)
    # 2026.1 is in force, so it need not be named.
    assert finance.Diff(pb.DiffRequest(to=named("2026.2"))).changes == changes


def test_an_edition_comes_with_its_files_as_they_were_drafted(stub: CatalogueServiceStub) -> None:
    response = stub.GetEdition(pb.GetEditionRequest())
    assert (response.entry.label, response.entry.state) == ("2026.1", pb.EDITION_STATE_ADOPTED)
    assert (response.entry.in_force_from, response.entry.adopted_by) == ("", "")
    again = pb.EditionSource(files=pb.EditionFiles(files=response.files))
    checked = stub.CheckEdition(pb.CheckEditionRequest(source=again))
    assert (checked.edition, list(checked.faults)) == (SHIPPED["2026.1"].hash, [])
    assert checked.measures == len(SHIPPED["2026.1"].measures)


def test_editions_are_listed_from_the_founding_one_on(stub: CatalogueServiceStub) -> None:
    entries = stub.ListEditions(pb.ListEditionsRequest()).editions
    assert (entries[0].label, entries[0].adopted_position) == ("2026.1", 0)
    assert not entries[0].HasField("drafted_position")


def test_a_simulation_tells_who_has_a_change_and_changes_nothing(
    served: Served, stub: CatalogueServiceStub
) -> None:
    before, position = _log_bytes(served), served.spine.position
    request = pb.SimulateRequest(edition=as_files(milder("2031.1")), on="2026-04-10", sample=100)
    (part,) = stub.Simulate(request)
    assert (part.done, part.position, part.subjects) == (True, position, part.subjects_total)
    (procurement,) = [each for each in part.domains if each.domain == 5]
    assert (procurement.gain, procurement.lose, procurement.change) == (0, 0, FIRMS + 1)
    shown = {change.subject.value for change in part.sample}
    assert firm(1).identifier.value in shown
    assert person(1).identifier.value not in shown
    assert any("*" in value for value in shown)
    assert all("答复由禁止改为需研判" in change.text for change in part.sample)
    assert served.spine.position == position
    assert _log_bytes(served) == before


def test_the_switch_simulated_is_no_change_for_anybody(stub: CatalogueServiceStub) -> None:
    for day in ("2026-03-20", "2026-04-01", "2026-04-10"):
        (part,) = stub.Simulate(pb.SimulateRequest(edition=named("2026.2"), on=day, sample=10))
        assert (list(part.domains), list(part.sample)) == ([], [])
        assert part.subjects > FIRMS


def test_a_simulation_goes_on_after_a_cursor_at_the_position_of_the_first(
    served: Served, stub: CatalogueServiceStub
) -> None:
    edition = as_files(milder("2031.2"))
    (part,) = stub.Simulate(pb.SimulateRequest(edition=edition))
    placed(served.spine.say("税务", event=list_entry("税务", new_firm(), "L-03", "2025-03-01", "2027-03-01")))
    (rest,) = stub.Simulate(pb.SimulateRequest(edition=edition, after=part.cursor))
    assert (rest.subjects, rest.done, rest.position) == (0, True, part.position)
    assert rest.subjects_total == part.subjects_total


def test_a_caller_who_hangs_up_leaves_room_for_others(stub: CatalogueServiceStub) -> None:
    for _ in range(2 * STREAMS):
        call = stub.Simulate(pb.SimulateRequest(edition=named("2026.2")))
        next(call)
        call.cancel()
    (part,) = stub.Simulate(pb.SimulateRequest(edition=named("2026.2")))
    assert part.done


@pytest.mark.parametrize(
    ("request_", "reason", "field"),
    [
        (pb.SimulateRequest(), "FIELD_REQUIRED", "edition"),
        (pb.SimulateRequest(edition=named("2031.1")), "EDITION_UNKNOWN", "edition.edition"),
        (pb.SimulateRequest(edition=named("2026.2"), on="2026-2-30"), "DATE_INVALID", "on"),
        (pb.SimulateRequest(edition=named("2026.2"), after="nonsense"), "FIELD_INVALID", "after"),
        (pb.SimulateRequest(edition=named("2026.2"), sample=10_001), "TOO_LARGE", "sample"),
        (pb.SimulateRequest(edition=named("2026.2"), position=2**63), "POSITION_AHEAD", "position"),
        (pb.SimulateRequest(edition=as_files({"a.yaml": "a: ["})), "EDITION_FAULTY", "edition.files"),
        (pb.SimulateRequest(edition=as_files({"a.yaml": "["}, "x")), "EDITION_UNKNOWN", "edition.files.base"),
    ],
)
def test_what_cannot_be_simulated_is_one_clear_error(
    stub: CatalogueServiceStub, request_: pb.SimulateRequest, reason: str, field: str
) -> None:
    refusal = refused(lambda: list(stub.Simulate(request_)))
    assert (refusal.reason, refusal.fields[0]) == (reason, field)
    assert refusal.message


def test_unknown_editions_and_empty_questions_are_one_clear_error(stub: CatalogueServiceStub) -> None:
    unknown = refused(lambda: stub.GetEdition(pb.GetEditionRequest(edition="2031.1")))
    assert (unknown.reason, unknown.fields) == ("EDITION_UNKNOWN", ("edition",))
    nothing = refused(lambda: stub.Diff(pb.DiffRequest()))
    assert (nothing.reason, nothing.fields) == ("FIELD_REQUIRED", ("to",))
    empty = refused(lambda: stub.CheckEdition(pb.CheckEditionRequest()))
    assert (empty.reason, empty.fields) == ("FIELD_REQUIRED", ("source",))
    for response in (stub.Draft(pb.DraftRequest()), stub.Review(pb.ReviewRequest())):
        assert fault_names(response.result) == ["PAYLOAD_TYPE_UNKNOWN"]


def test_departments_read_and_only_the_registry_simulates_and_states(served: Served) -> None:
    finance = stub_of(served, served.department("财政"))
    assert finance.ListEditions(pb.ListEditionsRequest()).editions
    assert finance.CheckEdition(pb.CheckEditionRequest(source=named("2026.2"))).label == "2026.2"
    for call in (
        lambda: list(finance.Simulate(pb.SimulateRequest(edition=named("2026.2")))),
        lambda: finance.Draft(pb.DraftRequest()),
        lambda: finance.Review(pb.ReviewRequest()),
        lambda: finance.Adopt(pb.AdoptRequest()),
    ):
        assert refused(call).reason == "METHOD_DENIED"
    platform = stub_of(served, served.system(CallerRole.PROCUREMENT_SYSTEM))
    assert refused(lambda: platform.ListEditions(pb.ListEditionsRequest())).reason == "METHOD_DENIED"


def _log_bytes(served: Served) -> dict[str, str]:
    """What lies on the disk, but for the lock table that readers share."""
    found = digests(served.spine.directory)
    return {name: digest for name, digest in found.items() if not name.endswith("-shm")}


def _state(stub: CatalogueServiceStub, label: str) -> pb.EditionState.ValueType:
    (entry,) = [each for each in stub.ListEditions(pb.ListEditionsRequest()).editions if each.label == label]
    return entry.state
