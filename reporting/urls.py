from django.urls import URLPattern, URLResolver, path

from reporting.views import desk

app_name = "reporting"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.workbench, name="workbench"),
    path("owed/", desk.owed_list, name="owed_list"),
    path("done/", desk.done_list, name="done_list"),
    path("inbox/", desk.inbox, name="inbox"),
    path("inbox/read/", desk.inbox_read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/open/", desk.notice_open, name="notice_open"),
    path("search/", desk.search, name="search"),
    path("handover/", desk.handover, name="handover"),
]
