"""Addresses of signals from outside, under campaigns/signals/."""

from django.urls import path

from campaigns.views import signals

urlpatterns = [
    path("", signals.signal_list, name="signal_list"),
    path("new/", signals.signal_create, name="signal_create"),
    path("<int:pk>/", signals.signal_detail, name="signal_detail"),
    path("<int:pk>/end/", signals.signal_end, name="signal_end"),
    path("<int:pk>/export/", signals.signal_export, name="signal_export"),
]
