"""Where the log and its derived state rest: interface, tables, SQLite, the single writer."""
