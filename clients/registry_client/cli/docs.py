"""Writes the page ``docs/registryctl.md`` from the help texts.

    python -m registry_client.cli.docs > docs/registryctl.md

A test compares the page with what this module writes, so that neither can be true without the other.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from registry_client.cli.group import registryctl
from registry_client.cli.wide_help import WideContext

PAGE_WIDTH = 78

INTRODUCTION = """\
# registryctl

公共信用信息登记系统的命令行工具，供提交信息的部门和查询结论的系统使用。
The registry at the command line, for departments and for systems that ask.

本页由 `python -m registry_client.cli.docs` 从命令的帮助文字生成，由测试核对。
That command writes this page from the help texts; a test compares the two.
"""


def page() -> str:
    """The whole page."""
    return "\n".join((INTRODUCTION, *(_section(path, _heading(path)) for path in command_paths())))


def command_paths() -> Iterator[str]:
    """``registryctl``, its commands in their order, and those of a group after the group."""
    return _paths("registryctl", registryctl)


def command_of(command_path: str) -> click.Command:
    """The command that a path of words names, such as ``registryctl catalogue diff``."""
    command: click.Command = registryctl
    for name in command_path.split()[1:]:
        assert isinstance(command, click.Group), command_path
        command = command.commands[name]
    return command


def help_text(command_path: str) -> str:
    """The help text of ``registryctl`` or of one of its commands, in a page of 78 columns."""
    context: click.Context | None = None
    words = command_path.split()
    for count, name in enumerate(words, 1):
        command = command_of(" ".join(words[:count]))
        context = WideContext(command, info_name=name, parent=context, terminal_width=PAGE_WIDTH)
    assert context is not None
    return context.command.get_help(context)


def _heading(command_path: str) -> str:
    """Of the second level for a command, of the third for one of a group."""
    depth = max(command_path.count(" "), 1)
    return f"{'#' * (depth + 1)} {command_path.removeprefix('registryctl ')}"


def _paths(path: str, command: click.Command) -> Iterator[str]:
    yield path
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from _paths(f"{path} {name}", inner)


def _section(command_path: str, heading: str) -> str:
    return f"{heading}\n\n```text\n$ {command_path} --help\n{help_text(command_path)}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(page())
