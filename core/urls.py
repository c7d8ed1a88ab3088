from django.urls import URLPattern, URLResolver, path

from core import views

app_name = "core"
urlpatterns: list[URLPattern | URLResolver] = [
    path("check/<slug:token>/", views.document_check, name="document_check"),
]
