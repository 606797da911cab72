"""``registryctl refusals`` and ``statement``: a department reads back its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any

import click
from google.protobuf.json_format import MessageToDict

from registry.v1.error_reason_pb2 import Fault
from registry.v1.intake_service_pb2 import Refusal
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_facts, print_json, print_table
from registry_client.cli.saved_files import save_new
from registry_client.cli.wide_help import WideCommand
from registry_client.disclosure import masked_statement
from registry_client.files import reason_name


@click.command("refusals", cls=WideCommand, short_help="列出被退回的陈述 list refusals")
@click.option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    metavar="NUMBER",
    help="只列该退回号之后的。Only refusals after this number.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="最多列出的份数。At most so many.",
)
@json_option
@connected
def refusals(session: Session, after: int, limit: int, as_json: bool) -> None:
    """列出本部门被退回的陈述及全部理由，先退回的在前。List what was refused, and why.

    接着列时，用最后一个退回号作 --after。
    """
    found = islice(session.registry.refusals(after), limit)
    if as_json:
        for refusal in found:
            print_json(_as_json(refusal))
        return
    rows = [
        (
            str(refusal.number),
            china_time(refusal.received_time.ToDatetime(UTC)),
            "\n".join(f"{each.message} {_place(each)}" for each in refusal.faults),
        )
        for refusal in found
    ]
    print_table(("退回号", "收到时间", "理由、原因和字段"), rows, whole=("退回号", "收到时间"))


@click.command("statement", cls=WideCommand, short_help="取回本部门的陈述 read back a statement")
@click.argument("statement_id", required=False, metavar="[ID]")
@click.option("--position", type=click.IntRange(min=0), metavar="N", help="按序号取。By position.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="把信封逐字节存入新文件（protobuf，未遮盖，仅本人可读）。Save the envelope byte for byte.",
)
@json_option
@connected
def statement(
    session: Session, statement_id: str | None, position: int | None, out: Path | None, as_json: bool
) -> None:
    """按陈述编号或序号取回本部门的陈述。Read back one's own statement, by id or position.

    显示时自然人的证件号码作遮盖。
    """
    if (statement_id is None) == (position is None):
        raise click.UsageError("请给出陈述编号或 --position 之一")
    stored = session.registry.get_statement(statement_id=statement_id or "", position=position)
    if out:
        save_new(out, stored.envelope.SerializeToString())
    content = MessageToDict(masked_statement(stored.statement), preserving_proto_field_name=True)
    if as_json:
        print_json(
            {
                "position": stored.position,
                "received_time": stored.received_time.isoformat(),
                "statement": content,
            }
        )
        return
    signers = "、".join(signature.keyid[:16] for signature in stored.envelope.signatures)
    print_facts(
        [
            ("序号", str(stored.position)),
            ("收到时间", china_time(stored.received_time)),
            ("签名密钥", signers),
        ]
    )
    print_facts(_leaves(content))


def _as_json(refusal: Refusal) -> dict[str, Any]:
    faults = [
        {"reason": reason_name(each.reason), "field": each.field, "message": each.message}
        for each in refusal.faults
    ]
    return {
        "number": refusal.number,
        "statement_id": refusal.statement_id,
        "payload_sha256": refusal.payload_sha256.hex(),
        "received_time": refusal.received_time.ToDatetime(UTC).isoformat(),
        "faults": faults,
    }


def _place(fault: Fault) -> str:
    return f"{reason_name(fault.reason)} {fault.field}".strip()


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a JSON value with its path, as in ``event.measures[0].until``."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{number}]")
    else:
        yield path, str(value)
