"""Adapters as they are written in a hurry, each refused by the tests of the contracts that are named for it.

Each is a good adapter with one mistake. `tests/contract/test_faulty_adapters.py` runs the named tests on it, with the
very fixtures of the good one, and asserts that they fail. A mistake that no test finds is a gap in a contract.
"""
