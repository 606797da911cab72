"""Characters that nobody sees and that make a text read other than it is written (障眼字符).

They turn the direction of what follows, put a note between the lines, or spell a second text that is not
shown: whoever reads such a text, and signs it, does not see what it says. No Chinese text needs one.

Not among them are soft hyphens, joiners, blanks without width and marks of byte order (U+00AD, U+200B to
U+200D, U+2060, U+FEFF): web pages and word processors leave them in honest texts, which read the same with
them and without, and names and codes are compared without them.

Example: of ``"不\\u202e撤回"``, which is shown as 不回撤, ``mark_in`` is ``"U+202E"``.
"""

from __future__ import annotations

import re

CHARACTERS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f"
"""As within the brackets of a regular expression."""
MISLEADING = re.compile(f"[{CHARACTERS}]")


def mark_in(text: str) -> str:
    """The first of these characters in a text, as Unicode numbers it; empty if there is none."""
    found = MISLEADING.search(text)
    return code_point(found[0]) if found else ""


def code_point(char: str) -> str:
    """A character by its number: ``U+202E``."""
    return f"U+{ord(char):04X}"
