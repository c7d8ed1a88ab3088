from django.urls import URLPattern, URLResolver, path

from core import views

app_name = "core"
urlpatterns: list[URLPattern | URLResolver] = [
    path("guide/", views.guide, name="guide"),
    path("guide/<slug:name>/", views.guide_chapter, name="guide_chapter"),
    path("guide/examples/<slug:name>/", views.guide_example, name="guide_example"),
    path("check/<slug:token>/", views.document_check, name="document_check"),
]
