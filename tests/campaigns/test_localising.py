"""A plan that another authority carries out speaks in its name; what is quoted stays as it stands."""

import pytest
from django.urls import reverse

from campaigns import services
from campaigns.models import BlueprintVersion, Pledge
from campaigns.rules.localising import addressed, localised
from campaigns.services.blueprints import load_blueprints
from campaigns.services.wording import CITED, localised_all
from core import audit, clock
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.test_leaflets import NOVEMBER

ISSUER, OWN, PROVINCE = "衡水市生态环境局办公室", "漯河市生态环境局", "河南省生态环境厅"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("衡水市生态环境局将适时调整。", "漯河市生态环境局将适时调整。"),
        ("在衡水市范围内", "在漯河市范围内"),
        ("落实《衡水市生态环境局关于开展体检的方案》要求", "落实《漯河市生态环境局关于开展体检的方案》要求"),
        ("遵守《河北省衡水市扬尘办法》", "遵守《河北省衡水市扬尘办法》"),
        ("秉公执法", "秉公执法"),
    ],
)
def test_the_own_authority_stands_where_the_document_names_its_issuer(text, said):
    assert localised(text, ISSUER, OWN) == said
    assert localised(text, ISSUER, "衡水市生态环境局") == text


def test_nothing_of_an_address_is_left_to_be_filled_in():
    text = f"{OWN}，_____分局："
    assert addressed(text, OWN, f"{OWN}源汇分局") == f"{OWN}，源汇分局："
    assert addressed(text, OWN, OWN) == f"{OWN}："
    assert addressed(f"{PROVINCE}，_____分局：", PROVINCE, f"{OWN}源汇分局") == f"{PROVINCE}，{OWN}源汇分局："


@pytest.mark.django_db
def test_an_officer_signs_a_pledge_to_the_own_authority_and_branch(cast, client):
    hengshui = scene.campaign_of("hengshui-2020", cast, 2020, NOVEMBER)
    client.force_login(cast.inspector_a)
    with clock.travel(NOVEMBER):
        page = client.get(reverse("campaigns:pledge_sign", args=[hengshui.pk])).content.decode()
        assert ("漯河市生态环境局，源汇分局：" in page, "衡水" in page, "____" in page) == (True, False, False)
        services.sign_pledge(hengshui, cast.inspector_a, name=cast.inspector_a.name, at=NOVEMBER)
        signed = audit.digest_of(services.pledge_text(hengshui, cast.inspector_a))
        assert Pledge.objects.get().text_digest == signed, "what was read is what is kept"
        source = client.get(reverse("campaigns:campaign_source", args=[hengshui.pk])).content.decode()
    assert "以下照录" in source
    assert "衡水市生态环境局对轻微环境违法行为不予行政处罚规定" in source, "a quotation stays as it is"


@pytest.mark.django_db
def test_of_no_plan_a_promise_or_paper_speaks_in_anothers_name(cast):
    load_blueprints(at=NOVEMBER)
    assert BlueprintVersion.objects.count() >= 5
    for blueprint in BlueprintVersion.objects.all():
        campaign = make.campaign(cast.other_city)
        campaign.blueprint = blueprint
        issuer = blueprint.data["source"]["issuer"].removesuffix("办公室")
        for part in ("pledge", "enterprise_pledge", "leaflet", "letter"):
            said = localised_all(campaign, blueprint.data.get(part) or {})
            spoken = str({key: value for key, value in said.items() if key not in CITED})
            assert issuer not in spoken, f"{blueprint.name} {part}"
