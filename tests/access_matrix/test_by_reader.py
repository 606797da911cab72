"""Where the registry runs as several processes, those that answer hand over to the writer who calls: it is
the same matrix, and what a caller from outside writes into its metadata is nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.access.policy import METHODS
from registry.servicer.forwarding import CALLER_KEY
from registry.v1 import intake_service_pb2 as intake
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from tests.access_matrix.calls import Metadata, call_all, kinds, of_rows
from tests.support.faces import Faced, facing
from tests.support.history import short_ban
from tests.support.served import DEADLINE_S, Served, fault_names, refused
from tests.support.spine import found_spine, furnish


@dataclass(frozen=True, slots=True)
class Behind:
    """A registry behind a reading process, and every method's kind."""

    faced: Faced
    methods: dict[str, tuple[bool, bool]]

    @property
    def served(self) -> Served:
        """What is served."""
        return self.faced.served


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("behind") / "registry"))
    spine.deliver()
    with facing(spine, by_reader=True, at_once=True) as faced:
        assert faced.served.server is not None
        yield Behind(faced, dict(kinds(faced.served.server)))


def allowed(role: CallerRole) -> frozenset[str]:
    return frozenset(method for method, roles in METHODS.items() if role in roles)


def test_a_reading_process_serves_every_method_that_has_a_row(behind: Behind) -> None:
    assert behind.methods.keys() == METHODS.keys()


@pytest.mark.parametrize("role", CallerRole)
def test_a_role_may_call_exactly_the_methods_that_the_policy_lists(behind: Behind, role: CallerRole) -> None:
    found = call_all(behind.served.channel(behind.served.of_role(role)), behind.methods)
    assert of_rows(found, allowed(role)) == []


@pytest.mark.parametrize("role", [CallerRole.BORDER_SYSTEM, CallerRole.PUBLIC, CallerRole.FACE])
@pytest.mark.parametrize("times", [1, 2])
def test_who_names_another_caller_in_its_metadata_is_itself_all_the_same(
    behind: Behind, role: CallerRole, times: int
) -> None:
    served = behind.served
    forged: Metadata = [(CALLER_KEY, served.registrar().uri)] * times
    found = call_all(served.channel(served.of_role(role)), behind.methods, forged)
    assert of_rows(found, allowed(role)) == []


def test_a_department_that_names_another_in_its_metadata_states_and_reads_as_itself(behind: Behind) -> None:
    """What the writer does with it: the statement is refused as 税务's, and 财政's is not shown."""
    served, spine = behind.served, behind.served.spine
    envelope = spine.seal("财政", spine.statement("财政", "forged-1", event=short_ban(5)))
    own = IntakeServiceStub(served.channel(served.department("财政")))
    other = IntakeServiceStub(served.channel(served.department("税务")))
    forged = ((CALLER_KEY, served.department("财政").uri),)
    submit = intake.SubmitRequest(envelopes=[envelope])
    result = other.Submit(submit, timeout=DEADLINE_S, metadata=forged).results[0]
    assert fault_names(result) == ["CALLER_NOT_DEPARTMENT"]
    position = own.Submit(submit, timeout=DEADLINE_S).results[0].accepted.position
    by_position = intake.GetStatementRequest(position=position)
    refusal = refused(lambda: other.GetStatement(by_position, timeout=DEADLINE_S, metadata=forged))
    assert refusal.code is grpc.StatusCode.NOT_FOUND


def test_a_revoked_token_is_refused_on_what_the_writer_answers(behind: Behind) -> None:
    faced = behind.faced
    token = faced.token(faced.served.department("财政"))
    channel = faced.served.channel(faced.face())
    metadata: Metadata = [("authorization", f"Bearer {token}")]
    assert of_rows(call_all(channel, behind.methods, metadata), allowed(CallerRole.DEPARTMENT)) == []
    faced.revoke(token)
    time.sleep(1.1)
    found = call_all(channel, behind.methods, metadata)
    assert {(each.code, each.reason) for each in found.values()} == {
        (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    }
