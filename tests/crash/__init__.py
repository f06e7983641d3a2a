"""Kills the service, ffmpeg and PostgreSQL with -9 while uploads are under way: `python -m tests.crash`."""
