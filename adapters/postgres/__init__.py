"""PostgreSQL as the store: users, and tracks with their MP3s in the row.

Reads DATABASE_URL and DATABASE_POOL_SIZE. `schema/` brings the tables up to date and knows which of them are ours,
`keeping/` writes and reads backups. Never removed: rows, and what else lies in the same database.
"""
