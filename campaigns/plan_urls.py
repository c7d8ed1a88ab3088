"""Addresses of plans, below campaigns/plans/."""

from django.urls import URLPattern, path

from campaigns.views.plans import detail, figures, listing, rows, steps

urlpatterns: list[URLPattern] = [
    path("", listing.plan_list, name="plan_list"),
    path("new/", listing.plan_create, name="plan_create"),
    path("figures/", figures.plan_figures, name="plan_figures"),
    path("brigades/", figures.plan_brigades, name="plan_brigades"),
    path("brigades/export/", figures.plan_brigades_export, name="plan_brigades_export"),
    path("brigades/<int:pk>/end/", figures.plan_patch_end, name="plan_patch_end"),
    path("<int:pk>/", detail.plan_detail, name="plan_detail"),
    path("<int:pk>/elements/", steps.plan_elements, name="plan_elements"),
    path("<int:pk>/spread/", steps.plan_spread, name="plan_spread"),
    path("<int:pk>/report/", steps.plan_report, name="plan_report"),
    path("<int:pk>/return/", steps.plan_return, name="plan_return"),
    path("<int:pk>/file/", steps.plan_file, name="plan_file"),
    path("<int:pk>/government/", steps.plan_government, name="plan_government"),
    path("<int:pk>/start/", steps.plan_start, name="plan_start"),
    path("<int:pk>/revise/", steps.plan_revise, name="plan_revise"),
    path("<int:pk>/rows/", rows.plan_rows, name="plan_rows"),
    path("<int:pk>/targets/<int:target_pk>/", rows.plan_row, name="plan_row"),
    path("<int:pk>/targets/<int:target_pk>/remove/", rows.plan_row_remove, name="plan_row_remove"),
    path("<int:pk>/export/", rows.plan_export, name="plan_export"),
    path("<int:pk>/import/", rows.plan_import, name="plan_import"),
    path("<int:pk>/compare/", rows.plan_compare, name="plan_compare"),
]
