"""Which facilitations apply (守信激励), and who is publicised for a red list or on it.

    facilitations = registry.incentives.of(uscc("91130900DEM0000014"), Question(domain=DOMAIN_BUSINESS))
    for each in facilitations.applying:
        print(each.measure_name, each.red_list_name, each.until)

A red list outweighs no restriction: whether somebody may take part is asked with ``Registry.check``, and what
it answers is not changed by anything here. A question about a natural person needs ``reference`` and
``reason``, as there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import grpc

from registry.v1 import incentive_service_pb2 as service
from registry.v1.incentive_service_pb2_grpc import IncentiveServiceStub
from registry.v1.statement_pb2 import Document
from registry.v1.subject_pb2 import Identifier
from registry.v1.verdict_pb2 import Resolution
from registry_client.calls import Calls
from registry_client.question import Question
from registry_client.results import Answered

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Facilitation:
    """A facilitation (绿色通道, 容缺受理 …). Days are ISO 8601; ``until`` empty = no end is set.

    ``red_list_code`` is empty where a document grants it by itself; ``discretionary`` leaves it to whoever is
    asked for it; ``unconfirmed``: the catalogue marks its basis so."""

    measure_code: str
    measure_name: str
    discretionary: bool
    red_list_code: str
    red_list_name: str
    legal_basis: tuple[str, ...]
    first: str
    until: str
    document: Document
    position: int
    unconfirmed: bool

    @classmethod
    def of(cls, message: service.Incentive) -> Facilitation:
        """As it travels."""
        return cls(
            measure_code=message.measure_code,
            measure_name=message.measure_name,
            discretionary=message.discretionary,
            red_list_code=message.red_list_code,
            red_list_name=message.red_list_name,
            legal_basis=tuple(message.legal_basis),
            first=getattr(message, "from"),
            until=message.until,
            document=message.document,
            position=message.position,
            unconfirmed=message.unconfirmed,
        )


@dataclass(frozen=True, slots=True)
class Suspended:
    """A facilitation that was granted and does not apply: why, and where what stands against it is recorded
    (0: the caller is not told)."""

    facilitation: Facilitation
    reason: str
    because_of_position: int


@dataclass(frozen=True, slots=True)
class Facilitations:
    """What applies to a subject, what is suspended, and under what it was answered."""

    identity: Resolution
    applying: tuple[Facilitation, ...]
    suspended: tuple[Suspended, ...]
    answered: Answered

    @classmethod
    def of(cls, response: service.IncentivesResponse) -> Facilitations:
        """The answer to ``Incentives``."""
        suspended = (
            Suspended(Facilitation.of(each.incentive), each.reason, each.because_of_position)
            for each in response.suspended
        )
        return cls(
            identity=response.identity,
            applying=tuple(map(Facilitation.of, response.incentives)),
            suspended=tuple(suspended),
            answered=Answered.of(response.answered),
        )


class Incentives:
    """Which facilitations apply (守信激励). One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = IncentiveServiceStub(channel)
        self._calls = calls

    def of(self, subject: Identifier, question: Question, *, on: str = "") -> Facilitations:
        """The facilitations of a subject on a day (ISO 8601; empty = today).

        Of the question, domain, reference, reason and consistency count."""
        request = service.IncentivesRequest(
            subject=subject, purpose=question.purpose(), on=on, consistency=question.consistency
        )
        return Facilitations.of(self._calls.unary(self._stub.Incentives, request))

    def red_listed(
        self, list_code: str = "", *, on: str = "", page_size: int = PAGE
    ) -> Iterator[service.RedListEntry]:
        """Candidates and grants of a red list, or of all, on a day (empty = today), in the order of the log.

        Fetched page by page, all as known when the first page was answered."""
        token = ""
        while True:
            request = service.ListRedListedRequest(
                list_code=list_code, on=on, page_size=page_size, page_token=token
            )
            page = self._calls.unary(self._stub.ListRedListed, request)
            yield from page.entries
            token = page.next_page_token
            if not token:
                return
