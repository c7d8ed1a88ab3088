from django.urls import path

from inspections.views import evidence, records, selfcheck_list, selfchecks, visits

app_name = "inspections"
urlpatterns = [
    path("selfchecks/", selfcheck_list.selfcheck_list, name="selfcheck_list"),
    path("selfchecks/mine/", selfchecks.selfcheck_mine, name="selfcheck_mine"),
    path("targets/<int:pk>/selfcheck/", selfchecks.selfcheck_begin, name="selfcheck_begin"),
    path("selfchecks/<int:pk>/", selfchecks.selfcheck_view, name="selfcheck_view"),
    path("selfchecks/<int:pk>/edit/", selfchecks.selfcheck_edit, name="selfcheck_edit"),
    path("selfchecks/<int:pk>/declare/", selfchecks.selfcheck_declare, name="selfcheck_declare"),
    path("selfchecks/<int:pk>/signature/", selfchecks.selfcheck_signature, name="selfcheck_signature"),
    path("selfchecks/<int:pk>/accept/", selfchecks.selfcheck_accept, name="selfcheck_accept"),
    path("selfchecks/<int:pk>/return/", selfchecks.selfcheck_return, name="selfcheck_return"),
    path("selfchecks/<int:pk>/correct/", selfchecks.selfcheck_correct, name="selfcheck_correct"),
    path("visits/", visits.visit_list, name="visit_list"),
    path("visits/mine/", visits.visit_mine, name="visit_mine"),
    path("visits/<int:pk>/", visits.visit_view, name="visit_view"),
    path("visits/<int:pk>/check-in/", visits.visit_check_in, name="visit_check_in"),
    path("visits/<int:pk>/start/", visits.visit_start, name="visit_start"),
    path("visits/<int:pk>/pen/", visits.visit_take_pen, name="visit_take_pen"),
    path("visits/<int:pk>/end/", visits.visit_end, name="visit_end"),
    path("visits/<int:pk>/evidence/", evidence.visit_evidence, name="visit_evidence"),
    path("visits/<int:pk>/record/", records.record_edit, name="record_edit"),
    path("visits/<int:pk>/sign/", records.record_sign, name="record_sign"),
    path("visits/<int:pk>/submit/", records.record_submit, name="record_submit"),
    path("visits/<int:pk>/correct/", records.record_correct, name="record_correct"),
    path("records/<int:pk>/", records.record_view, name="record_view"),
    path("evidence/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<int:pk>/thumb/", evidence.evidence_thumb, name="evidence_thumb"),
    path("signatures/<int:pk>/", evidence.signature_image, name="signature_image"),
]
