"""What other people's decoders make of our MP3s: how many samples, and where they land when they seek."""
