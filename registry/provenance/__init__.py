"""What makes a record provable: pure code over bytes, the same for registry, client and auditor.

Modules, from what enters to what is published:

    envelope    what a department signs (DSSE v1.0.2)
    keys        signature suites, verifying keys, signers
    keyfile     private keys on disk: the one place here that does I/O
    leaf        one entry of the log, fixed at 122 bytes
    merkle      the tree over the leaves (RFC 6962 §2.1)
    note        text with signatures (C2SP signed-note)
    checkpoint  the log's signed size and root (C2SP tlog-checkpoint)
"""
