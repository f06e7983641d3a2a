"""Reading recordings: from bytes as they arrive to format, samples, texts, and what had to be mended."""
