"""PostgreSQL as the store: users, and tracks with their MP3s in the row; what users may have, and the audit trail.

Reads DATABASE_URL, DATABASE_POOL_SIZE, MAX_USER_TRACKS, MAX_USER_BYTES and MAX_USER_SECONDS. `schema/` brings the
tables up to date and knows which of them are ours, `keeping/` writes and reads backups. Never removed: rows that nobody
asked to remove, and what else lies in the same database.
"""
