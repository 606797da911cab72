"""What the forms of a ban case are about (案件), and what a form is.

    matter.announced      what was announced to the party, or else proposed
    matter.target         the decision, for what happens afterwards

Example: ``StepForm("review", BAN_STEP_REVIEW, fields, body)`` stands at ``…/step/review``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from google.protobuf.message import Message

from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.forms import Answers, Field, document_of


@dataclass(frozen=True, slots=True)
class Matter:
    """What a form is about: the case with its statements, its department, the catalogue, today."""

    response: ban.GetCaseResponse
    department: pb.DepartmentRegistration
    rows: Rows
    names: Mapping[str, str]
    today: date
    draft: pb.BanDraft
    decision: pb.BanDecision

    @property
    def case(self) -> ban.BanCase:
        """The case."""
        return self.response.case

    @property
    def announced(self) -> pb.BanProposal:
        """What was announced, or else proposed."""
        return self.case.announced if self.case.HasField("announced") else self.case.proposal

    def document(self, answers: Answers, name: str) -> pb.Document:
        """A document of the department."""
        return document_of(answers, name, authority=self.department.name, code=self.department.code)

    @property
    def target(self) -> pb.StatementReference:
        """The decision."""
        return pb.StatementReference(department=self.case.department, statement_id=self.case.decision_id)


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step: its address, how its form looks, what comes of it, the paper that goes with it."""

    slug: str
    step: int
    fields: Callable[[Matter], list[Field]]
    body: Callable[[Matter, Answers], Message]
    paper: str = ""
    grave: bool = False
