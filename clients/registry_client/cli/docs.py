"""Writes the page ``docs/registryctl.md`` from the help texts.

    python -m registry_client.cli.docs > docs/registryctl.md

A test compares the page with what this module writes, so that neither can be true without the other.
"""

from __future__ import annotations

import sys

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
    parts = [INTRODUCTION, _section("registryctl", "## registryctl")]
    parts += [_section(f"registryctl {name}", f"## {name}") for name in registryctl.commands]
    return "\n".join(parts)


def help_text(command_path: str) -> str:
    """The help text of ``registryctl`` or of one of its commands, in a page of 78 columns."""
    _, _, name = command_path.partition(" ")
    group = WideContext(registryctl, info_name="registryctl", terminal_width=PAGE_WIDTH)
    if not name:
        return registryctl.get_help(group)
    command = registryctl.commands[name]
    context = WideContext(command, info_name=name, parent=group, terminal_width=PAGE_WIDTH)
    return command.get_help(context)


def _section(command_path: str, heading: str) -> str:
    return f"{heading}\n\n```text\n$ {command_path} --help\n{help_text(command_path)}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(page())
