"""``registryctl snapshot``: fetches the signed file that a local replica answers from."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from registry.v1.subject_pb2 import Domain
from registry_client.cli.failures import Failure
from registry_client.cli.options import Session, connected
from registry_client.cli.output import print_line
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.snapshots import NONE_NEWER
from registry_client.verification import VerificationError, read_policy
from registry_client.words import DOMAINS

_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")
_FOR_EVER_S = 1e9
_HINT = "需要安装: pip install 'credit-registry[replica]'"


@connected
def _by_right(session: Session, file: Path, domain: Domain.ValueType, newer_than: int) -> None:
    position = session.registry.snapshots.fetch(domain, file, newer_than=newer_than)
    if position == NONE_NEWER:
        raise Failure(f"没有比序号{newer_than}更新的快照")
    print_line(f"{file}：序号{position}，{file.stat().st_size:,}字节")


_CONNECTION: list[click.Option] = _by_right.__click_params__  # type: ignore[attr-defined]


def _optional_connection(command: Any) -> Any:
    """Gives a command the options of a connection, none of them required: a URL needs no --target."""
    for option in _CONNECTION:
        option.required = False
    command.__click_params__ = [*_CONNECTION, *getattr(command, "__click_params__", [])]
    return command


@click.command("snapshot", cls=WideCommand, short_help="取快照 fetch a snapshot")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--domain", type=_DOMAIN, required=True, metavar="DOMAIN", help=f"领域：{_DOMAIN.choices()}。")
@click.option(
    "--newer-than", type=click.IntRange(min=0), default=0, help="已有快照的序号，没有更新的就不取。"
)
@click.option(
    "--from",
    "url",
    metavar="URL",
    help="从网页服务器取（该领域的目录），连同增量 FILE.delta；需要 --policy。"
    "Fetch as files from a web server.",
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path, dir_okay=False),
    help="核验策略，从网址取的内容只凭它可信。The verifier's policy.",
)
@_optional_connection
def snapshot(
    file: Path,
    domain: Domain.ValueType,
    newer_than: int,
    url: str | None,
    policy: Path | None,
    **connection: Any,
) -> None:
    """取某一领域的快照，供本机程序查询（registry_client.Replica）。Fetch a signed snapshot of a domain.

    文件写全以后才替换原有的文件。快照只有组织，没有自然人。没有更新的快照时退出码为1。
    """
    try:
        if url is None:
            for name in ("target", "credentials"):
                if connection[name] is None:
                    raise click.UsageError(f"缺少 --{name}（或用 --from URL）")
            _by_right(file=file, domain=domain, newer_than=newer_than, **connection)
        elif policy is None:
            raise click.UsageError("--from 需要 --policy：从网址取的内容只凭签名可信")
        else:
            _from_url(file, domain, url, policy, connection["credentials"])
    except OSError as fault:
        raise Failure(f"{file}：无法写入：{fault.strerror}") from None


def _from_url(file: Path, domain: Domain.ValueType, url: str, policy: Path, credentials: Path | None) -> None:
    """One round of what a replica does by itself."""
    try:
        from registry_client.replica import Replica, ReplicaError
        from registry_client.replica_following import Following
        from registry_client.snapshot_urls import FromUrl
    except ImportError as fault:
        raise Failure(f"{_HINT}（{fault.name}）") from None
    try:
        source = FromUrl(url, domain, tls=_tls(credentials) if url.startswith("https:") else None)
        replica = Replica(read_policy(policy), max_age_s=_FOR_EVER_S)
        replica.take_only(domain)
        beside = file.with_name(f"{file.name}.delta")
        with suppress(ReplicaError):
            replica.load(file)
            replica.apply(beside)
        following = Following(replica, source, file, every_s=_FOR_EVER_S)
        following.step()
    except (ReplicaError, VerificationError, ValueError) as fault:
        raise Failure(" ".join(str(fault).split())) from None
    following.keep_delta(beside)
    header = replica.header
    print_line(f"{file}：序号{header.position}，{file.stat().st_size:,}字节，制作于{replica.age_s:.0f}秒前")


def _tls(credentials: Path | None) -> ssl.SSLContext:
    """Whom a web server is believed to be, and who asks, if credentials were given."""
    context = ssl.create_default_context(cafile=credentials / "ca.pem" if credentials else None)
    if credentials:
        context.load_cert_chain(credentials / "cert.pem", credentials / "key.pem")
    return context
