"""What is stated under a load, made from its id alone, so that it can be sent again byte for byte.

``client-number``: of ten numbers of a client seven ban a firm of their own from procurement, two state a
penalty, and one withdraws the ban two numbers before it. All began three days ago; with ``brief`` every
second one began a year ago, and ends on the day after tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry.provenance.envelope import sign_envelope
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.events import document, event, fields, firm, imposed, withdrawal
from tests.support.spine import BY_KEY, ORIGIN
from torture.site import OTHER, SUBMITTER, Site

WITHDRAWS, PENALTIES = 9, (3, 6)
FIRMS_OF_CLIENT = 10_000
YEAR = timedelta(days=365)
"""The shortest ban from procurement that the law knows."""


@dataclass(slots=True)
class Statements:
    """The statements of one site's clients. ``today`` is the day by the true clock."""

    site: Site
    today: date
    brief: bool = False
    _signers: dict[str, Any] = field(default_factory=dict)

    def envelope(self, statement_id: str) -> envelope_pb2.Envelope:
        """What is sent under an id."""
        client, number = parts(statement_id)
        key = self.department(statement_id)
        body: dict[str, Any]
        if number % 10 == WITHDRAWS:
            body = {"withdrawal": withdrawal(key, f"{statement_id.rpartition('-')[0]}-{number - 2}")}
        else:
            body = {"event": self._event(key, client, number)}
        statement = pb.Statement(
            statement_id=statement_id,
            origin=ORIGIN,
            department=BY_KEY[key].office.code,
            nonce=(client << 64 | number).to_bytes(16, "big"),
            **body,
        )
        if key not in self._signers:
            self._signers[key] = self.site.signer(key)
        return sign_envelope(statement.SerializeToString(deterministic=True), self._signers[key])

    def department(self, statement_id: str) -> str:
        """Who states it."""
        return OTHER if parts(statement_id)[1] % 10 in PENALTIES else SUBMITTER

    def _event(self, key: str, client: int, number: int) -> pb.Event:
        subject = firm(client * FIRMS_OF_CLIENT + number)
        ends = self.brief and number % 2
        until = self.today + timedelta(days=2 if ends else 700)
        decided = (until - YEAR if ends else self.today - timedelta(days=3)).isoformat()
        name = f"{BY_KEY[key].prefix}罚字〔{decided[:4]}〕{client * FIRMS_OF_CLIENT + number}号"
        paper = document(key, decided, name)
        if key == OTHER:
            return event(key, subject, "E-03-CF", decided, document=paper, content=fields(cflb="警告"))
        measures = [imposed("M-PRO-01", decided, until.isoformat())]
        return event(key, subject, "E-51", decided, document=paper, measures=measures)


def parts(statement_id: str) -> tuple[int, int]:
    """Number of the client, and of the statement among those of its client."""
    client, _, number = statement_id.partition("-")
    return int(client), int(number)


def blocks(statement_id: str) -> str:
    """The code of the firm that a statement bans; empty if it bans none."""
    client, number = parts(statement_id)
    if number % 10 == WITHDRAWS or number % 10 in PENALTIES:
        return ""
    code: str = firm(client * FIRMS_OF_CLIENT + number).identifier.value
    return code


def withdrawn_by(statement_id: str) -> str:
    """The id under which a ban is withdrawn, if it ever is."""
    client, number = parts(statement_id)
    return f"{client}-{number + 2}" if (number + 2) % 10 == WITHDRAWS else ""
