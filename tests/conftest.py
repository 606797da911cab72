"""What holds for every test: files are for the account that makes them, as under the units of deploy/; and a
command that was run within a test leaves no level of logging behind."""

import logging
import os

os.umask(0o077)
LEVEL = logging.getLogger().level


def pytest_runtest_teardown() -> None:
    logging.getLogger().setLevel(LEVEL)
