"""The one place where adapters are chosen and wired; everything else knows ports alone, and how to call fsync."""
