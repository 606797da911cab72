"""What the console keeps, in one SQLite file: accounts, second factors, sessions, acts, and its own journal.

    accounts      who may sign in, and as whom; the operator alone writes them (`registry-web account`)
    invites       one-time invitations to set a password and a second factor; only their digest is kept
    credentials   WebAuthn public keys of accounts
    sessions      who is signed in; the cookie's digest is kept, not the cookie
    attempts      failed sign-ins, by which the next one is delayed
    numberings    the secret by which statements of a department are numbered
    acts          what an official is about to sign, is signing, or has signed; rows: of a bulk upload
    act_seconds   of an act that takes two: who signs second, by when, and what the first has signed
    happenings    sign-ins, failures, acts: readable by the operator, never changed

How the file is kept is ``registry_web.kept_file``.
"""

from __future__ import annotations

from pathlib import Path

from registry_web.kept_file import Database

MIGRATIONS = (
    """
    CREATE TABLE accounts (
        id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('department', 'registrar', 'auditor')),
        department TEXT NOT NULL, official_id TEXT NOT NULL, auditor TEXT NOT NULL,
        password TEXT, handle BLOB NOT NULL UNIQUE,
        issuer TEXT, subject TEXT, claim TEXT, claim_value TEXT,
        created INTEGER NOT NULL, disabled INTEGER,
        UNIQUE (issuer, subject)
    );
    CREATE UNIQUE INDEX accounts_by_claim ON accounts (claim, claim_value) WHERE claim IS NOT NULL;
    CREATE TABLE invites (
        digest BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts, expires INTEGER NOT NULL,
        used INTEGER
    );
    CREATE TABLE credentials (
        id BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts, public_key BLOB NOT NULL,
        sign_count INTEGER NOT NULL, added INTEGER NOT NULL, used INTEGER
    );
    CREATE TABLE sessions (
        digest BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts, secret BLOB NOT NULL,
        created INTEGER NOT NULL, seen INTEGER NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL
    );
    CREATE INDEX sessions_by_account ON sessions (account);
    CREATE TABLE attempts (key TEXT PRIMARY KEY, failures INTEGER NOT NULL, next INTEGER NOT NULL);
    CREATE TABLE numberings (department TEXT PRIMARY KEY, secret BLOB NOT NULL);
    CREATE TABLE acts (
        id TEXT PRIMARY KEY, session BLOB NOT NULL, account INTEGER NOT NULL REFERENCES accounts,
        created INTEGER NOT NULL, title TEXT NOT NULL, back TEXT NOT NULL, way TEXT NOT NULL,
        digest TEXT NOT NULL, payload BLOB, batch INTEGER NOT NULL, shown TEXT NOT NULL,
        state TEXT NOT NULL, since INTEGER NOT NULL, keyid TEXT NOT NULL, suite INTEGER NOT NULL,
        envelope BLOB, outcome TEXT, dropped INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX acts_by_account ON acts (account, digest);
    CREATE TABLE act_rows (
        act TEXT NOT NULL REFERENCES acts ON DELETE CASCADE, number INTEGER NOT NULL, payload BLOB NOT NULL,
        outcome TEXT, PRIMARY KEY (act, number)
    ) WITHOUT ROWID;
    CREATE TABLE act_batches (
        act TEXT NOT NULL REFERENCES acts ON DELETE CASCADE, number INTEGER NOT NULL, header BLOB NOT NULL,
        envelope BLOB, sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (act, number)
    ) WITHOUT ROWID;
    CREATE TABLE happenings (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
        login TEXT NOT NULL, address TEXT NOT NULL, detail TEXT NOT NULL
    );
    CREATE TRIGGER happenings_stay BEFORE UPDATE ON happenings
        BEGIN SELECT RAISE(ABORT, 'happenings are never changed'); END;
    """,
    """
    CREATE TABLE act_seconds (
        act TEXT PRIMARY KEY REFERENCES acts ON DELETE CASCADE, department TEXT NOT NULL,
        official_id TEXT NOT NULL, name TEXT NOT NULL, first_id TEXT NOT NULL, first_name TEXT NOT NULL,
        expires INTEGER NOT NULL, signed INTEGER, signature BLOB
    ) WITHOUT ROWID;
    CREATE INDEX act_seconds_by_official ON act_seconds (department, official_id);
    """,
)


def open_database(path: Path) -> Database:
    """The console's file, made or brought up to date. Raises DatabaseError."""
    return Database(path, MIGRATIONS)
