"""Kills the service, ffmpeg and PostgreSQL with -9 while uploads are under way: `python -m tests.crash`.

`plan` decides by a seed what is done, and `trial` does it to one service. `uploads` are the clients and `book` what
they were promised, `service` starts and kills, `operator` deletes, backs up and restores, `checks` compares what is
there with what `expected` says must be there, and `report` prints what came of it.
"""
