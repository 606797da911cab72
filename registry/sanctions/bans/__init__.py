"""Market bans (市场禁入): the procedure in which they are decided, as law asks for it."""
