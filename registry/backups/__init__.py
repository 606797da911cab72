"""Backups of an installation: taking one while it runs, putting one back, rehearsing that it can be done.

`registry.backups.manifest` says what a backup holds and how it is known to be whole; `taking`, `restoring`
and `rehearsal` are the three acts, and `sealing` keeps key files where somebody wants them in it.
"""
