"""Backups of what is ours in the database: the archive, writing one, restoring from one."""
