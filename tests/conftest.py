"""What holds for every test: files are for the account that makes them, as under the units of deploy/."""

import os

os.umask(0o077)
