"""A follower (跟踪核对): mirrors a log from its HTTP pages, checks what can be checked, raises alarms."""
