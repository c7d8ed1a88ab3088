import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Unit
from accounts.services.units import move_unit
from core import clock
from core.models import AuditEvent
from core.refusals import Refused
from inspections.models import Issue, VisitRecord
from inspections.services.issues import void_issue
from penalties import services
from penalties.models import CaseStep, PenaltyCase
from penalties.states import CASES, CaseState
from tests import factories as make
from tests.penalties.steps import LATER, deciding, filing

pytestmark = pytest.mark.django_db


def test_a_case_is_signed_in_the_citys_name_before_2026(filed, cast):
    assert filed.number == "漯环立〔2020〕1号"
    assert filed.authority == cast.city
    assert filed.unit == cast.county_a


def test_filing_tells_the_ledger(filed, issue):
    assert Issue.objects.get(pk=issue.pk).penalty_text == "已立案（漯环立〔2020〕1号）"


def test_one_issue_is_filed_once(cast, filed, issue):
    with pytest.raises(Refused, match="已经立案"):
        services.file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)


def test_an_issue_struck_while_the_form_was_open_is_not_filed(cast, issue):
    Issue.objects.filter(pk=issue.pk).update(state="void", voided_at=LATER)
    with pytest.raises(Refused, match="已作废"):
        services.file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)


def test_a_moved_authority_goes_on_with_its_numbers(cast, filed):
    region = make.unit("示例督察局", "province", short_name="督察局")
    move_unit(cast.city, region, actor=cast.administrator, at=LATER, reason="机构调整")
    assert services.official_number(Unit.objects.get(pk=cast.city.pk), "立", 2020) == "漯环立〔2020〕2号"


def test_an_issue_of_rules_and_registers_is_guided_not_punished(cast, issue):
    Issue.objects.filter(pk=issue.pk).update(nature="system")
    issue.refresh_from_db()
    with pytest.raises(Refused, match="行政指导"):
        services.file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)


@pytest.mark.parametrize(
    "changes,sentence",
    [
        ({"filed_on": date(2020, 5, 11)}, "不能早于发现问题之日"),
        ({"filed_on": date(2020, 7, 2)}, "不能晚于今天"),
    ],
)
def test_a_filing_day_lies_between_finding_and_today(cast, issue, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        services.file_case(issue, filing(cast, **changes), actor=cast.officer_a, at=LATER)


def test_one_investigator_is_not_enough(cast, issue):
    with pytest.raises(Refused, match="不得少于两人"):
        services.file_case(issue, filing(cast, investigators=[cast.inspector_a]), actor=cast.officer_a, at=LATER)


def test_a_party_without_representative_is_registered_first(cast, issue):
    issue.enterprise.entity.representative = ""
    issue.enterprise.entity.save()
    with pytest.raises(Refused, match="漯河示例纸业有限公司”还没有登记法定代表人，请先在“排污单位”中修改登记"):
        services.file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)
    assert not PenaltyCase.objects.exists()


def test_an_investigator_without_certificate_is_named(cast, issue):
    people = [cast.inspector_a, cast.officer_a]
    with pytest.raises(Refused, match="孙经办"):
        services.file_case(issue, filing(cast, investigators=people), actor=cast.officer_a, at=LATER)


def test_the_notice_says_until_when_the_party_may_answer(noticed):
    assert noticed.steps.get(kind="notice").detail["defence_until"] == "2020-05-25"


def test_no_decision_within_the_partys_term(cast, noticed):
    with pytest.raises(Refused, match="届满"):
        services.decide(noticed, deciding(day=date(2020, 5, 25)), actor=cast.leader_city, at=LATER)
    services.decide(noticed, deciding(day=date(2020, 5, 25), waived=True), actor=cast.leader_city, at=LATER)


def test_a_decision_is_not_heavier_than_its_notice(cast, noticed):
    with pytest.raises(Refused, match="不能高于"):
        services.decide(noticed, deciding(fine=Decimal("280000.01")), actor=cast.leader_city, at=LATER)


def test_who_investigated_does_not_decide(cast, filed, noticed):
    noticed.investigators.add(cast.leader_city)
    with pytest.raises(Refused, match="调查人员"):
        services.decide(noticed, deciding(), actor=cast.leader_city, at=LATER)


def words_of(document) -> str:
    """The text of a paper without blanks and what is printed at the foot of each page."""
    with document.file.open() as file:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)
    return re.sub(rf"({document.number})?—\d+—", "", "".join(text.split()))


def test_the_printed_decision_names_who_was_on_the_site(cast, noticed):
    seen = [{"name": "甲检查", "certificate": "豫环001"}, {"name": "乙检查", "certificate": "豫环002"}]
    VisitRecord.objects.filter(pk=noticed.issue.record_id).update(snapshot={"inspectors": seen})
    case = PenaltyCase.objects.get(pk=noticed.pk)
    step = services.decide(case, deciding(), actor=cast.leader_city, at=LATER).steps.get(kind="decide")
    assert "执法人员甲检查（豫环001）、乙检查（豫环002）对你单位进行现场检查" in words_of(step.document)
    assert "经执法人员李一检（" in words_of(step.document)


def test_the_printed_decision_carries_every_field(decided):
    step = decided.steps.get(kind="decide")
    plain = words_of(step.document)
    for said in (
        "漯河市生态环境局",
        decided.party_name,
        "碱回收炉布袋除尘器",
        "现场检查笔录、照片3张",
        "第二十条第二款",
        "第九十九条第三项",
        "未提出陈述申辩",
        "首要因素3级",
        "贰拾捌万元整",
        "15日内缴至指定银行",
        "60日内依法申请行政复议",
        "6个月内依法提起行政诉讼",
        "申请人民法院强制执行",
        "2020年6月2日",
    ):
        assert said in plain, said
    assert step.document.number == "漯环罚决字〔2020〕1号"


def test_a_decision_with_a_hole_is_not_printed_and_nothing_moves(cast, noticed):
    with pytest.raises(Refused, match="证据"):
        services.decide(noticed, deciding(evidence=""), actor=cast.leader_city, at=LATER)
    noticed.refresh_from_db()
    assert noticed.state == CaseState.NOTICED
    assert not CaseStep.objects.filter(kind="decide").exists()


def test_two_people_serve(cast, decided):
    said = services.Serving(date(2020, 6, 4), "直接送达", "秦厂长", "办公室", cast.officer_a)
    with pytest.raises(Refused, match="两人"):
        services.serve(decided, said, actor=cast.officer_a, at=LATER)


def test_closing_says_why_when_less_was_paid(cast, served):
    with pytest.raises(Refused, match="未全部缴纳"):
        services.close(served, day=date(2020, 6, 20), paid=Decimal(0), text="未缴", actor=cast.officer_a, at=LATER)
    case = services.close(
        served, day=date(2020, 6, 20), paid=Decimal(280000), text="已缴清", actor=cast.officer_a, at=LATER
    )
    assert case.state == CaseState.CLOSED


def test_a_step_never_stands_before_the_last(cast, noticed):
    with pytest.raises(Refused, match="不能早于"):
        services.decide(noticed, deciding(day=date(2020, 5, 19), waived=True), actor=cast.leader_city, at=LATER)


def test_a_withdrawn_issue_may_be_filed_again(cast, filed, issue):
    services.withdraw(filed, day=date(2020, 5, 20), reason="证据不足", actor=cast.leader_city, at=LATER)
    again = services.file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)
    assert again.number == "漯环立〔2020〕2号"


@pytest.mark.parametrize("stage", ["filed", "noticed", "decided", "served"])
def test_an_issue_is_not_voided_from_under_its_case(cast, issue, stage, request):
    case = request.getfixturevalue(stage)
    with pytest.raises(Refused, match="漯环立〔2020〕1号"):
        void_issue(issue, actor=cast.leader_a, at=LATER, reason="重复登记")
    assert Issue.objects.get(pk=issue.pk).case_number == case.number


def test_an_issue_is_not_voided_after_its_case_was_closed(cast, issue, served):
    services.close(served, day=date(2020, 6, 20), paid=Decimal(280000), text="已缴清", actor=cast.officer_a, at=LATER)
    with pytest.raises(Refused, match="不能作废"):
        void_issue(issue, actor=cast.leader_a, at=LATER, reason="重复登记")


def test_once_the_case_is_withdrawn_the_issue_may_be_voided(cast, issue, filed):
    services.withdraw(filed, day=date(2020, 5, 20), reason="证据不足", actor=cast.leader_city, at=LATER)
    assert void_issue(issue, actor=cast.leader_a, at=LATER, reason="重复登记").state == "void"


ALLOWED = {(source, arrow.action) for arrow in CASES.transitions for source in arrow.sources}


@pytest.mark.parametrize("action", [arrow.action for arrow in CASES.transitions])
@pytest.mark.parametrize("state", CaseState.values)
def test_every_disallowed_jump_is_refused_by_table_page_and_api(client, cast, filed, state, action):
    if (state, action) in ALLOWED:
        assert CASES.arrow(state, action).action == action
        return
    PenaltyCase.objects.filter(pk=filed.pk).update(state=state)
    filed.refresh_from_db()
    with pytest.raises(Refused):
        CASES.arrow(state, action)
    client.force_login(cast.leader_city if action in {"decide", "withdraw"} else cast.officer_a)
    assert client.get(reverse("penalties:case_step", args=[filed.pk, action])).status_code == 409
    answer = client.post(f"/api/v1/cases/{filed.pk}/steps/{action}", "{}", content_type="application/json")
    assert answer.status_code == 409
    assert "不能办理" in answer.json()["message"]
    assert PenaltyCase.objects.get(pk=filed.pk).state == state


def test_the_pages_walk_the_whole_case(client, cast, issue):
    client.force_login(cast.officer_a)
    with clock.travel(LATER):
        form = {
            "cause": "案由",
            "facts": "事实",
            "violated_article": "甲条",
            "penalty_article": "乙条",
            "investigators": [cast.inspector_a.pk, cast.second_a.pk],
            "filed_on": "2020-05-14",
        }
        client.post(reverse("penalties:case_file", args=[issue.pk]), form)
        case = PenaltyCase.objects.get()
        url = reverse("penalties:case_step", args=[case.pk, "notice"])
        refused = client.post(url, {"occurred_on": "2020-05-01", "fine": "1000", "text": "我写的理由"})
        assert refused.status_code == 422
        assert "我写的理由" in refused.content.decode()
        assert client.post(url, {"occurred_on": "2020-05-20", "fine": "1000", "text": "理由"}).status_code == 302
        assert client.get(reverse("penalties:case_detail", args=[case.pk])).status_code == 200


def test_a_sibling_county_finds_no_case(client, cast, filed):
    client.force_login(cast.inspector_b)
    assert client.get(reverse("penalties:case_detail", args=[filed.pk])).status_code == 404
    assert client.get(f"/api/v1/cases/{filed.pk}").status_code == 404


def test_an_inspector_sees_but_does_not_handle(client, cast, filed):
    client.force_login(cast.inspector_a)
    assert client.get(reverse("penalties:case_detail", args=[filed.pk])).status_code == 200
    assert client.get(reverse("penalties:case_step", args=[filed.pk, "notice"])).status_code == 403


def test_a_paper_of_another_case_is_not_found_under_this_one(client, cast, decided):
    client.force_login(cast.officer_a)
    document = decided.steps.get(kind="decide").document
    paper = client.get(reverse("penalties:case_paper", args=[decided.pk, document.pk]))
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    assert client.get(reverse("penalties:case_paper", args=[decided.pk + 1, document.pk])).status_code == 404


def test_the_list_costs_the_same_at_10_and_1000_cases(client, cast, filed, django_assert_max_num_queries):
    client.force_login(cast.officer_a)

    def cost() -> int:
        with django_assert_max_num_queries(40) as counted:
            assert client.get(reverse("penalties:case_list")).status_code == 200
        return len(counted)

    few = cost()
    template = PenaltyCase.objects.get(pk=filed.pk)
    rows = []
    for number in range(1000):
        template.pk, template.number, template.state = None, f"号{number}", "withdrawn"
        rows.append(PenaltyCase(**{f.attname: getattr(template, f.attname) for f in PenaltyCase._meta.fields}))
    PenaltyCase.objects.bulk_create(rows)
    assert cost() == few


def test_every_step_is_in_the_trail(served):
    actions = AuditEvent.objects.filter(model="penalties.penaltycase").values_list("action", flat=True)
    assert {"penalties.penaltycase.file", "penalties.penaltycase.notice", "penalties.penaltycase.decide"} <= set(
        actions
    )


def test_the_time_of_recording_is_the_servers(filed):
    assert filed.steps.get().recorded_at == LATER
    assert filed.recorded_at - LATER == timedelta(0)


def test_who_signs_decides_not_the_branch_that_handles(client, cast, noticed):
    url = reverse("penalties:case_step", args=[noticed.pk, "decide"])
    client.force_login(cast.leader_a)
    assert client.get(url).status_code == 403
    client.force_login(cast.leader_city)
    assert client.get(url).status_code == 200
