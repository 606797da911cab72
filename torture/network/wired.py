"""A clerk that calls over the wire with the client's library: as every department and system does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import TypeVar

from registry.access.identity import CallerRole
from registry.v1 import consistency_pb2
from registry.v1.envelope_pb2 import Envelope
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry_client.client import Registry
from registry_client.credentials import Credentials
from registry_client.errors import RegistryCallError
from registry_client.outcomes import SubmitOutcome
from tests.support.events import firm
from tests.support.reports import question
from tests.support.served import Served
from torture.network.account import Account
from torture.network.clerk import KEY, Answer, Clerk, NotAnsweredError, Outcome

DEADLINE_S = 5.0
SUBMIT_S = 30.0
"""The deadline of a submission (``registry_client.calls``)."""
RESERVE_S = 3.0
"""So much later than its deadline a call may end on a busy machine."""
Made = TypeVar("Made")


@contextmanager
def clerk_over(
    served: Served, account: Account, chance: Random, *, target: str = "", name: str = "B", first: int = 1
) -> Iterator[Clerk]:
    """A clerk with a connection of its own as a department, and one as a system that asks; half of its
    questions say how fresh the answer has to be."""
    department = served.authority.client(served.department(KEY).uri)
    system = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM, f"asks-{name.lower()}").uri)
    papers = [Credentials(served.trusted, own.certificate, own.key) for own in (department, system)]
    where = target or served.target
    with (
        Registry(where, papers[0], timeout=DEADLINE_S) as states,
        Registry(where, papers[1], timeout=DEADLINE_S) as asks,
    ):

        def submit(envelopes: Sequence[Envelope]) -> list[Outcome]:
            return [_outcome(each) for each in _within(account, SUBMIT_S, lambda: states.submit(envelopes))]

        def ask(number: int) -> Answer:
            request = question(firm(number))
            if chance.random() < 0.5:
                fresh = account.position_of_block(number)
                request.consistency.CopyFrom(consistency_pb2.Consistency(at_least_as_fresh=fresh))
            answer = _within(account, DEADLINE_S, lambda: asks.call(RestrictionServiceStub, "Check", request))
            return Answer(answer.verdict, answer.answered.known_position)

        yield Clerk(served.spine, account, submit, ask, name, first)


def _within(account: Account, deadline_s: float, call: Callable[[], Made]) -> Made:
    """What a call answers. Raises NotAnsweredError; one that ends long after its deadline is counted."""
    began = time.monotonic()
    try:
        return call()
    except RegistryCallError as error:
        raise NotAnsweredError(error.reason or error.code.name) from error
    finally:
        if (took := time.monotonic() - began) > deadline_s + RESERVE_S:
            account.hung(f"a call with a deadline of {deadline_s:.0f} s took {took:.1f} s")


def _outcome(outcome: SubmitOutcome) -> Outcome:
    return Outcome(outcome.statement_id, outcome.position, str(outcome.faults))
