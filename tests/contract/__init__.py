"""The contracts: what every adapter of a port owes, as tests to be inherited."""

import pytest

# So that their assertions say what was compared, as those of test files do.
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in ("audio", "keepers", "stores", "tracks", "users")))
