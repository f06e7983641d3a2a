"""Measures the service on this machine: `python -m tests.benchmarks`."""
