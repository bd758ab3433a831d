"""The one user that the servers of `o6_servers.py` know."""

USER, PASSWORD = "line", "canary-7f3a"
