"""The settings: a section for each consumer, one environment variable for each field, and checks across sections.

They are one package and not files beside their consumers, because a consumer may be an adapter or the application,
neither of which may know what an environment variable is: they are handed values by the wiring. In here, a section
holds its defaults, its bounds and what its fields cannot be together (`__post_init__`); `settings.py` joins the
sections and checks what only two of them can tell; `reading.py` turns the environment's text into a section. A new
setting is a field of a section, its lines in `.env`, and a row in `docs/operations.md`.
"""
