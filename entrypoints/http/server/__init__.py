"""What is around every request: the protocol and its bounds, the log line, the orderly end."""
