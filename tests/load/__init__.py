"""Slow clients, a database that goes away, a large upload, abuse of every kind: `python -m tests.load`."""
