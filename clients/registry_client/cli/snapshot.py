"""``registryctl snapshot``: fetches the signed file that a local replica answers from."""

from __future__ import annotations

from pathlib import Path

import click

from registry.v1.subject_pb2 import Domain
from registry_client.cli.failures import Failure
from registry_client.cli.options import Session, connected
from registry_client.cli.output import print_line
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.snapshots import NONE_NEWER
from registry_client.words import DOMAINS

_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")


@click.command("snapshot", cls=WideCommand, short_help="取快照 fetch a snapshot")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--domain", type=_DOMAIN, required=True, metavar="DOMAIN", help=f"领域：{_DOMAIN.choices()}。")
@click.option(
    "--newer-than", type=click.IntRange(min=0), default=0, help="已有快照的序号，没有更新的就不取。"
)
@connected
def snapshot(session: Session, file: Path, domain: Domain.ValueType, newer_than: int) -> None:
    """取某一领域的快照，供本机程序查询（registry_client.Replica）。Fetch a signed snapshot of a domain.

    文件写全以后才替换原有的文件。快照只有组织，没有自然人。没有更新的快照时退出码为1。
    """
    try:
        position = session.registry.snapshots.fetch(domain, file, newer_than=newer_than)
    except OSError as fault:
        raise Failure(f"{file}：无法写入：{fault.strerror}") from None
    if position == NONE_NEWER:
        raise Failure(f"没有比序号{newer_than}更新的快照")
    print_line(f"{file}：序号{position}，{file.stat().st_size:,}字节")
