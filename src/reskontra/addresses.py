"""Every address that the server answers to: the interface for other systems, and the pages of the desk."""

from django.urls import include, path, re_path

from reskontra.api.interface import interface, nothing_here
from reskontra.desk.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("api/v1/", interface.urls),
    re_path("^api/", nothing_here),
    path("", include("reskontra.desk.urls")),
]
