"""Where each room's doors are. One include a room; the API under /api/v1/."""

from django.urls import include, path

urlpatterns = [
    path("", include("reporting.urls")),
    path("", include("accounts.urls")),
    path("", include("inspections.urls")),
    path("", include("core.urls")),
    path("api/v1/", include("core.urls_api")),
    path("api/v1/", include("inspections.urls_api")),
    path("api/v1/", include("penalties.urls_api")),
    path("enterprises/", include("enterprises.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("cases/", include("penalties.urls")),
]
