"""What an enterprise learns of its own case, and when: by the prior notice, and of the decision by its service."""

from decimal import Decimal

import pytest
from django.urls import reverse

from penalties import services
from penalties.states import CaseState
from tests.penalties.steps import LATER, NOTICED

pytestmark = pytest.mark.django_db


def doors(case) -> dict[str, str]:
    document = case.steps.filter(kind="decide").values_list("document", flat=True).first()
    return {
        "page": reverse("penalties:case_detail", args=[case.pk]),
        "interface": f"/api/v1/cases/{case.pk}",
        "paper": reverse("penalties:case_paper", args=[case.pk, document or 1]),
    }


def answers(client, case) -> dict[str, int]:
    return {name: client.get(url).status_code for name, url in doors(case).items()}


def test_the_enterprise_learns_of_its_case_by_the_notice(client, cast, filed):
    client.force_login(cast.enterprise_a)
    assert answers(client, filed) == {"page": 404, "interface": 404, "paper": 404}
    assert client.get("/api/v1/cases").json()["count"] == 0
    services.give_notice(filed, day=NOTICED, fine=Decimal(1000), text="理由", actor=cast.officer_a, at=LATER)
    assert answers(client, filed) == {"page": 200, "interface": 200, "paper": 404}
    assert client.get("/api/v1/cases").json()["count"] == 1


def test_the_enterprise_learns_of_the_decision_by_its_service_not_before(client, cast, decided):
    client.force_login(cast.enterprise_a)
    assert answers(client, decided) == {"page": 200, "interface": 200, "paper": 404}
    number = decided.steps.get(kind="decide").document_number
    pages = [client.get(reverse("penalties:case_list")), client.get(doors(decided)["page"])]
    pages.append(client.get(reverse("penalties:issue_panel", args=[decided.issue_id])))
    pages.append(client.get(reverse("penalties:enterprise_panel", args=[decided.enterprise_id])))
    assert "拟罚款 280,000 元" in pages[-1].content.decode()
    for page in pages:
        assert page.status_code == 200
        assert number not in page.content.decode()
        assert " 罚款 280,000 元" not in " ".join(page.content.decode().split())
        assert "已决定" not in page.content.decode().replace('<option value="decided">已决定</option>', "")
    for told in (client.get(doors(decided)["interface"]).json(), client.get("/api/v1/cases").json()["results"][0]):
        assert told["state"] == "noticed"
        assert [step["kind"] for step in told["steps"]] == ["file", "notice"]


def test_the_history_of_the_issue_does_not_give_it_away(client, cast, decided):
    page = reverse("inspections:issue_detail", args=[decided.issue_id])
    client.force_login(cast.enterprise_a)
    assert "处罚情况更新" not in client.get(page).content.decode()
    client.force_login(cast.officer_a)
    assert client.get(page).content.decode().count("处罚情况更新") == 2, "filed and decided"


def test_nor_does_a_filter_by_state_give_it_away(client, cast, decided):
    client.force_login(cast.enterprise_a)
    asked = {state: client.get(reverse("penalties:case_list"), {"state": state}) for state in ("noticed", "decided")}
    assert decided.number in asked["noticed"].content.decode()
    assert decided.number not in asked["decided"].content.decode()


def test_once_served_the_enterprise_reads_the_decision(client, cast, served):
    client.force_login(cast.enterprise_a)
    assert answers(client, served) == {"page": 200, "interface": 200, "paper": 200}
    told = client.get(doors(served)["interface"]).json()
    assert told["state"] == CaseState.SERVED
    assert [step["kind"] for step in told["steps"]] == ["file", "notice", "decide", "serve"]


def test_who_handles_the_case_sees_it_whole_before_the_service(client, cast, decided):
    client.force_login(cast.officer_a)
    assert answers(client, decided) == {"page": 200, "interface": 200, "paper": 200}
    told = client.get(doors(decided)["interface"]).json()
    assert told["state"] == CaseState.DECIDED
    assert told["steps"][-1]["kind"] == "decide"
