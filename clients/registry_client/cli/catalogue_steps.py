"""``registryctl catalogue draft``, ``review``, ``adopt``: the steps by which an edition becomes law here.

See ``official_steps``: each is a statement that an official signs with a key of his own.
"""

from __future__ import annotations

from pathlib import Path

import click

from registry.v1.statement_pb2 import EditionAdoption, EditionDraft, EditionReview
from registry_client.cli.edition_options import print_faults
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import finish, sealed, signed
from registry_client.cli.options import Session
from registry_client.cli.wide_help import WideCommand
from registry_client.edition_files import (
    EditionDirectory,
    as_messages,
    content_hash,
    read_edition_directory,
)


@click.command("draft", cls=WideCommand, short_help="起草版本 draft an edition")
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--reason", required=True, metavar="TEXT", help="起草理由。Why it is drafted.")
@click.option("--no-cases", is_flag=True, help="不运行 cases 目录中的用例。Do not run the cases.")
@signed
def draft(
    session: Session,
    directory: Path,
    reason: str,
    no_cases: bool,
    key: Path,
    passphrase_fd: int | None,
    secret: Path | None,
    as_json: bool,
) -> None:
    """起草一个版本：检查目录中的文件和用例，没有问题时由有经办岗位的人员签名提交。Draft an edition.

    目录有 BASE 文件时，未列的文件取自所指的版本；陈述中是全部文件。有问题或被退回时，退出码为1。
    """
    found = read_edition_directory(directory)
    cases = [] if no_cases else found.case_files()
    checked = session.registry.catalogue.check(found.source(), cases=cases)
    if checked.faults:
        print_faults(checked)
        raise click.exceptions.Exit(1)
    files = _whole(session, found)
    if content_hash(files) != checked.edition:
        raise Failure(f"{directory}：登记系统读到的内容与本机的文件不同")
    body = EditionDraft(files=as_messages(files), edition=checked.edition, label=checked.label, reason=reason)
    envelope = sealed(session, body, key, passphrase_fd, secret)
    finish(session.registry.catalogue.draft(envelope), as_json)


@click.command("review", cls=WideCommand, short_help="合法性审查 review a draft in law")
@click.argument("edition", metavar="EDITION")
@click.option(
    "--lawful/--unlawful", required=True, default=None, help="审查结论：合法，或者不合法。The finding."
)
@click.option("--opinion", required=True, metavar="TEXT", help="审查意见。The opinion, in words.")
@signed
def review(
    session: Session,
    edition: str,
    lawful: bool,
    opinion: str,
    key: Path,
    passphrase_fd: int | None,
    secret: Path | None,
    as_json: bool,
) -> None:
    """对草案提出合法性审查意见，由另一内设机构的法制审核人签名。Review a draft in law.

    EDITION 是版本号或版本标识。
    """
    entry = session.registry.catalogue.get(edition).entry
    body = EditionReview(edition=entry.edition, lawful=lawful, opinion=opinion)
    envelope = sealed(session, body, key, passphrase_fd, secret)
    finish(session.registry.catalogue.review(envelope), as_json)


@click.command("adopt", cls=WideCommand, short_help="批准版本 adopt an edition")
@click.argument("edition", metavar="EDITION")
@click.option("--in-force-from", required=True, metavar="DAY", help="施行日期。First day in force.")
@click.option("--filing-number", required=True, metavar="NUMBER", help="备案号。Number of the filing.")
@click.option("--filed-on", required=True, metavar="DAY", help="备案日期。Day of the filing.")
@signed
def adopt(
    session: Session,
    edition: str,
    in_force_from: str,
    filing_number: str,
    filed_on: str,
    key: Path,
    passphrase_fd: int | None,
    secret: Path | None,
    as_json: bool,
) -> None:
    """批准通过合法性审查并已备案的版本，由第三人（批准人）签名，自施行日期起生效。Adopt an edition.

    EDITION 是版本号或版本标识；日期写作 YYYY-MM-DD。
    """
    entry = session.registry.catalogue.get(edition).entry
    body = EditionAdoption(
        edition=entry.edition,
        label=entry.label,
        in_force_from=in_force_from,
        filing_number=filing_number,
        filed_on=filed_on,
    )
    envelope = sealed(session, body, key, passphrase_fd, secret)
    finish(session.registry.catalogue.adopt(envelope), as_json)


def _whole(session: Session, found: EditionDirectory) -> dict[str, str]:
    """The files of a directory with those of its base."""
    if not found.base:
        return dict(found.files)
    base = session.registry.catalogue.get(found.base).files
    return {file.name: file.content for file in base} | dict(found.files)
