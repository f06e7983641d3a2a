"""The twin of every adapter, for tests: what it keeps ends with the process. No setting is read."""
