"""The MP3: its format, the port to what makes it, its Info frame, its tag, and how channels are mixed down to it."""
