"""Thousands of made-up requests by the service's own description: `python -m tests.fuzz`."""
