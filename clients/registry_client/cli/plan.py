"""``registryctl plan``: yearly plans of inspections (年度抽查工作计划)."""

from __future__ import annotations

from pathlib import Path

import click

from registry.v1 import inspection_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.cli.ban_steps import Step
from registry_client.cli.draw_options import (
    content_of,
    file_argument,
    number_option,
    refuse_faults,
    sheet_option,
)
from registry_client.cli.official_steps import acting
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.supervision.roster_files import prepare_plan


@click.group("plan", cls=WideGroup, short_help="年度抽查计划 yearly plans")
def plan() -> None:
    """年度抽查工作计划：登记和查看。Yearly plans of inspections."""


@plan.command("record", cls=WideCommand, short_help="登记计划 record a plan")
@file_argument
@number_option
@click.option("--year", type=click.IntRange(2000, 2999), required=True, help="计划年度。Its year.")
@click.option("--title", required=True, metavar="TEXT", help="名称。Title.")
@click.option(
    "--filing-number", required=True, metavar="TEXT", help="报上级备案的文号。Number of the filing."
)
@click.option("--filed-on", required=True, metavar="DAY", help="备案日期。Day of the filing.")
@sheet_option
@acting
def record(
    session: Session,
    path: Path,
    number: str,
    year: int,
    title: str,
    filing_number: str,
    filed_on: str,
    sheet: str,
) -> Step:
    """登记年度计划，FILE 是抽查事项的csv或xlsx（模板：年度抽查计划）。Record a yearly plan."""
    prepared = prepare_plan(path, content_of(path), sheet=sheet)
    refuse_faults(path, prepared.faults, len(prepared.faults))
    body = pb.InspectionPlan(
        number=number,
        year=year,
        title=title,
        items=prepared.items,
        filing_number=filing_number,
        filed_on=filed_on,
    )
    return pb.Supervision(plan=body), session.registry.supervision.take


@plan.command("list", cls=WideCommand, short_help="列出计划 list plans")
@click.option("--department", default="", metavar="CODE", help="只列一个部门的。Of one department.")
@click.option("--year", type=int, default=0, metavar="YEAR", help="只列一年的。Of one year.")
@json_option
@connected
def list_plans(session: Session, department: str, year: int, as_json: bool) -> None:
    """列出年度计划及其事项的抽取情况，后登记的在前。List plans with what was drawn."""
    request = service.ListPlansRequest(department=department, year=year, page_size=100)
    rows = []
    while True:
        page = session.registry.supervision.draws.plans(request)
        for each in page.plans:
            if as_json:
                print_json(json_of(each))
            rows += [
                (
                    each.file.number,
                    item.number,
                    item.content,
                    _wanted(item),
                    _drawn(each, item, drawn),
                    item.until,
                )
                for item, drawn in zip(each.plan.items, each.drawn, strict=True)
            ]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    if not as_json:
        headings = ("计划", "事项", "抽查内容", "应抽", "已抽", "截止")
        print_table(headings, rows, whole=("事项", "应抽", "已抽", "截止"))


def _drawn(plan: service.PublishedPlan, item: pb.PlanItem, drawn: int) -> str:
    """How many were drawn, and how often nobody was, with who ordered that."""
    failed = [each for each in plan.in_vain if each.plan_item == item.number]
    by = "、".join(sorted({official for each in failed for official in each.official_ids}))
    return f"{drawn}，未成立{len(failed)}次({by})" if failed else str(drawn)


def _wanted(item: pb.PlanItem) -> str:
    return str(item.count) if item.count else f"{item.per_mille}‰"
