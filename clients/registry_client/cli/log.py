"""``registryctl log``: the log as anyone with a certificate may check it.

Every command verifies what it receives; what does not fit ends in one line and status 3. Whose signatures a
checkpoint must bear is said by ``--log-key`` or by a policy file (`registry.provenance.witness_policy`);
without either the answers are only compared with one another, and the output says so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
from google.protobuf.json_format import MessageToDict

from registry.provenance.base64_text import encode_base64
from registry.provenance.note import NoteError
from registry.provenance.tlog_proof import TlogProof
from registry.provenance.witness_policy import Policy, PolicyError
from registry_client.cli.failures import Failure
from registry_client.cli.log_text import (
    checkpoint_facts,
    checkpoint_json,
    leaf_facts,
    leaf_json,
    leaf_row,
    print_checkpoint,
    standing,
    statement_facts,
)
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_facts, print_json, print_table
from registry_client.cli.saved_files import read_text, save_new
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.disclosure import masked_statement
from registry_client.log import MOST_LEAVES, Log, SignedCheckpoint

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_saved = click.Path(path_type=Path)
_position = click.argument("position", type=click.IntRange(min=0), metavar="POSITION")
_within = click.option(
    "--checkpoint",
    "within",
    type=_saved,
    metavar="FILE",
    help="按文件中另存的检查点证明，默认用最近的。Prove it in this checkpoint.",
)


def _out(what: str) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    return click.option("--out", type=_saved, metavar="FILE", help=what)


def _checking(
    command: Callable[Concatenate[Log, _Parameters], _Result],
) -> Callable[_Parameters, _Result]:
    """Gives a command the options that say whose signatures count, and the log made of them."""

    @click.option(
        "--log-key",
        "keys",
        multiple=True,
        metavar="VKEY",
        help="日志公钥（C2SP vkey），检查点须有其签名；可多次给出，缺一不可。Each must have signed.",
    )
    @click.option(
        "--policy",
        type=_saved,
        metavar="FILE",
        help="核验策略文件（C2SP tlog-policy）。The verifier's policy.",
    )
    @json_option
    @connected
    @wraps(command)
    def run(session: Session, /, *args: _Parameters.args, **options: _Parameters.kwargs) -> _Result:
        keys, policy = options.pop("keys"), options.pop("policy")
        return command(_log(session, keys, policy), *args, **options)

    return run


def _log(session: Session, keys: Any, policy: Any) -> Log:
    if keys and policy:
        raise click.UsageError("--log-key 与 --policy 不能同时使用")
    log = session.registry.log
    try:
        if policy:
            return log.under(Policy.parse(read_text(policy)))
        return log.trusting(*keys) if keys else log
    except PolicyError as fault:
        raise Failure(f"{policy}：{fault}") from None
    except (NoteError, ValueError) as fault:
        raise Failure(f"--log-key：{fault}") from None


@click.group("log", cls=WideGroup, short_help="核对日志 check the log")
def log() -> None:
    """日志的检查点、证明、叶和陈述，取回时逐一核验。The log, verified as it is read.

    给出日志公钥（--log-key）或核验策略（--policy）的，核验检查点的签名；都不给的，只核对答复之间是否相符，
    输出中注明“未核验”。与已签检查点不符的，退出码为3。
    """


@log.command("checkpoint", cls=WideCommand, short_help="取检查点 latest checkpoint")
@_out("另存检查点，供以后核对。Save it, to compare with later.")
@_checking
def checkpoint(log: Log, out: Path | None, as_json: bool) -> None:
    """取最近的检查点并核验签名：日志名称、条数、根。The latest checkpoint, its signatures verified."""
    latest = log.checkpoint()
    _keep(out, latest.note)
    print_checkpoint(latest, as_json)


@log.command("prove", cls=WideCommand, short_help="证明某序号在日志中 prove inclusion")
@_position
@_within
@_out("另存证明（C2SP tlog-proof），可用其他工具核验。Save the proof for any tool.")
@_checking
def prove(log: Log, position: int, within: Path | None, out: Path | None, as_json: bool) -> None:
    """证明序号 POSITION 的叶在检查点的树中。Prove that a leaf is in the tree of a checkpoint."""
    proven = log.inclusion(position, _kept(log, within))
    _keep(out, TlogProof(position, proven.proof, proven.checkpoint.note).text())
    if as_json:
        print_json(leaf_json(proven) | {"checkpoint": proven.checkpoint.note})
        return
    print_facts(leaf_facts(position, proven.leaf))
    print_facts([("证明", f"{len(proven.proof)}个哈希，相符")])
    print_facts(checkpoint_facts(proven.checkpoint))


@log.command("consistency", cls=WideCommand, short_help="核对日志只增不改 prove growth")
@click.argument("since", type=_saved, metavar="FILE")
@_out("另存新的检查点。Save the newer checkpoint.")
@_checking
def consistency(log: Log, since: Path, out: Path | None, as_json: bool) -> None:
    """证明日志自 FILE 中的检查点以来只增不改。Prove that the log only grew since a saved checkpoint."""
    old = log.opened(read_text(since))
    new = log.consistency(old)
    _keep(out, new.note)
    if as_json:
        print_json({"first": old.size, "second": new.size, "verified": new.verified, "checkpoint": new.note})
        return
    print_facts([("结果", f"前{old.size}条未变，增加{new.size - old.size}条")])
    print_facts(checkpoint_facts(new))


@log.command("leaves", cls=WideCommand, short_help="列出叶 list leaves")
@click.argument("first", type=click.IntRange(min=0), metavar="FIRST")
@click.option(
    "--count",
    type=click.IntRange(min=1, max=MOST_LEAVES),
    default=20,
    show_default=True,
    metavar="N",
    help="列几个。How many.",
)
@_within
@_checking
def leaves(log: Log, first: int, count: int, within: Path | None, as_json: bool) -> None:
    """列出自序号 FIRST 起的叶，并证明其位置。List leaves, proven to stand where they are.

    叶中只有哈希：看不出内容，也看不出是谁。
    """
    found = log.leaves(first, count, _kept(log, within))
    if as_json:
        for position, leaf in enumerate(found, first):
            print_json({"position": position, "leaf": leaf.hex()})
        return
    rows = [leaf_row(position, leaf) for position, leaf in enumerate(found, first)]
    print_table(("序号", "种类", "收到时间", "主体键", "第几", "陈述哈希"), rows, whole=("序号", "收到时间"))


@log.command("statement", cls=WideCommand, short_help="按序号取陈述 a statement by position")
@_position
@_out("逐字节另存 SignedStatement（protobuf，未遮盖）。Save it byte for byte.")
@_checking
def statement(log: Log, position: int, out: Path | None, as_json: bool) -> None:
    """取序号 POSITION 的陈述，并证明日志中就是这一份。A statement, proven to be the one in the log.

    部门取本部门的；登记机构和审计取部门、人员、密钥、目录的；登记系统自己的，任何人可取。
    显示时自然人的证件号码作遮盖。
    """
    found = log.statement(position)
    if out:
        save_new(out, found.signed.SerializeToString())
    content = MessageToDict(masked_statement(found.statement), preserving_proto_field_name=True)
    if as_json:
        print_json(
            leaf_json(found.leaf)
            | {"received_time": found.received_time.isoformat()}
            | {"statement": content}
        )
        return
    print_facts(statement_facts(found))
    print_facts(checkpoint_facts(found.leaf.checkpoint))


@log.command("watch", cls=WideCommand, short_help="跟踪检查点 watch checkpoints")
@click.option(
    "--since", type=_saved, metavar="FILE", help="从文件中的检查点接着核对。Go on from a saved checkpoint."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="收到几个后结束。Stop after so many.")
@_checking
def watch(log: Log, since: Path | None, limit: int | None, as_json: bool) -> None:
    """逐个接收新的检查点，每个都证明是前一个的延续，直到中断。New checkpoints, each extending the last."""
    held = _kept(log, since)
    for latest in islice(log.watch_checkpoints(held), limit):
        if as_json:
            print_json(checkpoint_json(latest))
        else:
            click.echo(f"{latest.size}  {encode_base64(latest.checkpoint.root)}  {standing(latest)}")


def _kept(log: Log, path: Path | None) -> SignedCheckpoint | None:
    return log.opened(read_text(path)) if path else None


def _keep(path: Path | None, text: str) -> None:
    if path:
        save_new(path, text.encode())
