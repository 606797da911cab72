"""What commands share by which officials take steps: each is a statement signed with a key of his own.

The department's seal is refused by the registry (审监分离). Ids and nonces are made from the content
(``registry_client.numbering``), so repeating a step is safe.

Where a step cannot be taken back, nothing is done unless it is asked for: without ``--act`` a command shows
what it would do and submits nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from registry.provenance.json_bounds import parsed_once
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Evidence
from registry_client.cli.failures import Failure
from registry_client.cli.message_json import message_from
from registry_client.cli.options import Session, connected, json_option, load_signer, passphrase_option
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.cli.submit import SECRET
from registry_client.files import reason_name
from registry_client.numbering import Numbering
from registry_client.outcomes import SubmitOutcome
from registry_client.statements import numbered_statement, seal

_Command = Callable[..., Any]
_M = TypeVar("_M", bound=Message)

act_option = click.option(
    "--act",
    is_flag=True,
    help="办理：签名并提交。不给则只显示将要办理的内容，不提交。Sign and submit; otherwise only show.",
)


def _key_option(*, required: bool) -> Callable[[_Command], _Command]:
    when = "。" if required else "，办理时必须给出。"
    return click.option(
        "--key",
        type=click.Path(path_type=Path),
        required=required,
        metavar="FILE",
        help=f"经办人员本人的签名私钥（不是部门印章）{when}The official's own signing key.",
    )


_secret_option = click.option(
    "--secret",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="陈述编号密钥，默认为凭证目录中的 statement.secret。The department's secret for statement ids.",
)


def signed(command: _Command) -> _Command:
    """Gives a command the options by which an official signs."""
    options = passphrase_option(_secret_option(json_option(connected(command))))
    return _key_option(required=True)(options)


def acting_options(command: _Command) -> _Command:
    """Gives a command ``--act`` and the options by which an official signs then."""
    options = passphrase_option(_secret_option(json_option(connected(command))))
    return act_option(_key_option(required=False)(options))


def acting(command: _Command) -> _Command:
    """Gives a command the options of ``acting_options``. The command makes a body and how to submit it; the
    body is shown, or signed and submitted, here."""

    @wraps(command)
    def run(session: Session, /, **given: Any) -> None:
        key, act = given.pop("key"), given.pop("act")
        passphrase_fd, secret, as_json = (given.pop(name) for name in ("passphrase_fd", "secret", "as_json"))
        body, submit = command(session, **given)
        if not act:
            show_step(body)
            return
        finish(submit(sealed(session, body, required_key(key), passphrase_fd, secret)), as_json)

    return acting_options(run)


def required_key(key: Path | None) -> Path:
    """The key that acting needs. Raises click.UsageError where none was given."""
    if key is None:
        raise click.UsageError("办理须用 --key 指明经办人员本人的签名私钥")
    return key


def sealed(
    session: Session, body: Any, key: Path, passphrase_fd: int | None, secret: Path | None
) -> Envelope:
    """The body as a statement of the caller's department, signed with a key. Raises Failure."""
    signer = load_signer(key, passphrase_fd)
    numbering = Numbering.load(secret or session.directory / SECRET)
    origin, department = session.credentials.origin, own_department(session)
    statement = numbered_statement(numbering, origin=origin, department=department, body=body)
    return seal(statement, signer)


def own_department(session: Session) -> str:
    """The code of the caller's department. Raises Failure if the certificate names none."""
    if not session.credentials.department:
        raise Failure("证书中没有部门身份，不能提交陈述")
    return session.credentials.department


def finish(outcome: SubmitOutcome, as_json: bool) -> None:
    """Prints what became of a step; exit status 1 if it was refused."""
    if as_json:
        print_json(outcome_json(outcome))
    elif outcome.accepted:
        result = "已有" if outcome.already_recorded else "接收"
        row = (result, str(outcome.position), outcome.statement_id)
        print_table(("结果", "序号", "陈述编号"), [row], whole=("结果", "序号"))
    else:
        rows = [(reason_name(fault.reason), fault.message) for fault in outcome.faults]
        print_table(("原因", "说明"), rows, title="退回", whole=("原因",))
    if not outcome.accepted:
        raise click.exceptions.Exit(1)


def outcome_json(outcome: SubmitOutcome) -> dict[str, Any]:
    """An outcome as JSON."""
    faults = [
        {"reason": reason_name(fault.reason), "field": fault.field, "message": fault.message}
        for fault in outcome.faults
    ]
    known = {"statement_id": outcome.statement_id, "position": outcome.position}
    return {**known, "already": outcome.already_recorded, "faults": faults}


def show_step(body: Message) -> None:
    """Prints a body as it would be signed, and that nothing was submitted."""
    from registry_client.cli.record_text import as_json

    print_line(json.dumps(as_json(body), ensure_ascii=False, indent=2))
    print_line("没有提交。核对无误后加 --act 办理。", style="bold")


def body_of(path: Path, message: _M) -> _M:
    """The message that a JSON file holds. A mapping with the key ``file`` stands for that file's evidence:
    its SHA-256, and its name where no title is given. Raises Failure."""
    return body_from(path, read_json(path), message)


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises Failure."""
    try:
        return parsed_once(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "不是UTF-8"
        raise Failure(f"{path}：无法读取：{reason}") from None
    except ValueError as fault:
        raise Failure(f"{path}：不是JSON：{fault}") from None


def body_from(path: Path, content: Any, message: _M) -> _M:
    """The message in what a JSON file holds, see ``body_of``. Raises Failure."""
    return message_from(path, _with_digests(content, path.parent), message)


def evidence_of(path: Path) -> Evidence:
    """A file as evidence: its SHA-256 and its name. Raises Failure."""
    try:
        return Evidence(sha256=sha256(path.read_bytes()).digest(), title=path.name)
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None


def _with_digests(content: Any, folder: Path) -> Any:
    if isinstance(content, list):
        return [_with_digests(each, folder) for each in content]
    if not isinstance(content, dict):
        return content
    if isinstance(content.get("file"), str):
        given = {key: value for key, value in content.items() if key != "file"}
        return MessageToDict(evidence_of(folder / content["file"])) | given
    return {key: _with_digests(value, folder) for key, value in content.items()}
