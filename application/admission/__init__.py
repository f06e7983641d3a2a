"""Who may come in now: places for what is under way, rates for what is asked for."""
