"""Every option of ``registry.toml``: the one place where what may stand there is written down.

`registry.config` reads a file by this table, and docs/configuration.md is printed from it
(`scripts/configuration_page.py`): each option's ``example`` is what stands in its example of a whole file.

A section without a needed option may be left out; then the registry does without what it is for.
"""

from __future__ import annotations

import json
from types import MappingProxyType

from registry.config_options.keeping import KEEPING
from registry.config_options.kinds import Option, Section, Value
from registry.config_options.observing import OBSERVING
from registry.config_options.serving import SERVING

SECTIONS = (*SERVING, *OBSERVING, *KEEPING)
"""All of it, in the order of the page."""

BY_NAME = MappingProxyType({section.name: section for section in SECTIONS})


def toml(value: Value) -> str:
    """A value as it stands in a file."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


__all__ = ["BY_NAME", "SECTIONS", "Option", "Section", "Value", "toml"]
