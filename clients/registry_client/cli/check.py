"""``registryctl check``: may these subjects take part, and why (not)?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import Any

import click

from registry.domain.identifiers import is_personal
from registry.v1 import subject_pb2
from registry.v1.consistency_pb2 import Consistency
from registry.v1.subject_pb2 import Identifier
from registry.v1.verdict_pb2 import Checked, HitReason, IndeterminateReason
from registry_client.cli.failures import Failure
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_facts, print_json, print_line
from registry_client.cli.wide_help import WideCommand
from registry_client.question import Question, at_exact_position, at_least_as_fresh, fully_consistent
from registry_client.results import CheckResult, Hit, Verdict, worst
from registry_client.words import DOMAINS, EFFECTS, HIT_REASONS, PAPERS, ROLES, TENDERS, plain, word_of

_CHINA = timezone(timedelta(hours=8))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_STYLES = {
    Verdict.CLEAR: "bold green",
    Verdict.REVIEW: "bold yellow",
    Verdict.INDETERMINATE: "bold magenta",
    Verdict.BLOCKED: "bold red",
}
