from django.urls import URLPattern, URLResolver, include, path

from campaigns.views import campaigns, deriving, library, panels, people, reference, windows

app_name = "campaigns"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", campaigns.campaign_list, name="campaign_list"),
    path("new/", campaigns.campaign_create, name="campaign_create"),
    path("draws/", include("campaigns.draw_urls")),
    path("<int:pk>/", campaigns.campaign_detail, name="campaign_detail"),
    path("<int:pk>/parameters/", campaigns.campaign_parameters, name="campaign_parameters"),
    path("<int:pk>/adopt/", campaigns.campaign_adopt, name="campaign_adopt"),
    path("<int:pk>/approve/", campaigns.campaign_approve, name="campaign_approve"),
    path("<int:pk>/return/", campaigns.campaign_return, name="campaign_return"),
    path("<int:pk>/publish/", campaigns.campaign_publish, name="campaign_publish"),
    path("<int:pk>/close/", campaigns.campaign_close, name="campaign_close"),
    path("<int:pk>/windows/", windows.campaign_windows, name="campaign_windows"),
    path("<int:pk>/windows/<int:window_pk>/approve/", windows.window_approve, name="window_approve"),
    path("<int:pk>/windows/<int:window_pk>/refuse/", windows.window_refuse, name="window_refuse"),
    path("<int:pk>/people/", people.campaign_people, name="campaign_people"),
    path("<int:pk>/people/add/", people.member_add, name="member_add"),
    path("<int:pk>/people/<int:member_pk>/remove/", people.member_remove, name="member_remove"),
    path("<int:pk>/contacts/name/", people.contact_name, name="contact_name"),
    path("<int:pk>/contacts/<int:contact_pk>/end/", people.contact_end, name="contact_end"),
    path("<int:pk>/pledge/", people.pledge_sign, name="pledge_sign"),
    path("<int:pk>/source/", reference.campaign_source, name="campaign_source"),
    path("of-enterprise/<int:pk>/", panels.enterprise_panel, name="enterprise_panel"),
    path("lists/<int:pk>/", reference.list_detail, name="list_detail"),
    path("<int:pk>/compare/", deriving.campaign_compare, name="campaign_compare"),
    path("<int:pk>/terms/", deriving.campaign_terms, name="campaign_terms"),
    path("<int:pk>/export/", deriving.campaign_export, name="campaign_export"),
    path("<int:pk>/dates/", deriving.campaign_dates, name="campaign_dates"),
    path("<int:pk>/copy/", deriving.campaign_copy, name="campaign_copy"),
    path("<int:pk>/hand-down/", deriving.campaign_hand_down, name="campaign_hand_down"),
    path("blueprints/", library.blueprint_list, name="blueprint_list"),
    path("blueprints/write/", library.blueprint_write, name="blueprint_write"),
    path("blueprints/<int:pk>/", library.blueprint_detail, name="blueprint_detail"),
    path("blueprints/<int:pk>/export/", library.blueprint_export, name="blueprint_export"),
]
