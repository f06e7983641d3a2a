"""Who calls: a Bearer token in the head of a request, or two fields of a form."""

import re
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency

from application.authenticate import Authenticate, Credentials
from domain.users import User
from entrypoints.http.errors import CredentialsMissing, RequestInvalid
from entrypoints.http.server.audit import tell_audit

USER_ID, TOKEN = FIELDS = ("user_id", "user_access_token")
_MAX_USER_ID = (1 << 63) - 1
_UUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}\}?")


async def bearer_user(
    request: Request[Any, Any, Any],
    authenticate: NamedDependency[Authenticate],
    holders: NamedDependency[tuple[str, ...]],
) -> User:
    """The user of the Bearer token; a route gets it by declaring `user: NamedDependency[User]`.

    Raises `CredentialsMissing`, `RequestInvalid` and what `Authenticate` does; the body is not read.
    """
    token = bearer_token(request)
    if token is None:
        raise CredentialsMissing
    user = await authenticate(Credentials(token), *holders)
    tell_audit(request, user_id=user.user_id)
    return user


def bearer_token(request: Request[Any, Any, Any]) -> str | None:
    """The token of the Authorization header, where that is of the Bearer scheme. Raises `RequestInvalid`."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    if not re.fullmatch(r"[!-~]+", token.strip()):
        raise RequestInvalid("Authorization must be: Bearer, a space, and the user_access_token")
    return _token(_unquoted(token.strip()))


def _unquoted(said: str) -> str:
    """Without one pair of quotes: some clients write every value as JSON, a string with them."""
    return said[1:-1] if len(said) > 1 and said[0] == said[-1] == '"' else said


def _token(said: str) -> str:
    """The token as it was given out.

    Programs that keep it as a UUID, as Swift's and Windows' do, write it in capitals, in braces or without hyphens. It
    is the same number, so nobody guesses it any sooner.
    """
    return str(UUID(said)) if _UUID.fullmatch(said) else said


class FormCredentials:
    """The fields `user_id` and `user_access_token` of a form, beside the Bearer token, if there is one.

    `owner` is the user of that token. With it the fields may be missing; where they are there, they must say the same.
    """

    def __init__(self, bearer: str | None) -> None:
        self.bearer = bearer
        self.owner: User | None = None
        self._texts: dict[str, str] = {}

    def __contains__(self, field: str) -> bool:
        """Whether this field has come."""
        return field in self._texts

    def put(self, field: str, text: bytes) -> None:
        """Keep what a field says; what is no field of these is left out. Raises `RequestInvalid`.

        One pair of quotes is taken off, and the mark of UTF-8 in front, as Windows writes it to a file.
        """
        if field not in FIELDS:
            return
        try:
            said = _unquoted(text.decode("utf-8-sig").strip())
        except UnicodeDecodeError as error:
            raise RequestInvalid(f"{field} is not UTF-8") from error
        self._texts[field] = _token(said) if field == TOKEN else said

    def credentials(self) -> Credentials | None:
        """Both fields, or None while one has not come. Raises `RequestInvalid` where what came is wrong."""
        if USER_ID not in self or TOKEN not in self:
            return None
        self.refuse_problems()
        return Credentials(self._texts[TOKEN], int(self._texts[USER_ID]))

    def refuse_problems(self) -> None:
        """Raise `RequestInvalid` unless the fields are there and right, or a Bearer token takes their place."""
        if problems := self.problems():
            raise RequestInvalid(*problems)

    def problems(self) -> list[str]:
        """What is wrong with the fields, or missing."""
        found = [self._problem_of_user_id(self._texts.get(USER_ID)), self._problem_of_token(self._texts.get(TOKEN))]
        return [problem for problem in found if problem]

    def _problem_of_user_id(self, user_id: str | None) -> str | None:
        if not user_id:
            return None if self.bearer else f"{USER_ID} is missing; send the number that /register returned"
        if not re.fullmatch(r"[0-9]{1,19}", user_id) or not 1 <= int(user_id) <= _MAX_USER_ID:
            return f"{USER_ID} must be a whole number from 1, as /register returned it"
        if self.owner is not None and int(user_id) != self.owner.user_id:
            return f"{USER_ID} is not the user of the Bearer token; send one of the two"
        return None

    def _problem_of_token(self, token: str | None) -> str | None:
        if not token:
            return None if self.bearer else f"{TOKEN} is missing; send the token that /register returned"
        if self.bearer is not None and token != self.bearer:
            return f"{TOKEN} is not the Bearer token; send one of the two"
        return None
