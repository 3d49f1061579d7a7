"""Lists by pages: where the next one begins is told as a word that means nothing outside, and in ``Link``."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from reskontra.api.problems import Problem

LARGEST = 2**63 - 1


def behind(cursor: str | None) -> int | None:
    """The id behind which the page begins. Raises ``Problem`` for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        id = int(base64.urlsafe_b64decode(cursor.encode() + b"=="))
    except (ValueError, binascii.Error):
        raise Problem(422, "cursor") from None
    if not 0 < id <= LARGEST:
        raise Problem(422, "cursor")
    return id


def page(
    request: HttpRequest, response: HttpResponse, found: Sequence[dict[str, Any]], limit: int
) -> dict[str, Any]:
    """One page of ``found``, which was asked for one more than a page holds; each has its ``id``, which is not told."""
    items = [{name: value for name, value in one.items() if name != "id"} for one in found[:limit]]
    following = None
    if len(found) > limit:
        following = base64.urlsafe_b64encode(str(found[limit - 1]["id"]).encode()).decode().rstrip("=")
        query = urlencode({**request.GET.dict(), "cursor": following})
        response["Link"] = f'<{request.build_absolute_uri(request.path)}?{query}>; rel="next"'
    return {"items": items, "next": following}
