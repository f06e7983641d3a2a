"""Connection strings with settings of ours."""

from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.errors import WrongSetting


def with_settings(conninfo: str, client: Mapping[str, str | int], server: Mapping[str, str]) -> str:
    """`conninfo`, a URL or a connection string, with libpq's parameters `client` and the server's settings `server`.

    Both win over what `conninfo` says itself. Raises `WrongSetting` if it is neither.
    """
    try:
        options = conninfo_to_dict(conninfo).get("options") or ""
    except psycopg.ProgrammingError:
        # Without its cause, whose text may quote a part of the URL, and so the password.
        raise WrongSetting("DATABASE_URL", "is not a URL such as postgresql://user:password@host:5432/name") from None
    ours = " ".join(f"-c {name}={value}" for name, value in server.items())
    return make_conninfo(conninfo, **client, options=f"{options} {ours}".strip())
