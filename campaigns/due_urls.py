"""Addresses of everything due, below campaigns/due/."""

from django.urls import URLPattern, path

from campaigns.views.due import calendar, detail, feed, listing

urlpatterns: list[URLPattern] = [
    path("", listing.due_list, name="due_list"),
    path("sheet/", listing.due_sheet, name="due_sheet"),
    path("calendar/", calendar.due_calendar, name="due_calendar"),
    path("feed/", feed.due_feed, name="due_feed"),
    path("feed/renew/", feed.feed_renew, name="feed_renew"),
    path("feed/end/", feed.feed_end, name="feed_end"),
    path("feed/<str:token>.ics", feed.feed_read, name="feed_read"),
    path("<int:pk>/", detail.due_detail, name="due_detail"),
    path("<int:pk>/answer/", detail.due_answer, name="due_answer"),
    path("<int:pk>/return/", detail.due_return, name="due_return"),
    path("<int:pk>/release/", detail.due_release, name="due_release"),
    path("<int:pk>/files/<int:file_pk>/", detail.due_file, name="due_file"),
]
