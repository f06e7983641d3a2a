"""A worked example: users, tracks and MP3s in one SQLite file, as another set of adapters.

    store.py           the file: opening, schema, connections, errors of the driver
    keeping.py         backup and restore
    users.py           UserRepository
    tracks.py          TrackRepository and TrackCatalogue
    track_keeper.py    TrackKeeper: the MP3 in blocks beside the row, kept by one commit
    wiring.py          the container that `WIRING=tests.sqlite.wiring:SqliteAdapters` chooses
    parts.py           what the contracts want of it
    test_contracts.py  the contracts

It reads no setting but `DATA_DIR`. Programs of one machine may share the file; it must not lie on a network drive,
where SQLite's locks do not hold.
"""
