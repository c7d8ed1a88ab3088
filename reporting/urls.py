from django.urls import URLPattern, URLResolver, path

from reporting.views import briefs, confirmations, desk, handover, periods, reports, results, rows

app_name = "reporting"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.workbench, name="workbench"),
    path("owed/", desk.owed_list, name="owed_list"),
    path("done/", desk.done_list, name="done_list"),
    path("inbox/", desk.inbox, name="inbox"),
    path("inbox/read/", desk.inbox_read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/open/", desk.notice_open, name="notice_open"),
    path("search/", desk.search, name="search"),
    path("handover/", handover.handover, name="handover"),
    path("reports/", periods.report_list, name="report_list"),
    path("reports/<int:pk>/", reports.report_detail, name="report_detail"),
    path("reports/<int:pk>/save/", reports.report_save, name="report_save"),
    path("reports/<int:pk>/send/", reports.report_send, name="report_send"),
    path("reports/<int:pk>/recall/", reports.report_recall, name="report_recall"),
    path("reports/<int:pk>/return/", reports.report_return, name="report_return"),
    path("reports/<int:pk>/correct/", reports.report_correct, name="report_correct"),
    path("reports/<int:pk>/accept/", reports.report_accept, name="report_accept"),
    path("reports/<int:pk>/rows/", rows.report_rows, name="report_rows"),
    path("reports/<int:pk>/rows/sheet/", rows.report_rows_sheet, name="report_rows_sheet"),
    path("confirmations/<int:pk>/confirm/", confirmations.report_confirm, name="report_confirm"),
    path("confirmations/<int:pk>/rows/", rows.confirmation_rows, name="confirmation_rows"),
    path("confirmations/<int:pk>/rows/sheet/", rows.confirmation_rows_sheet, name="confirmation_rows_sheet"),
    path("periods/<int:pk>/", periods.period_detail, name="period_detail"),
    path("periods/<int:pk>/remind/", periods.period_remind, name="period_remind"),
    path("periods/<int:pk>/brief/", briefs.period_brief, name="period_brief"),
    path("briefs/<int:pk>/paper/", briefs.brief_paper, name="brief_paper"),
    path("briefs/<int:pk>/workbook/", briefs.brief_workbook, name="brief_workbook"),
    path("results/<int:pk>/", results.result_list, name="result_list"),
    path("results/<int:pk>/export/", results.result_export, name="result_export"),
    path("results/<int:pk>/targets/<int:target_pk>/excuse/", results.result_excuse, name="result_excuse"),
    path("summaries/<int:pk>/workbook/", periods.summary_workbook, name="summary_workbook"),
    path("summaries/<int:pk>/paper/", periods.summary_paper, name="summary_paper"),
]
