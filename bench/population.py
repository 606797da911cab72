"""A registry to measure: fictional firms, most of them restricted, put on record by real departments.

    0 … restricted-1            restricted, by their number modulo 10
        0-6  banned from government procurement by 财政 (M-PRO-01)
        7-8  on the court's list L-01: five measures in four domains follow
        9    banned from compulsory tenders by 住建 (M-BID-01); unrestricted in procurement
    restricted … all-1          known by a licence alone
    beyond                      valid codes that the registry knows nothing of

Every list is delivered up to today: otherwise nothing found would say nothing. The statements go the whole
way of a statement but for the wire and the check of the signature that was made a moment before: admission,
effects, leaves, commit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from ipaddress import ip_address
from itertools import islice
from pathlib import Path

from demo.departments import BY_KEY, OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.found import Operator
from registry.commands.jobs import Placed
from registry.commands.sequencer import Sequencer
from registry.commands.submission import Submission
from registry.config import Config
from registry.domain.identifiers import uscc_check_character
from registry.domain.periods import china_day
from registry.engine import Engine, now_ms, read_secret, start_engine
from registry.installation import Plan, create_installation, issue_client
from registry.provenance.batch import sign_batch
from registry.provenance.envelope import PAYLOAD_TYPE, sign_envelope
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import statement_hash
from registry.v1 import envelope_pb2, subject_pb2
from registry.v1 import statement_pb2 as pb

ORIGIN = "credit.example/bench"
GROUP = 1024
STATING = ("市场监管", "财政", "税务", "法院", "住建")


@cache
def today() -> date:
    """The day of the run, in China."""
    return china_day(now_ms())


def firm(number: int) -> str:
    """The code of a firm that does not exist."""
    body = f"91130902DEM{number:06d}"
    return body + uscc_check_character(body)


def subject(number: int) -> subject_pb2.Subject:
    """The firm with its name."""
    identifier = subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=firm(number))
    kind = subject_pb2.SUBJECT_KIND_ENTERPRISE
    return subject_pb2.Subject(identifier=identifier, kind=kind, name=f"沧州{number}号商贸(示例)有限公司")


def ago(days: int) -> str:
    """A day before today, as statements write it."""
    return (today() - timedelta(days=days)).isoformat()


@dataclass(frozen=True, slots=True)
class Author:
    """A department that makes statements, with its key."""

    key: str
    signer: FileSigner

    @property
    def code(self) -> str:
        """The department's 统一社会信用代码."""
        return BY_KEY[self.key].office.code

    def caller(self) -> Caller:
        """As whom it calls."""
        return Caller(CallerRole.DEPARTMENT, self.code, ORIGIN)

    def document(self, number: int, decided_on: str) -> pb.Document:
        """A decision of its own."""
        department = BY_KEY[self.key]
        return pb.Document(
            number=f"{department.prefix}罚字〔{decided_on[:4]}〕{number}号",
            authority=department.office.name,
            authority_code=self.code,
            decided_on=decided_on,
        )

    def envelope(self, statement_id: str, event: pb.Event) -> envelope_pb2.Envelope:
        """The event, stated and signed."""
        return self.sealed(pb.Statement(statement_id=statement_id, event=event))

    def sealed(self, statement: pb.Statement) -> envelope_pb2.Envelope:
        """A statement as the department's own, signed."""
        statement.origin, statement.department, statement.nonce = ORIGIN, self.code, os.urandom(16)
        return sign_envelope(statement.SerializeToString(), self.signer)

    def batch(self, batch_id: str, payloads: Sequence[bytes]) -> envelope_pb2.SignedBatch:
        """Serialised statements under one signature."""
        return sign_batch(
            payloads,
            origin=ORIGIN,
            department=self.code,
            batch_id=batch_id,
            nonce=os.urandom(16),
            signer=self.signer,
        )

    def submission(self, statement_id: str, event: pb.Event) -> Submission:
        """The same as the sequencer takes it, its signature not checked again."""
        envelope = self.envelope(statement_id, event)
        statement = pb.Statement.FromString(envelope.payload)
        hashed = statement_hash(PAYLOAD_TYPE, envelope.payload)
        return Submission(envelope, statement, hashed, self.signer.keyid)


@dataclass(frozen=True, slots=True)
class Population:
    """An installation on disk that holds ``restricted`` restricted firms and ``clear`` others."""

    directory: Path
    config: Config
    restricted: int
    clear: int
    authors: dict[str, Author]

    def credential(self, name: str, caller: Caller) -> Path:
        """A directory with ca.pem, cert.pem and key.pem for a caller."""
        return issue_client(self.directory, name, caller, now_ms=now_ms())


def populate(directory: Path, *, restricted: int, clear: int) -> Population:
    """Founds a registry in a directory that does not exist, and fills it."""
    office = OPERATOR.office
    plan = Plan(
        ORIGIN, Operator(office.code, office.name, "130900"), "127.0.0.1:0", [ip_address("127.0.0.1")]
    )
    config = create_installation(directory, plan, clock=now_ms)
    engine = start_engine(config)
    try:
        operator = FileSigner.load(directory / "keys" / "operator.key", None)
        authors = {key: _enrol(engine, operator, key) for key in STATING}
        for author in authors.values():
            _deliver(engine, author)
        log_key = FileSigner.load(config.log_key, None)
        sequencer = Sequencer(engine.state, [log_key], clock=now_ms, random_bytes=os.urandom)
        _place(sequencer, _statements(authors, restricted, clear))
    finally:
        engine.close()
    assert read_secret(config.vault_key)
    return Population(directory, config, restricted, clear, authors)


def _enrol(engine: Engine, operator: FileSigner, key: str) -> Author:
    signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    author = Author(key, signer)
    enrolment = pb.KeyEnrolment(
        department=author.code,
        suite=signer.suite,
        public_key=signer.public_key,
        valid_from=ago(1000),
        valid_until=ago(-1000),
    )
    registrar = Caller(CallerRole.REGISTRAR, OPERATOR.office.code, ORIGIN)
    bodies: Iterable[tuple[pb.Statement, tuple[FileSigner, ...]]] = (
        (pb.Statement(department_registration=BY_KEY[key].registration()), (operator,)),
        (pb.Statement(key_enrolment=enrolment), (operator, signer)),
    )
    for number, (statement, signers) in enumerate(bodies):
        statement.statement_id = f"enrol-{author.code}-{number}"
        statement.origin = ORIGIN
        statement.department = OPERATOR.office.code
        statement.nonce = os.urandom(16)
        envelope = sign_envelope(statement.SerializeToString(), *signers)
        outcome = engine.intake.submit([envelope], registrar)[0].result()
        assert isinstance(outcome, Placed), outcome
    return author


def _deliver(engine: Engine, author: Author) -> None:
    lists = [code for code in BY_KEY[author.key].lists if code.startswith("L-")]
    for code in lists:
        delivery = pb.Delivery(list_code=code, as_of=ago(0))
        envelope = author.sealed(pb.Statement(statement_id=f"delivered-{code}", delivery=delivery))
        outcome = engine.intake.submit([envelope], author.caller())[0].result()
        assert isinstance(outcome, Placed), outcome


def _place(sequencer: Sequencer, submissions: Iterator[Submission]) -> None:
    while group := list(islice(submissions, GROUP)):
        for outcome in sequencer.process(group):
            assert isinstance(outcome, Placed), outcome


def _statements(authors: dict[str, Author], restricted: int, clear: int) -> Iterator[Submission]:
    for number in range(restricted):
        key, event = _restricting(authors, number)
        yield authors[key].submission(f"B-{number}", event)
    for number in range(restricted, restricted + clear):
        event = pb.Event(
            subject=subject(number),
            category="E-03-XK",
            document=authors["市场监管"].document(number, ago(900)),
            effective_until="2099-12-31",
        )
        yield authors["市场监管"].submission(f"B-{number}", event)


def _restricting(authors: dict[str, Author], number: int) -> tuple[str, pb.Event]:
    turn, since = number % 10, ago(100 + number % 200)
    if turn in (7, 8):
        event = _event(authors["法院"], number, "E-06", since)
        event.list_code, event.effective_from, event.effective_until = "L-01", since, ago(-700)
        return "法院", event
    key, measure = ("住建", "M-BID-01") if turn == 9 else ("财政", "M-PRO-01")
    event = _event(authors[key], number, "E-51", since)
    imposed = event.measures.add(measure_code=measure, until=ago(-300 - number % 100))
    setattr(imposed, "from", since)
    return key, event


def _event(author: Author, number: int, category: str, decided_on: str) -> pb.Event:
    return pb.Event(
        subject=subject(number),
        category=category,
        document=author.document(number, decided_on),
        region="130900",
        legal_basis=["示例法 第一条"],
    )


def penalty(author: Author, number: int, *, about: int) -> pb.Event:
    """A penalty in the official 双公示 columns, about a kilobyte: what departments submit most of."""
    firm_named, document = subject(about), author.document(number, ago(30))
    event = pb.Event(
        subject=firm_named,
        category="E-03-CF",
        document=document,
        region="130902",
        effective_from=ago(30),
        effective_until=ago(-335),
        legal_basis=["《中华人民共和国食品安全法》第一百二十四条第一款第五项"],
        severity=pb.SEVERITY_GENERAL,
    )
    content = {
        "xdr_mc": firm_named.name,
        "xdr_lb": "法人及非法人组织",
        "xdr_shxym": firm_named.identifier.value,
        "frdb": "示例某",
        "wsh": document.number,
        "wfxw": "经营超过保质期的食品",
        "sy": f"当事人在示例路{number % 900}号门店的冷藏柜内陈列销售超过保质期的预包装食品",
        "yj": event.legal_basis[0],
        "cflb": "罚款; 没收违法所得",
        "nr": "没收违法所得9000元; 罚款人民币49000元",
        "nr_fk": "4.900000",
        "nr_wfff": "0.900000",
        "jdrq": ago(30).replace("-", "/"),
        "yxq": ago(-335).replace("-", "/"),
        "gsjzq": ago(-335).replace("-", "/"),
        "cfjg": document.authority,
        "cfjgdm": document.authority_code,
        "lydw": document.authority,
        "lydwdm": document.authority_code,
    }
    event.content.extend(pb.Field(name=name, value=value) for name, value in content.items())
    return event
