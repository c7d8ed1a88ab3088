"""Addresses of the register of leads, under campaigns/leads/."""

from django.urls import path

from campaigns.views import leads

urlpatterns = [
    path("", leads.lead_list, name="lead_list"),
    path("new/", leads.lead_create, name="lead_create"),
    path("export/", leads.lead_export, name="lead_export"),
    path("import/", leads.lead_import, name="lead_import"),
    path("template/", leads.lead_template, name="lead_template"),
    path("<int:pk>/", leads.lead_detail, name="lead_detail"),
    path("<int:pk>/accept/", leads.lead_accept, name="lead_accept"),
    path("<int:pk>/refuse/", leads.lead_refuse, name="lead_refuse"),
    path("<int:pk>/close/", leads.lead_close, name="lead_close"),
    path("<int:pk>/hand_over/", leads.lead_hand_over, name="lead_hand_over"),
    path("<int:pk>/merge/", leads.lead_merge, name="lead_merge"),
    path("<int:pk>/identify/", leads.lead_identify, name="lead_identify"),
    path("<int:pk>/identity/", leads.lead_identity, name="lead_identity"),
]
