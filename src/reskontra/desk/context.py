"""What every template of the desk knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from reskontra import __version__


def desk(request: HttpRequest) -> dict[str, Any]:
    """``language``, the languages to choose from, the page to come back to, and the version of the code."""
    return {
        "language": getattr(request, "language", settings.LANGUAGE_CODE),
        "languages": settings.LANGUAGES,
        "here": request.get_full_path(),
        "version": __version__,
    }
