"""Plain HTTP: the log as anyone may read and check it, without a certificate."""
