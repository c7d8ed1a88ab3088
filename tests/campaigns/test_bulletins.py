"""Official notices: who publishes, who signs, versions, whom they name; annexes by versions; legal bases."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from campaigns import services
from campaigns.models import AnnexVersion, Bulletin, BulletinReceipt, LegalBasis
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.models import AuditEvent, Notice
from core.refusals import Refused
from inspections import documents
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MARCH, MAY

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
NEXT = MAY + timedelta(days=1)
SENT = {"title": "关于做好执法检查的通知", "body": "请各市按期开展。", "asks_confirmation": "on"}


@pytest.fixture(autouse=True)
def _in_may():
    with clock.travel(MAY):
        yield


@pytest.fixture
def signed_in(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def office(henan, cast):
    """The account of the leading group's office: nothing but its place in the group."""
    person = make.user("office", "白办公", cast.province, post="科长")
    services.add_member(henan.groups.get(key="office"), person, role="组员", actor=cast.leader_province, at=MARCH)
    return person


def pdf(name="通知.pdf", content=PDF):
    return SimpleUploadedFile(name, content, "application/pdf")


def sent(henan, cast, **more):
    fields = {"title": "通知", "body": "正文", "units": [cast.city], "actor": cast.officer_province, "at": MAY}
    return services.publish_bulletin(henan, **(fields | more))


@pytest.mark.req("HN-09")
def test_the_office_of_twelve_publishes_and_changes_nothing_of_a_city(henan, cast, office, signed_in):
    group = henan.groups.get(key="office")
    services.add_member(
        group, None, name="示例主任", post="执法监督局局长", role="主任", actor=cast.leader_province, at=MARCH
    )
    for number in range(10):
        name = f"示例{'甲乙丙丁戊己庚辛壬癸'[number]}"
        services.add_member(group, None, name=name, post="科长", role="组员", actor=cast.leader_province, at=MARCH)
    roles = list(group.members.values_list("role", flat=True))
    assert (roles.count("主任"), roles.count("组员")) == (1, 11)
    client = signed_in(office)
    address = reverse("campaigns:bulletin_publish", args=[henan.pk])
    answer = client.post(address, SENT | {"units": [cast.city.pk], "attachments": [pdf(), pdf("二.pdf", PDF + b"2")]})
    assert answer.status_code == 302, answer.content.decode()
    row = Bulletin.objects.get()
    assert answer.url == reverse("campaigns:bulletin_detail", args=[henan.pk, row.pk])
    assert row.files.count() == 2
    assert "请各市按期开展" in client.get(answer.url).content.decode()
    assert Notice.objects.filter(key=f"bulletin.published:{row.pk}", recipient=cast.contact_city).exists()
    target = scene.listed(henan, cast)
    for name, pk in (
        ("enterprises:enterprise_edit", cast.site_a.pk),
        ("inspections:visit_plan", target.pk),
        ("campaigns:campaign_close", henan.pk),
    ):
        assert client.post(reverse(name, args=[pk]), {"reason": "改"}).status_code == 403


def test_a_city_signs_and_confirms_for_itself_alone(henan, cast, signed_in):
    row = sent(henan, cast, units=[cast.city, cast.other_city], asks_confirmation=True)
    own, other = row.receipts.get(unit=cast.city), row.receipts.get(unit=cast.other_city)
    client = signed_in(cast.contact_city)
    page = reverse("campaigns:bulletin_detail", args=[henan.pk, row.pk])
    said = client.get(page).content.decode()
    assert "漯河市签收" in said
    assert "洛阳市" not in said
    client.post(reverse("campaigns:bulletin_read", args=[henan.pk, row.pk, own.pk]))
    assert client.post(reverse("campaigns:bulletin_confirm", args=[henan.pk, row.pk, own.pk])).status_code == 302
    assert client.post(reverse("campaigns:bulletin_read", args=[henan.pk, row.pk, other.pk])).status_code == 403
    own.refresh_from_db()
    assert (own.read_by, own.confirmed_by) == (cast.contact_city, cast.contact_city)
    said = signed_in(cast.officer_province).get(page).content.decode()
    assert "已签收 1 个，已确认 1 个" in said
    assert "未签收" in said
    assert signed_in(cast.officer_a).get(page).status_code == 404
    assert BulletinReceipt.objects.filter(read_at=None).count() == 1
    assert AuditEvent.objects.filter(action__startswith="campaigns.bulletinreceipt").count() == 2


def test_reading_a_notice_does_not_sign_for_it(henan, cast, signed_in):
    row = sent(henan, cast)
    signed_in(cast.contact_city).get(reverse("campaigns:bulletin_detail", args=[henan.pk, row.pk]))
    assert row.receipts.get().read_at is None


def test_a_notice_goes_to_the_units_below_when_asked(henan, cast, signed_in):
    row = sent(henan, cast, below=True)
    assert {one.unit for one in row.receipts.all()} == {cast.city, cast.county_a, cast.county_b}
    page = reverse("campaigns:bulletin_detail", args=[henan.pk, row.pk])
    assert signed_in(cast.officer_a).get(page).status_code == 200


def test_a_correction_is_the_next_version_and_the_first_stays(henan, cast, signed_in):
    first = sent(henan, cast)
    address = reverse("campaigns:bulletin_amend", args=[henan.pk, first.pk])
    changed = SENT | {"title": "更正通知", "units": [cast.city.pk]}
    signed_in(cast.officer_province).post(address, changed)
    second = Bulletin.objects.get(version=2)
    assert second.replaces == first
    first.refresh_from_db()
    assert (first.title, first.body) == ("通知", "正文")
    with pytest.raises(Refused, match="已经有更新的版本"):
        sent(henan, cast, replaces=first)
    said = signed_in(cast.contact_city).get(reverse("campaigns:bulletin_list", args=[henan.pk])).content.decode()
    assert "更正通知" in said
    assert reverse("campaigns:bulletin_detail", args=[henan.pk, first.pk]) not in said


def test_a_correction_starts_from_all_receivers_and_takes_nothing_from_those_left_out(henan, cast, signed_in):
    first = sent(henan, cast, below=True)
    address = reverse("campaigns:bulletin_amend", args=[henan.pk, first.pk])
    form = signed_in(cast.officer_province).get(address).context["form"]
    assert set(form.initial["units"]) == {cast.city, cast.county_a, cast.county_b}
    assert set(form.initial["units"]) <= set(form.fields["units"].queryset)
    changed = SENT | {"title": "更正通知", "units": [cast.city.pk, cast.county_b.pk]}
    signed_in(cast.officer_province).post(address, changed)
    second = Bulletin.objects.get(version=2)
    assert {one.unit for one in second.receipts.all()} == {cast.city, cast.county_b}
    client = signed_in(cast.officer_a)
    page = reverse("campaigns:bulletin_detail", args=[henan.pk, first.pk])
    assert page in client.get(reverse("campaigns:bulletin_list", args=[henan.pk])).content.decode()
    hidden = reverse("campaigns:bulletin_detail", args=[henan.pk, second.pk])
    assert hidden not in client.get(page).content.decode()


def test_who_may_not_publish_is_told_so(henan, cast, signed_in):
    address = reverse("campaigns:bulletin_publish", args=[henan.pk])
    for person in (cast.officer_city, cast.leader_province, cast.discipline):
        assert signed_in(person).get(address).status_code == 403
    assert signed_in(cast.officer_province).post(address, SENT).status_code == 422


@pytest.mark.req("HN-77")
def test_a_new_contact_stands_on_new_notices_and_not_on_old_ones(henan, cast, signed_in):
    client = signed_in(cast.officer_province)
    address = reverse("campaigns:contact_set", args=[henan.pk])
    client.post(address, {"name": "示例甲", "phone": "0371-0000001", "email": "a@example.com"})
    old = sent(henan, cast)
    client.post(address, {"name": "示例乙", "phone": "0371-0000002"})
    new = sent(henan, cast)
    pages = {
        row: client.get(reverse("campaigns:bulletin_detail", args=[henan.pk, row.pk])).content.decode()
        for row in (old, new)
    }
    assert "示例甲，联系电话（传真）：0371-0000001，邮箱：a@example.com" in pages[old]
    assert "示例乙" not in pages[old]
    assert "示例乙，联系电话（传真）：0371-0000002" in pages[new]
    assert "示例乙 0371-0000002" in Notice.objects.filter(key=f"bulletin.published:{new.pk}")[0].body
    assert henan.desks.count() == 2


def imported(henan, cast, number=3, **more):
    fields = {"upload": pdf(f"附件{number}.pdf"), "valid_from": date(2020, 5, 11), "actor": cast.officer_province}
    return services.add_annex(henan, number, **({"at": MAY} | fields | more))


def planned(henan, cast, site, at):
    target = scene.listed(henan, cast, site)
    return scene.plan(target, cast, at=at)


@pytest.mark.req("HN-72")
def test_an_old_task_keeps_the_version_it_was_planned_with(henan, cast, signed_in):
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    first = imported(henan, cast, at=MARCH, valid_from=date(2020, 3, 20))
    old = planned(henan, cast, cast.site_a, MAY)
    with clock.travel(NEXT):
        second = imported(
            henan,
            cast,
            upload=pdf("附件3新.pdf", PDF + b"2"),
            at=MAY + timedelta(hours=1),
            valid_from=date(2020, 5, 12),
        )
        other = make.enterprise("漯河示例新厂", cast.county_a, cast.region_a, is_key=True)
        new = planned(henan, cast, other, NEXT)
        pages = [
            signed_in(cast.officer_a).get(reverse("inspections:assignment_detail", args=[row.pk])).content.decode()
            for row in (old, new)
        ]
    links = [reverse("campaigns:annex_file", args=[henan.pk, row.pk]) for row in (first, second)]
    assert [link in pages[0] for link in links] == [True, False]
    assert [link in pages[1] for link in links] == [False, True]
    assert AnnexVersion.objects.count() == 2
    assert len({row.digest for row in AnnexVersion.objects.all()}) == 2


@pytest.mark.req("HN-78")
def test_the_platforms_own_form_is_no_original_until_one_is_imported_for_new_tasks(henan, cast, signed_in):
    client = signed_in(cast.officer_province)
    blank = client.get(reverse("campaigns:annex_blank", args=[henan.pk, 3]))
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(blank.content)).pages)
    assert "非原件" in "".join(said.split())
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    old = planned(henan, cast, cast.site_a, MAY)
    with clock.travel(NEXT):
        client.logout()  # a day later the old session is over
        client = signed_in(cast.officer_province)
        sent_in = {"file": pdf("附件3.pdf"), "valid_from": "2020-05-12", "matches": "on"}
        answer = client.post(reverse("campaigns:annex_add", args=[henan.pk, 3]), sent_in)
        assert answer.url == reverse("campaigns:annex_list", args=[henan.pk])
        other = make.enterprise("漯河示例新厂", cast.county_a, cast.region_a, is_key=True)
        new = planned(henan, cast, other, NEXT + timedelta(hours=1))
        assert not services.is_original(henan, "record", old.planned_at)
        assert services.is_original(henan, "record", new.planned_at)
        marks = [services.annex_at(henan, 3, row.planned_at).mark for row in (old, new)]
        assert marks == ["非原件", ""]
        page = client.get(reverse("inspections:assignment_detail", args=[old.pk])).content.decode()
        assert "平台默认表样" in page
        page = client.get(reverse("inspections:assignment_detail", args=[new.pk])).content.decode()
        assert "（原件）" in page


def test_the_notes_of_a_visit_bear_the_mark_of_their_time(henan, cast):
    assert documents.issuing.NOT_ORIGINAL == "非原件"
    imported(henan, cast)
    assert not services.is_original(henan, "record", MAY)
    imported(henan, cast, upload=pdf("附件3.pdf", PDF + b"3"), matches=True, at=MAY + timedelta(hours=1))
    assert services.is_original(henan, "record", NEXT)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"upload": SimpleUploadedFile("表.xlsx", PDF)}, "请上传 PDF 或 Word"),
        ({"valid_from": date(2020, 5, 10)}, "不能早于今天"),
        ({"number": 8}, "附件目录里没有附件8"),
    ],
)
def test_what_is_no_annex_is_refused(henan, cast, changed, said):
    with pytest.raises(Refused, match=said):
        imported(henan, cast, **changed)
    assert not AnnexVersion.objects.exists()


def test_the_same_file_is_no_new_version(henan, cast):
    imported(henan, cast)
    with pytest.raises(Refused, match="完全相同"):
        imported(henan, cast)


@pytest.mark.req("LH-01")
def test_ending_the_superiors_document_lists_the_campaigns_that_stand_on_it(cast, blueprints, signed_in):
    load_blueprints(at=MARCH)
    row = services.create_from_blueprint("luohe-2021", unit=cast.city, year=2021, actor=cast.officer_city, at=MAY)
    page = reverse("campaigns:campaign_detail", args=[row.pk])
    assert "豫环办〔2021〕59号" in signed_in(cast.officer_city).get(page).content.decode()
    basis = LegalBasis.objects.get(number="豫环办〔2021〕59号")
    address = reverse("campaigns:basis_end", args=[basis.pk])
    assert signed_in(cast.officer_city).post(address, {"reason": "废止"}).status_code == 403
    client = signed_in(cast.officer_province)
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "已被新文件替代"}, follow=True)
    assert row.title in answer.content.decode()
    assert "受影响的行动 1 个" in answer.content.decode()
    said = signed_in(cast.officer_city).get(page).content.decode()
    assert "已停用" in said
    assert "已被新文件替代" in said
    with pytest.raises(Refused, match="已经停用"):
        services.end_basis(basis, actor=cast.officer_province, at=MAY, reason="再")


def test_a_document_is_registered_once(cast, signed_in):
    client = signed_in(cast.officer_province)
    address = reverse("campaigns:basis_list")
    assert client.post(address, {"number": "示例〔2020〕1号", "title": "示例文件"}).status_code == 302
    assert client.post(address, {"number": "示例〔2020〕1号", "title": "又一件"}).status_code == 422
    assert LegalBasis.objects.get(number="示例〔2020〕1号").title == "示例文件"
    assert signed_in(cast.officer_city).get(address).status_code == 200
    assert signed_in(cast.officer_city).post(address, {"number": "x", "title": "y"}).status_code == 403
