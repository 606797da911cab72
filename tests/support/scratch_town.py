"""A registry in memory to which departments state things by their kind, for properties of the law.

town = Town()
town.grant()
town.penalty(date(2026, 7, 1))
assert town.applying(date(2026, 7, 1)) == set()
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.editions import current_edition
from registry.sanctions.cases import fictional
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.incentives import Granted
from registry.sanctions.verdict import Decision, Question
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject

EDITION = current_edition()
FIRM = fictional.subject(1, subject_pb2.SUBJECT_KIND_ENTERPRISE)
FIRST, LAST = date(2026, 6, 1), date(2029, 5, 31)
"""The term of a grant."""


@dataclass
class Town:
    """A registry in memory to which departments state things by their kind."""

    ledger: ScratchLedger = field(default_factory=lambda: ScratchLedger(EDITION))
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def document(self, by: str, on: date) -> pb.Document:
        document = fictional.office(by, EDITION)
        document.number, document.decided_on = f"沧示字〔{on.year}〕{next(self.numbers)}号", on.isoformat()
        return document

    def say(self, by: str, on: date, **body: Any) -> pb.StatementReference:
        statement = pb.Statement(
            statement_id=f"S-{next(self.numbers)}",
            origin=fictional.ORIGIN,
            department=fictional.office(by, EDITION).authority_code,
            nonce=fictional.NONCE,
            **body,
        )
        assert self.ledger.fold(statement, on) == []
        return pb.StatementReference(department=statement.department, statement_id=statement.statement_id)

    def candidate(
        self, subject: Subject = FIRM, first: date = date(2026, 5, 6), last: date = date(2026, 5, 20)
    ) -> pb.StatementReference:
        """A candidate for R-03, publicised from the day on which the registry has received it."""
        candidacy = pb.RedListCandidacy(
            subject=subject,
            list_code="R-03",
            document=self.document("dev_reform", first),
            legal_basis=["国发〔2016〕33号"],
            publicised_from=first.isoformat(),
            publicised_until=last.isoformat(),
        )
        return self.say("dev_reform", first, red_list_candidacy=candidacy)

    def grant(self, subject: Subject = FIRM, first: date = FIRST, on: date = FIRST) -> pb.StatementReference:
        """The red list, granted from a day to 2029-05-31."""
        target = self.candidate(subject)
        granted = pb.RedListGrant(
            target=target, document=self.document("dev_reform", on), until=LAST.isoformat()
        )
        setattr(granted, "from", first.isoformat())
        return self.say("dev_reform", on, red_list_grant=granted)

    def event(self, by: str, on: date, category: str, subject: Subject = FIRM, **more: Any) -> Any:
        """An event decided on a day."""
        fields = {"document": self.document(by, on), "legal_basis": ["示例法 第一条"], **more}
        return self.say(by, on, event=pb.Event(subject=subject, category=category, **fields))

    def penalty(self, on: date, severity: pb.Severity.ValueType = pb.SEVERITY_GENERAL) -> Any:
        """A small fine."""
        content = [pb.Field(name="cflb", value="罚款"), pb.Field(name="nr_fk", value="5")]
        return self.event("market_reg", on, "E-03-CF", severity=severity, content=content)

    def ban(self, on: date, until: date, subject: Subject = FIRM) -> Any:
        """Excluded from compulsory tenders."""
        imposed = pb.ImposedMeasure(measure_code="M-BID-01", until=until.isoformat())
        setattr(imposed, "from", on.isoformat())
        return self.event("bidding_supervisor", on, "E-51", subject, measures=[imposed])

    def entry(self, on: date) -> Any:
        """On the list of defaulters (失信被执行人) without end."""
        return self.event("court", on, "E-06", list_code="L-01", effective_from=on.isoformat())

    def granted(self, day: date, subject: Subject = FIRM) -> list[Granted]:
        return self.ledger.incentives(subject, day)

    def applying(self, day: date, subject: Subject = FIRM) -> set[str]:
        """Codes of what applies on a day."""
        return {each.measure.code for each in self.granted(day, subject) if each.obstacle is None}

    def why(self, day: date) -> set[str]:
        """What is said of that which is suspended on a day."""
        return {each.obstacle.text_zh for each in self.granted(day) if each.obstacle is not None}

    def decide(self, domain: subject_pb2.Domain.ValueType, day: date) -> Decision:
        question = Question(
            domain,
            subject_pb2.SUBJECT_ROLE_BIDDER,
            day,
            tender_kind=subject_pb2.TENDER_KIND_COMPULSORY,
        )
        self.ledger.deliver(EDITION.required_lists(domain), day)
        return self.ledger.decide(FIRM, question)
