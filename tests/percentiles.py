"""What most of many measured values do not exceed."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that this share of them, from 0 to 1, does not exceed (nearest rank)."""
    return sorted(values)[math.ceil(share * len(values)) - 1]
