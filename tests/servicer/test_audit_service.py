"""AuditService over the wire: who asked about whom, for the auditor alone; and how the registry is doing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.rebuild import rebuild
from registry.provenance.keys import FileSigner
from registry.store.interface import CosignatureRow, Group
from registry.store.opening import create_store
from registry.upkeep.standing import Standing
from registry.v1 import audit_service_pb2 as pb
from registry.v1 import envelope_pb2
from registry.v1.audit_service_pb2_grpc import AuditServiceStub
from registry.v1.record_service_pb2 import GetRecordRequest
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, Identifier, Subject
from tests.support.events import firm, licence, list_entry, person, placed
from tests.support.served import Served, refused, serving
from tests.support.spine import TODAY, Spine, found_spine, furnish

KNOWN, STRANGER = person(1), person(2)
REASON = "例行审计〔2026〕3号"


@pytest.fixture(params=["writer", "reader"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry that knows one person and one firm; by the process that writes, and by one beside it."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("audited") / "registry"))
    placed(spine.say("市场监管", event=licence("市场监管", firm(1))))
    placed(spine.say("法院", event=list_entry("法院", KNOWN, "L-01", "2026-03-01", "2028-03-01")))
    with serving(spine, by_reader=request.param == "reader") as running:
        yield running


def auditor(served: Served, name: str = "audit-office") -> Caller:
    return served.system(CallerRole.AUDITOR, name)


def queries(served: Served, *, by: Caller | None = None, **asked: Any) -> pb.ListQueriesResponse:
    stub = AuditServiceStub(served.channel(by or auditor(served)))
    return stub.ListQueries(pb.ListQueriesRequest(**{"reason": REASON, **asked}), timeout=20)


def ask(served: Served, subject: Subject, reference: str, key: str = "财政") -> None:
    """A department asks about somebody."""
    purpose = Purpose(domain=DOMAIN_PROCUREMENT, reference=reference, reason="资格审查")
    stub = RecordServiceStub(served.channel(served.department(key)))
    stub.GetRecord(GetRecordRequest(subject=subject.identifier, purpose=purpose), timeout=20)


def since(day: str) -> dict[str, Any]:
    """A filter whose name is a word of Python's."""
    return {"from": day}


def references(response: pb.ListQueriesResponse) -> list[str]:
    return [query.reference for query in response.queries]


# --- the query log --------------------------------------------------------------------------------


def test_question_is_told_with_who_asked_what_for_and_about_whom_masked(served: Served) -> None:
    ask(served, KNOWN, "沧采〔2026〕17号")
    (query,) = queries(served).queries
    number = KNOWN.identifier.value
    masked = f"{number[:4]}**********{number[-4:]}"
    assert query.subject == Identifier(type=KNOWN.identifier.type, value=masked)
    assert (query.caller, query.domain) == (served.department("财政").uri, DOMAIN_PROCUREMENT)
    assert (query.reference, query.reason) == ("沧采〔2026〕17号", "资格审查")
    assert query.asked_time.ToMilliseconds() == served.spine.clock.now_ms
    assert query.known_position == served.spine.position


def test_to_read_it_is_itself_logged_with_the_reason_and_for_every_page(served: Served) -> None:
    for number in range(3):
        ask(served, KNOWN, f"{number}号")
    first = queries(served, page_size=2)
    assert references(first) == ["2号", "1号"]
    second = queries(served, page_size=2, page_token=first.next_page_token)
    assert references(second) == ["0号"]
    own = queries(served, caller=auditor(served).uri).queries
    assert [query.reason for query in own] == [REASON, REASON]
    assert all(not query.HasField("subject") and query.reference == "查询日志" for query in own)
    told = queries(served, by=auditor(served, "inspection"), reason="核查", subject=KNOWN.identifier)
    assert [query.caller for query in told.queries] == [served.department("财政").uri] * 3
    seen = queries(served, subject=KNOWN.identifier).queries
    assert (seen[0].caller, seen[0].reason) == (auditor(served, "inspection").uri, "核查")


def test_log_is_filtered_by_caller_person_and_day(served: Served) -> None:
    ask(served, KNOWN, "一")
    served.spine.clock.move_to(TODAY + timedelta(days=1))
    ask(served, STRANGER, "二", "住建")
    assert references(queries(served, caller=served.department("住建").uri)) == ["二"]
    assert references(queries(served, subject=KNOWN.identifier)) == ["一"]
    (query,) = queries(served, subject=STRANGER.identifier).queries[-1:]
    assert (query.reference, query.HasField("subject")) == ("二", False), "nothing is recorded of him"
    day = TODAY.isoformat()
    assert references(queries(served, **since(day), until=day)) == ["一"]
    assert references(queries(served, **since("2027-01-01"))) == []


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"reason": ""}, ("reason",)),
        ({"reason": "由" * 201}, ("reason",)),
        ({"reason": f"查{KNOWN.identifier.value}"}, ("reason",)),
        ({"caller": KNOWN.identifier.value}, ("caller",)),
        ({"subject": firm(1).identifier}, ("subject",)),
        ({"subject": Identifier(type=KNOWN.identifier.type, value="130999197001011")}, ("subject.value",)),
        ({"from": "2026-2-1"}, ("from",)),
        ({"from": "2026-03-01", "until": "2026-02-01", "reason": " "}, ("reason", "until")),
        ({"page_token": "AAAA"}, ("page_token",)),
    ],
)
def test_what_is_asked_wrongly_is_refused_at_once_and_not_logged(
    served: Served, asked: dict[str, Any], fields: tuple[str, ...]
) -> None:
    refusal = refused(partial(queries, served, **asked))
    assert (refusal.code, refusal.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)
    assert KNOWN.identifier.value not in refusal.message
    assert list(served.spine.engine.store.queries()) == []


def test_log_is_for_the_auditor_alone(served: Served) -> None:
    for role in set(CallerRole) - {CallerRole.AUDITOR}:
        assert refused(partial(queries, served, by=served.of_role(role))).reason == "METHOD_DENIED"


def test_rebuilt_store_lists_the_same_log(served: Served) -> None:
    spine = served.spine
    for number in range(3):
        ask(served, KNOWN, f"{number}号")
    queries(served)
    target = create_store(spine.directory / "rebuilt.db")
    assert rebuild(spine.engine.state.log, target, [FileSigner.load(spine.config.log_key, None)]).agrees
    assert list(target.queries()) == list(spine.engine.store.queries())
    target.close()


# --- health ---------------------------------------------------------------------------------------


def health(served: Served, caller: Caller | None = None) -> pb.GetHealthResponse:
    stub = AuditServiceStub(served.channel(caller or auditor(served)))
    return stub.GetHealth(pb.GetHealthRequest(), timeout=20)


def test_health_tells_how_far_log_checkpoint_and_map_are(served: Served) -> None:
    told, spine = health(served), served.spine
    assert told.log_size == told.checkpoint_size == spine.engine.state.size
    assert told.last_statement_time.ToMilliseconds() == spine.clock.now_ms
    assert told.answered.known_position == spine.position
    assert (told.map_size, told.HasField("last_stamp_time"), len(told.witnesses)) == (0, False, 0)
    mapper = spine.engine.upkeep.mapper
    mapper.start()
    state = mapper.require(spine.position, 20.0)
    assert health(served).map_size == state.size
    mapper.close()


def test_health_tells_which_sources_are_connected_and_how_fresh(served: Served) -> None:
    sources = {each.code: each for each in health(served).sources}
    assert (sources["L-01"].connected, sources["L-01"].as_of) == (True, TODAY.isoformat())
    assert not sources["L-08"].connected


def test_health_tells_of_keys_that_end_within_ninety_days(served: Served) -> None:
    spine = served.spine
    ends = {}
    for days in (-1, 0, 90, 91):
        signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
        last = (TODAY + timedelta(days=days)).isoformat()
        spine.enrol("财政", signer, valid_until=last)
        ends[signer.keyid] = last
    keys = [(each.key_id, each.valid_until) for each in health(served).expiring_keys]
    assert [(key, ends[key]) for key in list(ends)[1:3]] == keys


def test_health_is_told_to_departments_and_not_to_systems(served: Served) -> None:
    assert health(served, served.department("财政")).log_size
    bidding = served.system(CallerRole.BIDDING_SYSTEM)
    assert refused(partial(health, served, bidding)).reason == "METHOD_DENIED"


def test_witness_is_told_with_the_newest_size_it_cosigned(tmp_path_factory: pytest.TempPathFactory) -> None:
    spine: Spine = found_spine(tmp_path_factory.mktemp("witnessed") / "registry")
    spine.engine.store.commit(Group(cosignatures=[CosignatureRow(size, "w1", "") for size in (1, 7)]))
    standing = Standing(spine.engine.state, None, ("w1", "w2"))
    assert list(standing.cosigned()) == [("w1", 7), ("w2", 0)]
    spine.engine.close()
