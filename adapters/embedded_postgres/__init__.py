"""A PostgreSQL server of our own, for when no other is named: found, made, run, watched and stopped.

Reads DATA_DIR, and keeps everything below `DATA_DIR/postgres`. Never removed: the cluster and its password. It knows
nothing of our tables; what it gives is a connection string.
"""
