"""``registryctl check``: may these subjects take part, and why (not)?"""

from __future__ import annotations

import click

from registry_client.cli import verdict_text
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json
from registry_client.cli.question_options import Asked, asking
from registry_client.cli.receipt_options import Filing, filing
from registry_client.cli.saved_answer import as_asked
from registry_client.cli.wide_help import WideCommand
from registry_client.results import Verdict, worst


@click.command("check", cls=WideCommand, short_help="查询主体能否参与 ask for verdicts")
@asking
@click.option(
    "--together",
    is_flag=True,
    help="这些主体共同参与（联合体）：另给出合并结论，取最差者。Combined verdict of a consortium.",
)
@filing
@json_option
@connected
def check(session: Session, asked: Asked, together: bool, as_json: bool, filing: Filing) -> None:
    """查询一个或几个主体能否参与，并说明理由和依据。Ask whether subjects may take part, and why.

    结论为：禁止 BLOCKED、需研判 REVIEW、未见限制 CLEAR、无法判定 INDETERMINATE。无法判定不等于未见限制。
    角色、地区、行业、项目性质未写明而限制与之有关时，结论为需研判。

    全部为未见限制时退出码为0，否则为1。
    """
    results = []
    filing.require_free(len(asked.subjects))
    for subject in asked.subjects:
        result = session.registry.check(subject, asked.question, receipt=filing.level)
        results.append(result)
        if as_json:
            print_json(verdict_text.as_json(result) | {"asked": as_asked(asked.question)})
        else:
            verdict_text.print_result(result)
    filing.save([result.receipt for result in results])
    combined = worst(results)
    if together and as_json:
        print_json({"together": combined.name})
    elif together:
        verdict_text.print_combined(combined, len(results))
    if combined is not Verdict.CLEAR:
        raise click.exceptions.Exit(1)
