from django.urls import URLPattern, URLResolver, path

from enterprises.views import activation, imports, lists, permits, sites, slips

app_name = "enterprises"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", lists.enterprise_list, name="enterprise_list"),
    path("export/", lists.enterprise_export, name="enterprise_export"),
    path("mine/", lists.mine, name="mine"),
    path("unconfirmed/", lists.unconfirmed_list, name="unconfirmed_list"),
    path("new/", sites.enterprise_register, name="enterprise_register"),
    path("<int:pk>/", sites.enterprise_detail, name="enterprise_detail"),
    path("<int:pk>/edit/", sites.enterprise_edit, name="enterprise_edit"),
    path("<int:pk>/confirm/", sites.enterprise_confirm, name="enterprise_confirm"),
    path("<int:pk>/unit/", sites.enterprise_change_unit, name="enterprise_change_unit"),
    path("<int:pk>/state/<slug:action>/", sites.enterprise_change_state, name="enterprise_change_state"),
    path("<int:pk>/permits/", permits.permit_add, name="permit_add"),
    path("permits/<int:pk>/edit/", permits.permit_edit, name="permit_edit"),
    path("permits/<int:pk>/remove/", permits.permit_remove, name="permit_remove"),
    path("<int:pk>/positive/", permits.positive_add, name="positive_add"),
    path("positive/<int:pk>/remove/", permits.positive_remove, name="positive_remove"),
    path("<int:pk>/slips/", slips.slip_reset, name="slip_reset"),
    path("slips/", slips.slip_list, name="slip_list"),
    path("slips/print/", slips.slip_print, name="slip_print"),
    path("members/<int:pk>/revoke/", slips.member_revoke, name="member_revoke"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/template/", imports.import_template, name="import_template"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:pk>/map/", imports.import_map, name="import_map"),
    path("imports/<int:pk>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/drop/", imports.import_drop, name="import_drop"),
    path("imports/<int:pk>/errors/", imports.import_errors, name="import_errors"),
    path("imports/rows/<int:pk>/decide/", imports.import_decide, name="import_decide"),
    path("activate/", activation.activate, name="activate"),
    path("activate/account/", activation.activate_account, name="activate_account"),
    path("activate/add/", activation.activate_add, name="activate_add"),
]
