"""Makes the n-th call to the system fail, for every n, and looks at what is left: `python -m tests.failures`."""
