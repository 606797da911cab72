"""SDK of the credit registry (公共信用信息登记): asking for verdicts, signing and submitting statements.

    from registry_client import Credentials, Question, Registry, uscc, worst

    with Registry("registry.example:7443", Credentials.load("credentials")) as registry:
        question = Question(domain=DOMAIN_PROCUREMENT, role=SUBJECT_ROLE_BIDDER)
        answers = [registry.check(uscc(code), question) for code in consortium]
        print(worst(answers))          # Verdict.BLOCKED

A call either answers or raises ``RegistryCallError``; there is no answer that could be mistaken for CLEAR
because something failed. Importing this package imports nothing else: each name is fetched from its module
when it is first used, so a program that only reads files never loads gRPC.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry_client.batch import BatchResult
    from registry_client.client import Registry, StoredStatement
    from registry_client.credentials import Credentials, CredentialsError
    from registry_client.errors import AnswerError, FieldViolation, RegistryCallError
    from registry_client.events import event_of_row
    from registry_client.files import FileFormatError, Row, RowFault, Table, read_table
    from registry_client.loaded_snapshot import ReplicaError
    from registry_client.numbering import Numbering, NumberingError
    from registry_client.outcomes import SubmitOutcome
    from registry_client.question import (
        Question,
        at_exact_position,
        at_least_as_fresh,
        fully_consistent,
        resident_id,
        uscc,
    )
    from registry_client.replica import Asker, Replica, ReplicaAnswer
    from registry_client.replica_following import Following
    from registry_client.replica_holding import StaleError
    from registry_client.replica_source import FromRegistry
    from registry_client.results import CheckResult, Hit, Verdict, worst
    from registry_client.snapshot_urls import FromUrl
    from registry_client.statements import new_statement, numbered_statement, reference_to, seal
    from registry_client.submission import Disposition, RowResult, Sender, submit_table
    from registry_client.tender import Tender, TenderParty
    from registry_client.tender_file import TenderFileError, read_tender
    from registry_client.verification import VerificationError, read_policy, verify
    from registry_client.watching import TokenFile, ToldOf, Wanted, Watcher

_HOME = {
    "Registry": "client",
    "StoredStatement": "client",
    "Credentials": "credentials",
    "CredentialsError": "credentials",
    "AnswerError": "errors",
    "FieldViolation": "errors",
    "RegistryCallError": "errors",
    "event_of_row": "events",
    "FileFormatError": "files",
    "Row": "files",
    "RowFault": "files",
    "Table": "files",
    "read_table": "files",
    "Numbering": "numbering",
    "NumberingError": "numbering",
    "SubmitOutcome": "outcomes",
    "Question": "question",
    "at_exact_position": "question",
    "at_least_as_fresh": "question",
    "fully_consistent": "question",
    "resident_id": "question",
    "uscc": "question",
    "BatchResult": "batch",
    "Asker": "replica",
    "Replica": "replica",
    "ReplicaAnswer": "replica",
    "ReplicaError": "loaded_snapshot",
    "StaleError": "replica_holding",
    "Following": "replica_following",
    "FromRegistry": "replica_source",
    "FromUrl": "snapshot_urls",
    "CheckResult": "results",
    "Hit": "results",
    "Verdict": "results",
    "worst": "results",
    "new_statement": "statements",
    "numbered_statement": "statements",
    "reference_to": "statements",
    "seal": "statements",
    "Disposition": "submission",
    "RowResult": "submission",
    "Sender": "submission",
    "submit_table": "submission",
    "Tender": "tender",
    "TenderParty": "tender",
    "TenderFileError": "tender_file",
    "read_tender": "tender_file",
    "VerificationError": "verification",
    "read_policy": "verification",
    "verify": "verification",
    "TokenFile": "watching",
    "ToldOf": "watching",
    "Wanted": "watching",
    "Watcher": "watching",
}

__all__ = [
    "AnswerError",
    "Asker",
    "BatchResult",
    "CheckResult",
    "Credentials",
    "CredentialsError",
    "Disposition",
    "FieldViolation",
    "FileFormatError",
    "Following",
    "FromRegistry",
    "FromUrl",
    "Hit",
    "Numbering",
    "NumberingError",
    "Question",
    "Registry",
    "RegistryCallError",
    "Replica",
    "ReplicaAnswer",
    "ReplicaError",
    "Row",
    "RowFault",
    "RowResult",
    "Sender",
    "StaleError",
    "StoredStatement",
    "SubmitOutcome",
    "Table",
    "Tender",
    "TenderFileError",
    "TenderParty",
    "TokenFile",
    "ToldOf",
    "Verdict",
    "VerificationError",
    "Wanted",
    "Watcher",
    "at_exact_position",
    "at_least_as_fresh",
    "event_of_row",
    "fully_consistent",
    "new_statement",
    "numbered_statement",
    "read_policy",
    "read_table",
    "read_tender",
    "reference_to",
    "resident_id",
    "seal",
    "submit_table",
    "uscc",
    "verify",
    "worst",
]


def __getattr__(name: str) -> Any:
    """Fetches a public name from its module (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
