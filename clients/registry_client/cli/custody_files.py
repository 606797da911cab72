"""What the commands of custodians share: key files, who is custodian, the sealed blob of a complaint."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click
from google.protobuf.message import DecodeError

from registry.provenance.sealed_form import CONTENT, REPORTER, Binding
from registry.v1 import supervision_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import ListFilesRequest
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import own_department
from registry_client.cli.options import Session, read_passphrase
from registry_client.supervision.custody import CustodyKey, require_opening
from registry_client.supervision.sealing import binding_of

custody_key = click.option(
    "--custody-key", "custody_key", type=click.Path(path_type=Path), required=True, metavar="FILE",
    help="保管人私钥文件(不是签名私钥)。The custodian's own private key.",
)  # fmt: skip
custody_passphrase = click.option(
    "--custody-passphrase-fd", type=click.IntRange(min=0), metavar="N", help="从文件描述符N读取其口令。"
)
part_option = click.option(
    "--part", type=click.Choice(["content", "reporter"]), required=True,
    help="content 是所说所写的内容，reporter 是举报人身份。",
)  # fmt: skip
number_argument = click.argument("number", metavar="NUMBER")


def fingerprint(public_key: bytes) -> str:
    """How people compare a key: the SHA-256 of it, in groups."""
    text = sha256(public_key).hexdigest()[:32].upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _stated(session: Session) -> list[pb.CustodianKey]:
    """What the department's custodians last stated, withdrawn and expired ones too."""
    department = own_department(session)
    request = ListFilesRequest(kind=pb.FILE_KIND_CUSTODIAN, department=department, page_size=500)
    found = []
    for file in session.registry.supervision.files(request).files:
        view = session.registry.supervision.file(pb.FILE_KIND_CUSTODIAN, department, file.file.number)
        payload = view.statements[-1].statement.envelope.payload
        found.append(Statement.FromString(payload).supervision.custodian_key)
    return found


def official_of(session: Session, public_key: bytes) -> str:
    """Whose key this is in the log. Raises Failure."""
    for said in _stated(session):
        if said.public_key == public_key:
            return said.official_id
    raise Failure("登记系统里没有这把保管人公钥")


def keys_of_official(session: Session, official_id: str) -> list[bytes]:
    """The public keys that an official has stated, withdrawn ones too: old blobs were sealed to them."""
    return [said.public_key for said in _stated(session) if said.official_id == official_id]


def opening_recorded(session: Session, number: str, *officials: str) -> pb.Complaint:
    """The complaint, if the log has an opening that these officials signed. Raises SealingError."""
    view = session.registry.supervision.file(pb.FILE_KIND_COMPLAINT, own_department(session), number)
    require_opening(view.file, *officials)
    return Statement.FromString(view.statements[0].statement.envelope.payload).supervision.complaint


def sealed_blob(session: Session, complaint: pb.Complaint, part: str) -> bytes:
    """The sealed blob of a complaint; bound to it, or a Failure."""
    if part == "reporter" and not complaint.HasField("reporter"):
        raise Failure("这一投诉举报是匿名的")
    item, bound = (complaint.reporter, REPORTER) if part == "reporter" else (complaint.content, CONTENT)
    blob = session.registry.supervision.evidence.content(item.sha256)
    if binding_of(blob) != Binding(
        session.credentials.origin, own_department(session), complaint.number, bound
    ):
        raise Failure("密封件属于另一件投诉举报, 或者属于它的另一部分")
    return blob


def load_key(path: Path, descriptor: int | None) -> CustodyKey:
    """A custodian's key; its pass phrase, where it has one, from the descriptor or the terminal."""
    if descriptor is not None:
        return CustodyKey.load(path, read_passphrase(descriptor))
    encrypted = b"ENCRYPTED PRIVATE KEY" in read_file(path)
    answer = click.prompt(f"保管人私钥 {path} 的口令", hide_input=True, err=True) if encrypted else ""
    return CustodyKey.load(path, answer.encode() if encrypted else None)


def new_passphrase(descriptor: int | None) -> bytes:
    """A pass phrase for a new key."""
    if descriptor is not None:
        return read_passphrase(descriptor)
    answer: str = click.prompt("新私钥的口令", hide_input=True, confirmation_prompt="再次输入口令", err=True)
    return answer.encode()


def read_opening(path: Path) -> Envelope:
    """The opening that the first custodian signed. Raises Failure."""
    try:
        return Envelope.FromString(read_file(path))
    except (DecodeError, ValueError):
        raise Failure(f"{path}：不是第一名保管人签过的文件") from None


def read_file(path: Path) -> bytes:
    """What a file holds. Raises Failure."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet. Raises Failure."""
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(content)
    except OSError as fault:
        raise Failure(f"{path}：无法写入：{fault.strerror}") from None
