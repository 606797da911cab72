"""Receipts (查询回执): answers signed, with evidence by which they are checked without the registry."""
