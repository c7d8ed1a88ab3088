from django.urls import URLPattern, URLResolver

app_name = "penalties"
urlpatterns: list[URLPattern | URLResolver] = []
