"""Witnesses (C2SP tlog-witness): a small one of our own, for an audit office, and a client of any."""
