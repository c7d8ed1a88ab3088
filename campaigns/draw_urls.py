"""Addresses of random draws, below campaigns/draws/."""

from django.urls import URLPattern, path

from campaigns.views.draws import detail, listing, papers, pools, rates, steps

urlpatterns: list[URLPattern] = [
    path("", listing.draw_list, name="draw_list"),
    path("new/", listing.draw_create, name="draw_create"),
    path("items/", pools.item_list, name="item_list"),
    path("ratings/", pools.rating_list, name="rating_list"),
    path("library/", pools.library, name="library"),
    path("helpers/", pools.helper_lists, name="helper_lists"),
    path("rates/", rates.rates_list, name="rates_list"),
    path("rates/<int:pk>/approve/", rates.rates_approve, name="rates_approve"),
    path("rates/<int:pk>/refuse/", rates.rates_refuse, name="rates_refuse"),
    path("roster/", pools.roster, name="roster"),
    path("script/", papers.draw_script, name="draw_script"),
    path("public/<str:token>/", detail.draw_public, name="draw_public"),
    path("papers/<int:pk>/", papers.draw_paper, name="draw_paper"),
    path("<int:pk>/", detail.draw_detail, name="draw_detail"),
    path("<int:pk>/watch/", detail.draw_watch, name="draw_watch"),
    path("<int:pk>/edit/", listing.draw_edit, name="draw_edit"),
    path("<int:pk>/ratios/", steps.draw_ratios, name="draw_ratios"),
    path("<int:pk>/recompute/", steps.draw_recompute, name="draw_recompute"),
    path("<int:pk>/publish/", steps.draw_publish, name="draw_publish"),
    path("<int:pk>/cancel/", steps.draw_cancel, name="draw_cancel"),
    path("<int:pk>/void/", steps.draw_void, name="draw_void"),
    path("<int:pk>/commit/", steps.draw_commit, name="draw_commit"),
    path("<int:pk>/reveal/", steps.draw_reveal, name="draw_reveal"),
    path("<int:pk>/value/", steps.draw_value, name="draw_value"),
    path("<int:pk>/hold/", steps.draw_hold, name="draw_hold"),
    path("<int:pk>/again/", steps.draw_again, name="draw_again"),
    path("<int:pk>/frozen/", papers.draw_frozen, name="draw_frozen"),
    path("<int:pk>/proof/", papers.draw_proof, name="draw_proof"),
    path("<int:pk>/print/", papers.draw_print, name="draw_print"),
    path("<int:pk>/recusals/add/", steps.recusal_add, name="recusal_add"),
    path("<int:pk>/recusals/<int:recusal_pk>/end/", steps.recusal_end, name="recusal_end"),
    path("<int:pk>/drawn/<int:drawn_pk>/adjust/", steps.adjustment_ask, name="adjustment_ask"),
    path("<int:pk>/adjustments/<int:adjustment_pk>/approve/", steps.adjustment_approve, name="adjustment_approve"),
    path("<int:pk>/adjustments/<int:adjustment_pk>/refuse/", steps.adjustment_refuse, name="adjustment_refuse"),
]
