"""``registryctl``: the registry at the command line, for departments and for systems that ask.

Needs click and rich, the extra ``cli``; the rest of ``registry_client`` does without them. Every command is
documented in ``docs/registryctl.md``, which ``python -m registry_client.cli.docs`` writes.

Exit status: 0 done, and for ``check`` every verdict CLEAR, for ``verify`` the receipt stands; 1 done, but a
row was refused, a verdict is not CLEAR or a receipt does not stand; 2 wrong usage; 3 not done (no connection,
no right, a file that cannot be used).
"""

import sys


def main() -> None:
    """Runs ``registryctl``."""
    try:
        from registry_client.cli.group import registryctl
    except ModuleNotFoundError as missing:
        if missing.name not in ("click", "rich"):
            raise
        sys.exit("registryctl needs click and rich: pip install 'credit-registry[cli]'")
    registryctl()
