from django.urls import URLPattern, URLResolver, path

from inspections import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("issues", api.issue_list, name="api_issue_list"),
    path("issues/<int:pk>", api.issue_detail, name="api_issue_detail"),
]
