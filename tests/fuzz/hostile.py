"""Small inputs that ask for much, each given to the parser that reads such things.

    python -m tests.fuzz.hostile        # bounds itself, prints a line for each: name, what became of it

The process may take 512 MiB more than it has after its imports, and two minutes of the processor for all of
them together. A parser that would inflate, expand, nest or count without end meets the limit and raises
``MemoryError``, or the process ends, and the test fails. What must come out is the parser's own refusal.

What is tried of text, JSON and archives is in ``hostile_inputs``.
"""

from __future__ import annotations

import io
import json
import resource
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from google.protobuf.message import DecodeError
from starlette.requests import Request

from registry.access.token_files import read_trust
from registry.access.tokens import Trust
from registry.config import CONFIG_NAME, ConfigError, load_config
from registry.domain.table_file import TableFileError, read_table
from registry.indexing.record_file import RecordFile
from registry.provenance.access_token import TokenError, read_token
from registry.provenance.batch import BatchError, read_header
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.der import DerError, elements
from registry.provenance.note import NoteError, split_note
from registry.provenance.sealed_form import SealedFormError, read_sealed
from registry.provenance.snapshot import SNAPSHOT, SnapshotError, SnapshotHeader
from registry.provenance.snapshot_delta import DeltaHeader
from registry.provenance.timestamp import TimestampError, token_in
from registry.provenance.witness_policy import Policy, PolicyError
from registry.sanctions.catalogue.faults import CatalogueError
from registry.sanctions.catalogue.parser import parse_edition
from registry.store.interface import StoreError
from registry.v1.envelope_pb2 import Envelope
from registry.v1.receipt_pb2 import Receipt
from registry.v1.restriction_service_pb2 import CheckRequest
from registry.v1.statement_pb2 import Statement
from registry.verification import check_receipt
from registry.witness.submission import CheckpointSubmission, SubmissionError
from registry_client.bulk.preparing import Author, prepared_rows
from registry_client.cli.failures import Failure
from registry_client.cli.saved_answer import read_answers
from registry_client.files import FileFormatError, read_content
from registry_client.numbering import Numbering
from registry_client.supervision.draw_package import PackageError, read_package
from registry_client.tender_file import TenderFileError, read_tender
from registry_papers.answers.attached import attached_in
from registry_papers.answers.pdf_file import PdfFileError
from registry_papers.answers.pdf_text import pages_of
from registry_papers.answers.printing import Printing
from registry_papers.answers.reading import read_receipt
from registry_papers.errors import PaperError
from registry_web.console.accounts import Credential
from registry_web.console.pages.ban_papers import COOKIE, office_of
from registry_web.console.pages.edition_archive import ArchiveError, read_archive
from registry_web.console.second_factor import RelyingParty, SecondFactorError
from registry_web.gateway.json_message import MisfitError, message_of
from registry_web.gateway.json_text import JsonTextError, read_json
from registry_web.portal.asking import RefusedError
from registry_web.portal.complaints import _message_of
from tests.fuzz import hostile_inputs as inputs

CPU_S = 120
MORE_BYTES = 512 << 20
Refusals = tuple[type[Exception], ...]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One input and its parser; ``refusals`` are what must come out; without any it may be taken."""

    name: str
    act: Callable[[], object]
    refusals: Refusals = ()


def _each(
    name: str, read: Callable[[Any], object], given: Iterable[tuple[str, Any]], *refusals: type[Exception]
) -> Iterator[Hostile]:
    for what, content in given:
        yield Hostile(f"{name}: {what}", partial(read, content), refusals)


def _protobuf() -> Iterator[Hostile]:
    for name, kind in (("statement", Statement), ("envelope", Envelope), ("receipt", Receipt)):
        yield from _each(name, kind.FromString, inputs.no_messages(), DecodeError)
    deep = [(f"nested in {field}", inputs.nested_message(5000, field)) for field in (10, 60)]
    yield from _each("statement", lambda content: _unless(DecodeError, Statement.FromString, content), deep)
    header = Envelope(payload_type="application/vnd.registry.v1.batch+protobuf")
    header.signatures.add()
    for what, content in inputs.no_messages():
        header.payload = content
        yield Hostile(f"batch header: {what}", partial(read_header, header), (BatchError,))


def _unless(error: type[Exception], read: Callable[[Any], object], content: bytes) -> None:
    with suppress(error):
        read(content)


def _receipts() -> Iterator[Hostile]:
    policy = Policy.parse("quorum none\n")

    def check(content: bytes) -> None:
        assert not check_receipt(content, policy).ok

    yield from _each("receipt", check, inputs.receipts())
    yield from _each("paper", read_receipt, inputs.receipts(), PaperError)


def _json() -> Iterator[Hostile]:
    yield from _each("gateway", _gateway, inputs.json_texts(), JsonTextError, MisfitError)
    yield from _each("snapshot header", SnapshotHeader.decode, inputs.json_texts(), SnapshotError)
    yield from _each("delta header", DeltaHeader.decode, inputs.json_texts(), SnapshotError)
    yield from _each("printing", Printing.read, inputs.json_texts(), PaperError)
    yield from _each("saved answer", partial(_written, read_answers), inputs.json_texts(), Failure)
    yield from _each("tender", partial(_written, read_tender), inputs.json_texts(), TenderFileError)
    small = [(what, content[:290_000]) for what, content in inputs.json_texts()]
    yield from _each("lodged", _message_of, small, RefusedError)
    yield from _each("office", lambda content: office_of(_cookie(content)), small)


def _gateway(content: bytes) -> None:
    message_of(read_json(content), CheckRequest)


def _cookie(content: bytes) -> Request:
    cookie = f"{COOKIE}=".encode() + urlsafe_b64encode(content)
    return Request({"type": "http", "headers": [(b"cookie", cookie)]})


def _written(read: Callable[[Path], object], content: bytes) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / CONFIG_NAME
        path.touch(mode=0o600)
        path.write_bytes(content)
        read(path)


def _text() -> Iterator[Hostile]:
    yield from _each("edition", lambda text: parse_edition({"a.yaml": text}), inputs.yaml(), CatalogueError)
    settings = partial(_written, lambda path: load_config(path.parent))
    yield from _each("settings", settings, inputs.toml(), ConfigError)
    size = b"9" * 1_000_000
    policies = (("groups", b"group a 1 b\n" * 20_000), ("number", b"suite ed25519 " + size))
    yield from _each("policy", Policy.parse, policies, PolicyError)
    lines = "— a AAAAAA==\n" * 60_000
    yield from _each("note", split_note, [("lines", f"a\n\n{lines}")], NoteError)
    yield from _each("checkpoint", Checkpoint.parse, [("size", f"a\n{size.decode()}\n\n")], CheckpointError)
    old = b"old " + size + b"\n\n"
    yield from _each("witness", CheckpointSubmission.parse, [("old", old)], SubmissionError)


def _binary() -> Iterator[Hostile]:
    head = SNAPSHOT.magic + b"\xff\xff\xff\xff" + bytes(4)
    yield from _each("snapshot", SNAPSHOT.split, [("length", head)], SnapshotError)
    yield from _each("table", read_table, [("counts", inputs.table_head())], TableFileError)
    yield from _each("index", _index, [("counts", b"\xff" * 200)], StoreError)
    yield from _each("sealed", read_sealed, [("lengths", b"CSEAL\x01\x01" + b"\xff" * 300)], SealedFormError)
    yield from _each("der", elements, [("length", b"\x30\x84\xff\xff\xff\xff")], DerError)
    yield from _each("time stamp", token_in, [("nested", inputs.nested_der())], TimestampError)


def _index(content: bytes) -> None:
    RecordFile(content, lambda *_: None)  # type: ignore[arg-type]


def _tokens() -> Iterator[Hostile]:
    deep = inputs.coded(b'{"a":' + b"[" * 2900)
    tokens = (("long", "a." * 1_000_000), ("head", f"{deep}.e30.AA"), ("claims", f"e30.{deep}.AA"))
    yield from _each("token", lambda text: read_token(text, {}), tokens, TokenError)
    issuers = partial(_written, lambda path: read_trust(path, path))
    yield from _each("issuers", issuers, [("nested", inputs.nested_json())], TokenError)
    kinds = {"keys": [{"kty": [], "crv": {}, "x": 1}]}
    yield from _each("issuers", lambda told: Trust.of(told, []), [("kinds", kinds)], TokenError)
    party, known = RelyingParty("https://console.example"), Credential(b"c", bytes(40), 0)
    answers = [(what, _answer(content)) for what, content in inputs.cbor()]
    yield from _each(
        "authenticator", lambda text: party.registered(text, bytes(32)), answers, SecondFactorError
    )
    asserted = partial(lambda text: party.answered(text, bytes(32), [known]))
    yield from _each("assertion", asserted, answers, SecondFactorError)


def _answer(content: bytes) -> str:
    part = inputs.coded(content)
    told = {"clientDataJSON": "e30", "attestationObject": part, "authenticatorData": part, "signature": "AA"}
    return json.dumps({"id": "Yw", "rawId": "Yw", "type": "public-key", "response": told})


def _archives() -> Iterator[Hostile]:
    yield from _each("xlsx", _imported, inputs.workbooks(), FileFormatError)
    yield from _each("csv", _imported, inputs.tables(), FileFormatError)
    yield from _each(
        "edition zip", lambda each: read_archive(io.BytesIO(each)), inputs.archives(), ArchiveError
    )
    yield from _each("draw package", partial(_written, read_package), inputs.packages(), PackageError)


def _edition(content: bytes) -> None:
    read_archive(io.BytesIO(content))


def _imported(content: bytes) -> None:
    author = Author("o", "91130902DEMAY4CLX6", Numbering(bytes(32)))
    for _ in prepared_rows(read_content("file", content), author, today=date(2026, 11, 25)):
        pass


def _papers() -> Iterator[Hostile]:
    for name, read in (("pdf attachments", attached_in), ("pdf pages", pages_of)):
        yield from _each(name, partial(_quietly, read), inputs.pdfs())


def _quietly(read: Callable[[bytes], object], content: bytes) -> None:
    with suppress(PaperError, PdfFileError):
        read(content)


def everything() -> Iterator[Hostile]:
    """All of them, made one after the other."""
    for group in (_protobuf, _receipts, _json, _text, _binary, _tokens, _archives, _papers):
        yield from group()


def bound() -> None:
    """From here on, no more memory than this and no more time."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MORE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


def outcome(each: Hostile) -> str:
    """What became of it: ``refused`` or ``taken`` as it must, or else what came out."""
    try:
        each.act()
    except each.refusals:
        return "refused"
    except BaseException as error:  # Told to the test, which fails.
        return f"{type(error).__name__}: {str(error)[:200]!r}"
    return "taken, although it must be refused" if each.refusals else "taken"


def main() -> None:
    """Tries them all."""
    bound()
    for each in everything():
        print(f"{each.name}\t{outcome(each)}", flush=True)
    print("all\tdone", flush=True)


if __name__ == "__main__":
    main()
