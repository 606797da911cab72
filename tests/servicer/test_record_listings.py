"""RecordService over the wire: names that are found, and what is listed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import grpc
import pytest

from registry.v1 import record_service_pb2 as pb
from registry.v1 import statement_pb2, subject_pb2, verdict_pb2
from tests.servicer.recorded import FIRM, PERSON, portal, recorded, stub
from tests.support.events import (
    firm,
    new_firm,
    penalty,
    placed,
    registered,
)
from tests.support.served import Served, refused, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(recorded(tmp_path_factory.mktemp("records") / "registry")) as running:
        yield running


def test_name_is_found_with_its_score_and_whether_it_is_former(served: Served) -> None:
    subject, spine = firm(6), served.spine
    for day, name in (("2020-01-15", "沧州旧砚(示例)有限公司"), ("2026-01-15", "沧州新砚(示例)有限公司")):
        subject.name = name
        placed(spine.say("市场监管", event=registered(subject, day)))
    response = stub(served, portal(served)).Search(pb.SearchRequest(name="滄州舊硯（示例）有限公司"))
    nearest = response.matches[0]
    assert (nearest.subject, nearest.name) == (subject.identifier, "沧州旧砚(示例)有限公司")
    assert (nearest.score, nearest.former) == (10_000, True)


def test_name_that_is_none_is_one_clear_error(served: Served) -> None:
    for name in ("", "名" * 201):
        refusal = refused(partial(stub(served).Search, pb.SearchRequest(name=name)))
        assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
        assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("name",))


def test_ban_is_listed_with_its_law_and_a_person_is_masked_and_has_no_name(served: Served) -> None:
    response = stub(served, portal(served)).ListMarketBans(pb.ListMarketBansRequest())
    of_firm, of_person = response.bans
    assert (of_firm.subject, of_firm.name) == (FIRM.identifier, FIRM.name)
    hit = of_firm.hit
    assert (hit.measure_code, getattr(hit, "from"), hit.until) == ("M-PRO-01", "2026-03-01", "2028-03-01")
    assert "政府采购法 第七十七条" in hit.legal_basis
    assert (hit.status, hit.effect) == (verdict_pb2.HIT_STATUS_IN_FORCE, verdict_pb2.HIT_EFFECT_UNSPECIFIED)
    assert hit.relief
    number = PERSON.identifier.value
    assert (of_person.subject.value, of_person.name) == (f"{number[:4]}**********{number[-4:]}", "")
    assert number.encode() not in response.SerializeToString()
    assert PERSON.name.encode() not in response.SerializeToString()
    assert response.answered.known_position == served.spine.position


def test_list_is_shown_with_the_freshness_of_its_source(served: Served) -> None:
    response = stub(served, portal(served)).ListListed(pb.ListListedRequest(list="失信被执行人"))
    (entry,) = response.entries
    assert (entry.hit.list_code, entry.hit.origin) == ("L-01", verdict_pb2.RESTRICTION_ORIGIN_LIST)
    assert (entry.name, entry.hit.measure_code) == ("", "")
    assert (response.list.code, response.list.connected, response.list.as_of) == ("L-01", True, "2026-11-23")
    assert response.next_page_token == ""


def test_pages_over_the_wire_fit_together(served: Served) -> None:
    calls = stub(served, portal(served))
    first = calls.ListMarketBans(pb.ListMarketBansRequest(page_size=1))
    rest = calls.ListMarketBans(pb.ListMarketBansRequest(page_size=1, page_token=first.next_page_token))
    assert [len(first.bans), len(rest.bans), rest.next_page_token] == [1, 1, ""]
    assert first.answered == rest.answered
    foreign = pb.ListListedRequest(list="L-01", page_token=first.next_page_token)
    assert refused(lambda: calls.ListListed(foreign)).fields == ("page_token",)


def test_names_that_disagree_wait_for_a_human_until_somebody_has_ruled(served: Served) -> None:
    spine, subject = served.spine, new_firm()
    other = subject_pb2.Subject(
        identifier=subject.identifier, kind=subject.kind, name="沧州另名(示例)有限公司"
    )
    calls = stub(served, served.department("市场监管"))
    before = calls.ListNameDisputes(pb.ListNameDisputesRequest())
    placed(spine.say("财政", event=penalty("财政", subject)))
    placed(spine.say("税务", event=penalty("税务", other)))
    (dispute,) = calls.ListNameDisputes(pb.ListNameDisputesRequest()).disputes
    assert (len(before.disputes), dispute.current) == (0, subject.identifier)
    assert set(dispute.names) == set(dispute.disputed_names) == {subject.name, other.name}
    assert dispute.status == verdict_pb2.RESOLUTION_STATUS_AMBIGUOUS
    ruling = statement_pb2.NameRuling(
        subject=subject.identifier, names=[subject.name, other.name], reason="曾用名, 已核"
    )
    placed(spine.say("市场监管", name_ruling=ruling))
    assert len(calls.ListNameDisputes(pb.ListNameDisputesRequest()).disputes) == 0
