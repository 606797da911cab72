"""Whom a command is about: codes of organisations as arguments, numbers of persons from standard input.

What stands on a command line is seen by every user of the machine and kept in the shell's history, so a
citizen's number is never taken from there (个人信息保护法 第五十一条); nor is a sole trader's old tax number,
which may be one.
"""

from __future__ import annotations

import sys

import click

from registry.domain.identifiers import normalise, tells_of_a_person
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, IdentifierType


def codes_given(subjects: tuple[str, ...], paper: IdentifierType.ValueType) -> list[str]:
    """The codes to ask about: arguments, or the lines of standard input, where persons' numbers must be."""
    if any(tells_of_a_person(paper, normalise(code)) for code in subjects):
        raise click.UsageError("自然人的证件号码不得写在命令行，请从标准输入逐行给出")
    if not subjects and paper == IDENTIFIER_TYPE_USCC:
        raise click.UsageError("缺少统一社会信用代码")
    return list(subjects) or numbers_entered()


def numbers_entered() -> list[str]:
    """The numbers in standard input, one a line."""
    codes = [code.strip() for code in sys.stdin.read().split("\n")]
    if not any(codes):
        raise click.UsageError("标准输入中没有证件号码")
    return [code for code in codes if code]
