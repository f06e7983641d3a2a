"""The migrations, and what of the database is ours because they made it."""
