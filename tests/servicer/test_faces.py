"""A face calls for whom its token names: with that caller's rights, and with none of its own. The same in the
process that writes, in one that reads, and where questions are answered at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from registry.access.identity import Caller, CallerRole
from registry.engine import StartError
from registry.provenance.access_token import TokenKey
from registry.server import build_server, token_door
from registry.token_desk import Vouching
from registry.v1 import intake_service_pb2, log_service_pb2, receipt_pb2, restriction_service_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry_client.bearer import with_bearer
from tests.support.events import firm, placed
from tests.support.faces import Faced, claims, facing
from tests.support.history import short_ban
from tests.support.reports import question
from tests.support.served import DEADLINE_S, Served, authority_of, refused
from tests.support.spine import found_spine, furnish

SYSTEM = CallerRole.PROCUREMENT_SYSTEM
WAYS: dict[str, dict[str, Any]] = {
    "writer": {},
    "reader": {"by_reader": True},
    "reader at once": {"by_reader": True, "at_once": True},
}


@pytest.fixture(scope="module", params=WAYS)
def faced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faced]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("faces") / "registry"))
    placed(spine.say("财政", "b1", event=short_ban(1)))
    spine.deliver()
    with facing(spine, **WAYS[request.param]) as running:
        yield running


def through(faced: Faced, token: str = "", face: str = "gateway") -> grpc.Channel:
    """A channel of a face, on which each call carries a token."""
    channel = faced.served.channel(faced.face(face))
    return with_bearer(channel, token) if token else channel


def check(channel: grpc.Channel, metadata: Any = ()) -> restriction_service_pb2.CheckResponse:
    stub = RestrictionServiceStub(channel)
    return stub.Check(question(firm(1)), timeout=DEADLINE_S, metadata=metadata)


def well(channel: grpc.Channel) -> Any:
    """Whoever asks how the server is."""
    return HealthStub(channel)


def unauthenticated(call: Callable[[], object], said: str = "") -> None:
    refusal = refused(call)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert said in refusal.message
    assert refusal.message.endswith("。")


def test_the_answer_through_a_face_is_the_one_that_the_caller_gets_by_itself(faced: Faced) -> None:
    caller = faced.served.system(SYSTEM)
    assert check(through(faced, faced.token(caller))) == check(faced.served.channel(caller))


def test_the_receipt_names_the_caller_and_not_the_face(faced: Faced) -> None:
    caller, asked = faced.served.system(SYSTEM, "platform"), question(firm(1))
    asked.receipt.evidence = receipt_pb2.EVIDENCE_LEVEL_SIGNED
    channel = through(faced, faced.token(caller))
    answer = RestrictionServiceStub(channel).Check(asked, timeout=DEADLINE_S)
    assert receipt_pb2.Answer.FromString(answer.receipt.answer).caller == caller.uri


def test_rights_are_those_of_the_caller(faced: Faced) -> None:
    asking = question(firm(1))
    bidding = through(faced, faced.token(faced.served.system(CallerRole.BIDDING_SYSTEM)))
    refusal = refused(lambda: RestrictionServiceStub(bidding).Check(asking, timeout=DEADLINE_S))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "DOMAIN_DENIED")
    submit = intake_service_pb2.SubmitRequest()
    refusal = refused(lambda: IntakeServiceStub(bidding).Submit(submit, timeout=DEADLINE_S))
    assert refusal.reason == "METHOD_DENIED"


def test_a_department_submits_through_a_face_as_itself_alone(faced: Faced) -> None:
    spine = faced.served.spine
    envelope = spine.seal("财政", spine.statement("财政", event=short_ban(2)))
    request = intake_service_pb2.SubmitRequest(envelopes=[envelope])
    own = IntakeServiceStub(through(faced, faced.token(faced.served.department("财政"))))
    assert own.Submit(request, timeout=DEADLINE_S).results[0].accepted.position > 0
    other = IntakeServiceStub(through(faced, faced.token(faced.served.department("税务"))))
    result = other.Submit(request, timeout=DEADLINE_S).results[0]
    assert result.WhichOneof("outcome") == "refused"


def test_a_face_without_a_token_may_ask_whether_the_server_is_well_and_nothing_else(faced: Faced) -> None:
    channel = through(faced)
    health = well(channel).Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE_S)
    assert health.status == health_pb2.HealthCheckResponse.SERVING
    refusal = refused(lambda: check(channel))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "METHOD_DENIED")
    checkpoint = log_service_pb2.GetCheckpointRequest()
    assert refused(lambda: LogServiceStub(channel).GetCheckpoint(checkpoint)).reason == "METHOD_DENIED"


def test_health_through_a_face_tells_whether_a_token_is_taken(faced: Faced) -> None:
    request = health_pb2.HealthCheckRequest()
    token = faced.token(faced.served.system(SYSTEM))
    assert well(through(faced, token)).Check(request, timeout=DEADLINE_S).status
    unauthenticated(lambda: well(through(faced, f"{token[:-9]}AAAAAAAAA")).Check(request))


def test_a_token_is_nothing_in_the_hands_of_one_who_is_no_face(faced: Faced) -> None:
    token = faced.token(faced.served.system(SYSTEM))
    bidding = with_bearer(faced.served.channel(faced.served.system(CallerRole.BIDDING_SYSTEM)), token)
    assert refused(lambda: check(bidding)).reason == "DOMAIN_DENIED"
    asking = with_bearer(faced.served.channel(faced.served.system(SYSTEM)), "x")
    assert check(asking).verdict


def test_two_authorizations_or_one_of_another_kind_are_refused(faced: Faced) -> None:
    token, channel = faced.token(faced.served.system(SYSTEM)), through(faced)
    for values in (
        [f"Bearer {token}", f"Bearer {token}"],
        [f"Bearer {token}", "Bearer x"],
        ["Bearer x", f"Bearer {token}"],
        [token],
        [f"bearer {token}"],
        [f"Basic {token}"],
        ["Bearer"],
        [""],
        [f"Bearer {token}, Bearer {token}"],
    ):
        metadata = [("authorization", value) for value in values]
        unauthenticated(lambda metadata=metadata: check(channel, metadata))  # type: ignore[misc]


def test_a_token_for_one_face_is_refused_from_another(faced: Faced) -> None:
    token = faced.token(faced.served.system(SYSTEM))
    unauthenticated(lambda: check(through(faced, token, "console")), "不能由这一入口使用")


def test_forged_expired_and_foreign_tokens_are_refused(faced: Faced) -> None:
    caller, now = faced.served.system(SYSTEM), int(time.time())
    key = TokenKey.load(faced.key)
    unauthenticated(lambda: check(through(faced, TokenKey.new().sign(claims(caller)))), "认可的签发者")
    for changes, said in (
        ({"issued_s": now - 100, "expires_s": now}, "已过期"),
        ({"issued_s": now + 600, "expires_s": now + 900}, "尚未生效"),
        ({"audience": "credit.example/other"}, "另一登记系统"),
        ({"subject": Caller(CallerRole.AUDITOR, "city", caller.origin).uri}, "无权"),
        ({"subject": faced.served.registrar().uri}, "无权"),
        ({"subject": faced.face().uri}, "无权"),
        ({"expires_s": now + 400 * 86_400}, "无权"),
    ):
        token = key.sign(claims(caller, **changes))
        unauthenticated(lambda token=token: check(through(faced, token)), said)  # type: ignore[misc]


def test_a_token_refused_while_others_are_under_way_disturbs_none_of_them(faced: Faced) -> None:
    good = through(faced, faced.token(faced.served.system(SYSTEM)))
    bad = through(faced, "x.y.z")
    stubs = [RestrictionServiceStub(bad if number % 2 else good) for number in range(60)]
    calls = [stub.Check.future(question(firm(1)), timeout=DEADLINE_S) for stub in stubs]
    codes = [call.code() for call in calls]
    busy = grpc.StatusCode.RESOURCE_EXHAUSTED  # Sixty at once are an overload, where the machine is slow.
    assert set(codes[0::2]) - {busy} == {grpc.StatusCode.OK}
    assert set(codes[1::2]) - {busy} == {grpc.StatusCode.UNAUTHENTICATED}


def test_a_revoked_token_is_refused_within_a_second_and_others_go_on(faced: Faced) -> None:
    caller = faced.served.system(SYSTEM)
    first, second = (through(faced, faced.token(caller)) for _ in range(2))
    revoked = faced.token(caller)
    channel = through(faced, revoked)
    for each in (first, second, channel):
        assert check(each).verdict
    faced.revoke(revoked)
    time.sleep(1.1)
    unauthenticated(lambda: check(channel), "吊销")
    assert check(first) == check(second)


def test_an_issuer_is_believed_from_when_it_is_listed_and_no_longer_than_that(faced: Faced) -> None:
    key, auditor = TokenKey.new(), faced.served.system(CallerRole.AUDITOR)
    before = faced.files.issuers.read_bytes()
    token = key.sign(claims(auditor, face="console", issuer="console", expires_s=int(time.time()) + 500))
    stub = LogServiceStub(through(faced, token, "console"))

    def ask() -> object:
        return stub.GetCheckpoint(log_service_pb2.GetCheckpointRequest(), timeout=DEADLINE_S)

    unauthenticated(ask, "认可的签发者")
    faced.trust(key, Vouching("console", ["auditor"], ["console"], 600))
    time.sleep(1.1)
    assert ask()
    faced.files.issuers.write_bytes(before)
    time.sleep(1.1)
    unauthenticated(ask, "认可的签发者")


def test_a_stream_through_a_face_is_the_callers_and_is_refused_without_a_token(faced: Faced) -> None:
    request = log_service_pb2.WatchCheckpointsRequest()
    watching = LogServiceStub(through(faced, faced.token(faced.served.system(SYSTEM))))
    stream = watching.WatchCheckpoints(request, timeout=DEADLINE_S)
    assert next(stream).checkpoint
    stream.cancel()
    assert refused(lambda: next(LogServiceStub(through(faced)).WatchCheckpoints(request))).reason
    unauthenticated(lambda: next(LogServiceStub(through(faced, "x.y.z")).WatchCheckpoints(request)))


def test_a_registry_without_tokens_takes_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    spine = found_spine(tmp_path_factory.mktemp("without") / "registry")
    own = authority_of(spine).server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    server, port = build_server(spine.engine, credentials, "127.0.0.1:0")
    server.start()
    faced = Faced(Served(spine, authority_of(spine), f"127.0.0.1:{port}"))
    try:
        token = faced.token(faced.served.system(SYSTEM))
        unauthenticated(lambda: check(through(faced, token)), "不用令牌")
        assert refused(lambda: check(through(faced))).reason == "METHOD_DENIED"
    finally:
        faced.served.close()
        server.stop(1).wait()
        spine.engine.close()


@pytest.mark.parametrize("ruined", ["issuers", "revoked"])
def test_a_server_does_not_start_on_lists_of_tokens_that_say_nothing(ruined: str, tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    spine.engine.close()
    assert spine.config.tokens is not None
    path: Path = getattr(spine.config.tokens, ruined)
    path.write_bytes(b"\xff{")
    with pytest.raises(StartError, match=str(path)):
        token_door(spine.config)
    path.unlink()
    with pytest.raises(StartError, match=str(path)):
        token_door(spine.config)
