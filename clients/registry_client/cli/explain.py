"""``registryctl explain``: a verdict step by step, which clause held and which failed.

Example::

    91130900DEM0000228  未见限制 CLEAR
    第1步  M-PRO-04 三年内有重大违法记录不具备供应商资格：不计入
      文书  沧示市监罚字〔2026〕1号，沧州市(示例)市场监督管理局，2026-03-01
      符合  截至已知序号仍在登记（序号42登记，已知序号90）
      不符  情形2: 罚款200万元以上（记载的罚款: 50万元）
    结论
      身份: 截至序号90有这一主体的记录。
"""

from __future__ import annotations

from typing import Any

import click

from registry.v1.restriction_service_pb2 import ClauseOutcome
from registry_client.cli import hit_text, verdict_text
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_facts, print_json, print_line
from registry_client.cli.question_options import Asked, asking
from registry_client.cli.wide_help import WideCommand
from registry_client.explanation import Clause, Explanation, Step
from registry_client.results import Verdict
from registry_client.words import EFFECTS, OUTCOMES, word_of

_INDENT = 2


@click.command("explain", cls=WideCommand, short_help="逐步解释结论 explain a verdict step by step")
@asking
@json_option
@connected
def explain(session: Session, asked: Asked, as_json: bool) -> None:
    """逐步解释结论：考虑了哪些限制，每一项要件符合还是不符，结论如何得出。Explain a verdict step by step.

    部门还能看到没有计入的：期满、修复、解除、撤回的限制，以及不足以引起法定限制的记录（如罚款不足200万元）。
    查询系统看不到这些（终止公示、停止共享）。

    全部为未见限制时退出码为0，否则为1。
    """
    verdicts = []
    for subject in asked.subjects:
        explanation = session.registry.screening.explain(subject, asked.question)
        verdicts.append(explanation.answer.verdict)
        if as_json:
            print_json(explanation_as_json(explanation))
        else:
            print_explanation(explanation)
    if max(verdicts) is not Verdict.CLEAR:
        raise click.exceptions.Exit(1)


def print_explanation(explanation: Explanation) -> None:
    """Prints the verdict, the steps to it, and the conclusion."""
    verdict_text.print_verdict(explanation.answer)
    for number, step in enumerate(explanation.steps, 1):
        _print_step(number, step)
    print_line("")
    print_line("结论", style="bold")
    for line in explanation.conclusion:
        label, _, text = line.partition(": ")
        print_facts([(label, text)], indent=_INDENT)
    print_facts(verdict_text.under_what(explanation.answer.answered), indent=_INDENT)
    print_line("")


def _print_step(number: int, step: Step) -> None:
    hit = step.hit
    became = word_of(EFFECTS, hit.effect) if step.counted else "不计入"
    print_line("")
    print_line(f"第{number}步  {hit.measure_code} {hit.measure_name}：{became}", style="bold")
    facts = [
        ("名单", f"{hit.list_name} {hit.list_code}".strip()),
        ("文书", hit_text.document(hit)),
        ("依据", "；".join(hit.legal_basis)),
        ("关联", hit_text.related(hit)),
    ]
    print_facts(facts, indent=_INDENT)
    print_facts([(word_of(OUTCOMES, each.outcome), _clause(each)) for each in step.clauses], indent=_INDENT)


def _clause(clause: Clause) -> str:
    return f"{clause.text}（{clause.detail}）" if clause.detail else clause.text


def explanation_as_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON."""
    return {
        "answer": verdict_text.as_json(explanation.answer),
        "steps": [
            {
                "counted": step.counted,
                "hit": hit_text.as_json(step.hit),
                "clauses": [
                    {
                        "text": clause.text,
                        "outcome": hit_text.name(ClauseOutcome, clause.outcome, "CLAUSE_OUTCOME_"),
                        "detail": clause.detail,
                    }
                    for clause in step.clauses
                ],
            }
            for step in explanation.steps
        ],
        "conclusion": list(explanation.conclusion),
    }
