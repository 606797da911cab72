"""What holds for every test: files are for the account that makes them alone, as under the units of deploy/."""

import os

os.umask(0o077)
