"""Lodging again under one number: the same is answered again, and nothing else is lost for the first one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest

from registry.evidence.inbox import InboxFiles
from registry.provenance.sealed_form import CONTENT
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry_client.supervision.complaints import SealedReport
from tests.servicer.supervision.lodging import MONDAY, clerk, desk_told, lodged, portal, taken_in
from tests.supervision.custodians_at_work import KEY, Custody
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import found_spine, furnish

DAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Custody]]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("again") / "registry", MONDAY), [KEY])
    with serving(spine) as served:
        yield served, Custody.at(spine)


def changed(served: Served, sealed: SealedReport, text: str = "第二次写的话") -> pb.LodgeComplaintRequest:
    """The same number and code with another text."""
    made = pb.LodgeComplaintRequest()
    made.CopyFrom(sealed.message)
    made.content = desk_told(served).sealed(text, sealed.number, CONTENT)
    return made


def test_another_text_under_a_number_is_refused_with_the_reason(office: tuple[Served, Custody]) -> None:
    served, _ = office
    sealed = lodged(served)
    refusal = refused(lambda: portal(served).LodgeComplaint(changed(served, sealed)))
    assert (refusal.reason, "没有保存" in refusal.message) == ("STATEMENT_ID_REUSED", True)
    kind = pb.LodgeComplaintRequest()
    kind.CopyFrom(sealed.message)
    kind.kind = act.COMPLAINT_KIND_DISPUTE
    assert refused(lambda: portal(served).LodgeComplaint(kind)).reason == "STATEMENT_ID_REUSED"
    held = clerk(served).GetLodging(pb.GetLodgingRequest(number=sealed.number), timeout=DEADLINE_S)
    assert held.content == sealed.message.content


def test_so_it_is_once_the_first_was_taken_in(office: tuple[Served, Custody]) -> None:
    served, bureau = office
    sealed = lodged(served)
    taken_in(served, bureau, sealed)
    again = portal(served).LodgeComplaint(sealed.message, timeout=DEADLINE_S)
    assert again.number == sealed.number
    refusal = refused(lambda: portal(served).LodgeComplaint(changed(served, sealed)))
    assert refusal.reason == "STATEMENT_ID_REUSED"


def test_of_two_lodgings_at_one_instant_one_is_kept_and_both_are_told_which(tmp_path: Path) -> None:
    inbox, number = InboxFiles(tmp_path / "inbox"), "W" + "0" * 20
    begin = Barrier(8)

    def send(place: int) -> bytes:
        request = pb.LodgeComplaintRequest(number=number, department=f"D{place % 2}", content=b"%d" % place)
        begin.wait()
        return inbox.lodge(request, DAY).request.content

    with ThreadPoolExecutor(8) as threads:
        told = set(threads.map(send, range(8)))
    (kept,) = inbox.all_waiting()
    found = inbox.find(kept.request.number)
    assert found is not None
    assert told == {found.request.content}
