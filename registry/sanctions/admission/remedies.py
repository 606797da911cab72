"""Checks of objections and repair."""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb


def check_objection(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_objection_result(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_repair_application(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_repair_acceptance(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_repair_refusal(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_repair_annulment(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError
