from django.urls import URLPattern, URLResolver, path

from penalties import views

app_name = "penalties"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.case_list, name="case_list"),
    path("<int:pk>/", views.case_detail, name="case_detail"),
    path("<int:pk>/steps/<str:action>/", views.case_step, name="case_step"),
    path("<int:pk>/materials/", views.case_materials, name="case_materials"),
    path("<int:pk>/materials/cite/", views.case_cite, name="case_cite"),
    path("<int:pk>/materials/explain/", views.case_explain, name="case_explain"),
    path("<int:pk>/papers/<int:document_pk>/", views.case_paper, name="case_paper"),
    path("of-enterprise/<int:pk>/", views.enterprise_panel, name="enterprise_panel"),
    path("of-issue/<int:issue_pk>/", views.issue_panel, name="issue_panel"),
    path("of-issue/<int:issue_pk>/new/", views.case_file, name="case_file"),
]
