"""Reading what a request holds: its body, its form, who calls, which bytes it wants, which links it gets."""
