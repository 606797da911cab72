"""A follower (跟踪核对): mirrors a log from its HTTP pages, checks all there is to check, and raises alarms."""
