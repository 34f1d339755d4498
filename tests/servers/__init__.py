"""Servers that tests start on the loopback interface and stop again."""
