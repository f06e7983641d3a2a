"""What a recording may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WavLimits:
    """Bounds on the format, checked before anything else is made of it. Rates are in Hz; both ends are taken."""

    max_channels: int = 64
    min_sample_rate: int = 2500
    max_sample_rate: int = 768_000
