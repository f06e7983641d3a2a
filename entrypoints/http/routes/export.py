"""`GET /users/me/export`: all that a user has, as a ZIP."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from application.admission.places import Places
from application.admission.quotas import UserQuotas
from application.admission.waiting_room import SpoolShares
from application.blocks import rejoined
from application.export_account import ExportAccount
from application.manage_account import ManageAccount
from domain.system import Clock, Spool
from domain.users import User
from entrypoints.http.caching import NO_STORE
from entrypoints.http.export_archive import ExportArchive
from entrypoints.http.openapi import BY_TOKEN, error_responses, operation
from entrypoints.http.requests.links import base_url
from entrypoints.http.routes.account import PATH, account_resource
from entrypoints.http.server.held import hold
from entrypoints.settings.settings import Settings

MEDIA_TYPE = "application/zip"


@get(
    f"{PATH}/export",
    summary="Download everything as a ZIP",
    media_type=MEDIA_TYPE,
    operation_class=operation(),
    responses=error_responses(400, 401, 429, 503, 507),
    security=BY_TOKEN,
)
async def export_account(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    manage_account: NamedDependency[ManageAccount],
    user_quotas: NamedDependency[UserQuotas],
    export_account: NamedDependency[ExportAccount],
    spool: NamedDependency[Spool],
    spool_shares: NamedDependency[SpoolShares],
    clock: NamedDependency[Clock],
    downloads: NamedDependency[Places],
    holders: NamedDependency[tuple[str, ...]],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Download every MP3 under its name, what is known of each as `tracks.json`, and the account as `account.json`.

    The size is not known before; an archive that is broken off has no end, and no program takes it for whole.
    """
    now, base = clock.now(), base_url(request, settings.serving.public_base_url)
    account = account_resource(user, await manage_account.totals(user, *holders), user_quotas.of(user))
    await spool.check()
    holders = (*holders, f"user {user.user_id}")
    hold(request, downloads.take(*holders))
    archive = ExportArchive(export_account, spool, spool_shares, base)
    blocks = archive.blocks(user, msgspec.json.encode(account) + b"\n", now, *holders)
    first = await anext(blocks)  # before the answer begins, so that it still can be an error
    name = f"music-app-{now:%Y-%m-%d}.zip"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(rejoined(first, blocks), headers=headers, media_type=MEDIA_TYPE)
