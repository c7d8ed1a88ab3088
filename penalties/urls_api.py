from django.urls import URLPattern, URLResolver, path

from penalties import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases", api.case_list, name="api_case_list"),
    path("cases/<int:pk>", api.case_detail, name="api_case_detail"),
    path("cases/<int:pk>/steps/<str:action>", api.case_step, name="api_case_step"),
]
