"""Addresses of registers, below campaigns/registers/."""

from django.urls import URLPattern, path

from campaigns.registers.views import definitions, drawing, entries, lists

urlpatterns: list[URLPattern] = [
    path("", lists.register_menu, name="register_menu"),
    path("definitions/", definitions.register_define_list, name="register_define_list"),
    path("definitions/write/", definitions.register_define, name="register_define"),
    path("definitions/<int:pk>/export/", definitions.register_define_export, name="register_define_export"),
    path("entries/<int:pk>/", entries.register_entry, name="register_entry"),
    path("entries/<int:pk>/correct/", entries.entry_correct, name="register_entry_correct"),
    path("entries/<int:pk>/move/<slug:action>/", entries.entry_move, name="register_entry_move"),
    path("entries/<int:pk>/people/<int:person_pk>/sign/", entries.entry_sign, name="register_entry_sign"),
    path("entries/<int:pk>/files/<int:file_pk>/", entries.entry_file, name="register_entry_file"),
    path("<slug:key>/", lists.register_list, name="register_list"),
    path("<slug:key>/new/", entries.register_new, name="register_new"),
    path("<slug:key>/draw/", drawing.register_draw, name="register_draw"),
    path("<slug:key>/export/", lists.register_export, name="register_export"),
    path("<slug:key>/figures/<slug:figure_key>/", lists.register_figure, name="register_figure"),
    path("<slug:key>/figures/<slug:figure_key>/export/", lists.register_figure_export, name="register_figure_export"),
]
