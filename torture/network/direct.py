"""A clerk that calls the engine of a place, without a wire between."""

from __future__ import annotations

from collections.abc import Sequence

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Placed
from registry.errors import RegistryError
from registry.store.interface import StoreError
from registry.v1.envelope_pb2 import Envelope
from tests.support.events import firm
from tests.support.spine import ORIGIN, Spine
from torture.network.account import Account
from torture.network.clerk import KEY, Answer, Clerk, NotAnsweredError, Outcome

ANSWER_S = 90.0
"""Longer than a writer takes to find out what became of a group (``postgres_store.SETTLE_S``)."""


def clerk_of(spine: Spine, account: Account, name: str = "B", first: int = 1) -> Clerk:
    """A clerk at the engine of a spine."""
    caller = Caller(CallerRole.DEPARTMENT, spine.code(KEY), ORIGIN)

    def submit(envelopes: Sequence[Envelope]) -> list[Outcome]:
        try:
            promises = spine.engine.intake.submit(envelopes, caller)
            return [_outcome(promise.result(ANSWER_S)) for promise in promises]
        except (StoreError, RegistryError) as error:
            raise NotAnsweredError(str(error)) from error
        except TimeoutError:
            account.hung("a submission was never answered")
            raise NotAnsweredError("never answered") from None

    def ask(number: int) -> Answer:
        try:
            known = spine.engine.state.newest()
            return Answer(spine.ask(firm(number).identifier.value).verdict, known)
        except (StoreError, RegistryError) as error:
            raise NotAnsweredError(str(error)) from error

    return Clerk(spine, account, submit, ask, name, first)


def _outcome(answer: object) -> Outcome:
    if isinstance(answer, Placed):
        return Outcome(answer.statement_id, answer.position)
    return Outcome("", None, str(answer))
