"""The interface of the form engine, and the description of the whole interface."""

from django.urls import path, register_converter
from drf_spectacular.views import SpectacularAPIView

from core.form_engine import api


class Sha256Converter:
    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Sha256Converter, "sha256")
app_name = "core_api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("submissions/<uuid:client_id>", api.SubmissionView.as_view(), name="submission"),
    path("submissions/<uuid:client_id>/conflicts", api.ConflictsView.as_view(), name="submission_conflicts"),
    path(
        "submissions/<uuid:client_id>/photos/<sha256:sha256>",
        api.SubmissionPhotoView.as_view(),
        name="submission_photo",
    ),
    path("evidence/<sha256:sha256>", api.EvidenceView.as_view(), name="evidence"),
]
