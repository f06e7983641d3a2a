"""Settings for tests."""

from entrypoints.settings.settings import Settings, read_settings


def settings(**variables: str | int) -> Settings:
    """As the program reads them from these environment variables: `settings(MAX_UPLOADS=2)`."""
    return read_settings({name: str(value) for name, value in variables.items()})
