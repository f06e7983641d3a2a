"""The service under a steady mixed load for an hour, and what of it grows: `python -m tests.soak`.

`callers` are the clients, `calls` and `refusals` what they do with the recordings of `recordings`; `samples` reads what
the service takes, `slopes` says how fast that grows, and `report` compares it with `BOUNDS`.
"""
