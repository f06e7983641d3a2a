"""The machine: its clock, its randomness, and the cores that may be used. No setting is read, nothing is kept."""
