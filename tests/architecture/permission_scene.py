"""One row of every kind for the permission matrix, all of county A and site A, and how each URL is asked for."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models

from accounts.models import Grant, User
from campaigns import services as campaigns
from campaigns.documents import groups_paper
from campaigns.models import Campaign, PhaseWindow, Target
from campaigns.services import consents, leads
from core.files import store
from core.models import ChatRobot, EvidenceUpload, PrintedDocument, StoredFile, Submission, SubmissionFile
from core.notices import notify
from enterprises.models import Enterprise, ImportBatch, ImportRow, Permit, PositiveListEntry
from enterprises.services import positive, slips
from inspections import documents
from inspections.models import Evidence, Issue, Rectification
from inspections.services import issues, locking, selfchecks
from penalties import services as penalties
from penalties.models import PenaltyCase
from reporting.models import ReportPeriod, UnitReport
from reporting.services import briefs, freeze, periods
from tests import factories as make
from tests.architecture import permission_coverage, permission_draws, permission_plans, permission_registers
from tests.campaigns import scene as henan
from tests.cast import Cast, assemble
from tests.enterprises import lists
from tests.inspections import scene as field_work

# Tuesday 2020-06-09 12:00 in Shanghai: the inspections run, seven weeks are frozen or due, the eighth is open.
NOW = datetime(2020, 6, 9, 4, 0, tzinfo=UTC)
TODAY = date(2020, 6, 9)
MAY = datetime(2020, 5, 13, 1, 0, tzinfo=UTC)
REASON = {"reason": "按规定办理"}
OWN = "own"
WRONG_PARENT = "wrong parent"


@dataclass(frozen=True)
class Ask:
    """How one URL is asked: the ids in its path, the query of a GET, what a POST or PUT carries."""

    ids: Mapping[str, object] = field(default_factory=dict)
    query: str = ""
    sent: Any = None


Doors = dict[str, dict[str, Ask]]


def one(ask: Ask) -> dict[str, Ask]:
    """A URL with a single way through it."""
    return {OWN: ask}


@dataclass
class Stage:
    """What the doors lead to. Sites, targets and visits of county A are named by what is special about them."""

    cast: Cast
    henan: Campaign
    draft: Campaign
    sites: dict[str, Enterprise]
    rows: dict[str, Any] = field(default_factory=dict)

    def target(self, name: str) -> Target:
        return Target.objects.select_related("campaign", "enterprise", "unit").get(
            campaign=self.henan, enterprise=self.sites[name]
        )

    def acts(self, name: str) -> field_work.Scene:
        return field_work.Scene(self.cast, self.henan, self.target(name))


SITES = {
    "free": "漯河示例铸造厂",
    "drafting": "漯河示例玻璃厂",
    "handed": "漯河示例水泥厂",
    "ahead": "漯河示例皮革厂",
    "running": "漯河示例橡胶厂",
    "listed": "漯河示例电力厂",
    "noticed": "漯河示例农药厂",
    "decided": "漯河示例化肥厂",
    "served": "漯河示例塑料厂",
}


def build() -> Stage:
    """About a thousand rows in a few seconds. Call it inside `clock.travel(NOW)`."""
    cast = assemble()
    sites = {"done": cast.site_a} | {
        key: make.enterprise(name, cast.county_a, cast.region_a, is_key=True) for key, name in SITES.items()
    }
    for site in sites.values():
        if site != cast.site_a:
            make.grant(cast.enterprise_a, "enterprise", kind="enterprise", subject_id=site.pk)
    henan.load()
    campaign = henan.published(cast)
    henan.listed(campaign, cast)
    henan.pledged(campaign, cast.inspector_a, cast.second_a)
    draft = campaigns.create_from_blueprint(
        "henan-2020", unit=cast.province, year=2021, actor=cast.officer_province, at=MAY
    )
    stage = Stage(cast, campaign, henan.ready(draft, cast.officer_province), sites)
    for part in (
        register,
        organise,
        publish_papers,
        reported_events,
        research,
        self_checks,
        plans,
        running,
        done,
        ledger,
        cases,
        week,
        others,
        drawing,
        unit_plans,
        entering,
    ):
        part(stage)
    return stage


def register(stage: Stage) -> None:
    """Permit, positive list, slip, membership, an uploaded list with a doubtful line, a site to be confirmed."""
    cast, rows = stage.cast, stage.rows
    rows["permit"] = Permit.objects.create(enterprise=cast.site_a, kind="eia", number="漯环审〔2015〕12号")
    rows["entry"] = positive.add_entry(
        cast.site_a, ground="环保信用诚信企业", valid_from=TODAY, valid_to=None, actor=cast.officer_a, at=MAY
    )
    rows["slip"] = slips.print_slips([cast.site_a], actor=cast.officer_a, at=MAY)[0].slip
    rows["membership"] = Grant.objects.get(user=cast.enterprise_a, subject_id=cast.site_a.pk)
    content = lists.listing(lists.row(1), lists.row(2, 经度="不详"))
    batch = lists.upload(content, cast.city, cast.officer_city)
    rows["batch"] = ImportBatch.objects.get(pk=batch.pk)
    rows["doubtful"] = ImportRow.objects.create(
        batch=batch, sheet="名单", number=900, outcome="doubtful", candidates=[cast.site_a.pk]
    )
    rows["unconfirmed"] = make.enterprise(
        "源汇示例物料堆场", cast.county_a, cast.region_a, is_confirmed=False, created_by=cast.officer_city
    )


def organise(stage: Stage) -> None:
    """A member, a contact person and a window of the campaign, and the same of another for the wrong parent."""
    cast, rows = stage.cast, stage.rows
    for name, campaign in (("", stage.henan), ("other ", stage.draft)):
        group = campaign.groups.first()
        rows[f"{name}member"] = campaigns.add_member(
            group, cast.officer_province, role="组员", actor=cast.leader_province, at=MAY
        )
        rows[f"{name}contact"] = campaigns.name_contact(
            campaign, cast.city, cast.contact_city, actor=cast.officer_city, at=MAY
        )
        rows[f"{name}window"] = PhaseWindow.objects.create(
            phase=campaign.phases.get(key="inspect"),
            unit=cast.city,
            starts_on=date(campaign.year, 5, 6),
            ends_on=date(campaign.year, 6, 26),
            reason="疫情防控",
            asked_by=cast.officer_city,
            asked_at=MAY,
        )
    rows["groups paper"] = groups_paper(stage.henan, by=cast.officer_province, at=MAY)


def publish_papers(stage: Stage) -> None:
    """What a unit files, what is told to it, an annex and a basis."""
    cast, rows = stage.cast, stage.rows
    rows["readiness"] = campaigns.file_readiness(
        stage.henan,
        cast.city,
        "measures",
        {"title": "措施"},
        upload=SimpleUploadedFile("措施.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf"),
        actor=cast.officer_city,
        at=MAY,
    )
    rows["bulletin"] = campaigns.publish_bulletin(
        stage.henan,
        title="通知",
        body="正文",
        units=[cast.city],
        asks_confirmation=True,
        uploads=[SimpleUploadedFile("通知.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")],
        actor=cast.officer_province,
        at=MAY,
    )
    rows["annex"] = campaigns.add_annex(
        stage.henan,
        3,
        upload=SimpleUploadedFile("附件3.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf"),
        valid_from=MAY.date(),
        actor=cast.officer_province,
        at=MAY,
    )
    rows["basis"] = campaigns.add_basis(
        number="示例〔2020〕1号", title="示例文件", valid_from=None, valid_to=None, actor=cast.officer_province, at=MAY
    )


def reported_events(stage: Stage) -> None:
    """A lead of county A with its reporter, one taken up, one of a place, one about officers' conduct."""
    cast, rows = stage.cast, stage.rows
    told = leads.Told("hotline", "夜间排放黑烟", MAY, enterprise=cast.site_a, reporter="匿名示例群众")
    rows["lead"] = leads.register(told, unit=cast.county_a, actor=cast.officer_a, at=MAY)
    second = leads.register(replace(told, kind="web"), unit=cast.county_a, actor=cast.officer_a, at=MAY)
    rows["accepted lead"] = leads.accept(second, actor=cast.officer_a, at=MAY)
    placed = replace(told, enterprise=None, address="沙河东岸料堆")
    rows["placed lead"] = leads.register(placed, unit=cast.county_a, actor=cast.officer_a, at=MAY)
    conduct = replace(told, detail="反映检查人员接受宴请", is_integrity=True)
    rows["integrity lead"] = leads.register(conduct, unit=cast.county_a, actor=cast.officer_a, at=MAY)


def research(stage: Stage) -> None:
    """The enterprise is asked whether a research visit may come, and has not answered."""
    cast = stage.cast
    target = make.target(make.campaign(cast.city), cast.site_a)
    row = make.assignment(target, cast.inspector_a, cast.second_a, kind="research", planned_on=TODAY)
    stage.rows["consent"] = consents.ask_consent(row, actor=cast.officer_a, at=MAY)


def self_checks(stage: Stage) -> None:
    """One being filled (with a photo), one on the county's desk, one filed."""
    rows, owner = stage.rows, stage.cast.enterprise_a
    drafting = selfchecks.begin(stage.target("drafting"), actor=owner, at=field_work.APRIL)
    rows["self check draft"] = drafting
    rows["sheet"] = Submission.objects.select_related("definition").get(pk=drafting.client_id)
    rows["photo"] = picture("navy", owner)
    SubmissionFile.objects.create(submission=rows["sheet"], file=rows["photo"])
    EvidenceUpload.objects.create(sha256=rows["photo"].sha256, user=owner, uploaded_at=NOW)
    rows["self check handed"] = field_work.handed_in(stage.acts("handed"))
    rows["self check filed"] = field_work.filed(stage.acts("done"))


def picture(colour: str, by: User) -> StoredFile:
    return store(field_work.photo(colour), name=f"{colour}.jpg", by=by, at=NOW, kind="photo")


def plans(stage: Stage) -> None:
    """A visit that is planned, and one that waits for the leader because the site is on the positive list."""
    cast, rows = stage.cast, stage.rows
    rows["visit ahead"] = field_work.planned(stage.acts("ahead"), expert=True, planned_on=TODAY)
    PositiveListEntry.objects.create(
        enterprise=stage.sites["listed"], ground="环保信用诚信企业", valid_from=date(2020, 4, 1), entered_at=MAY
    )
    rows["asked"] = henan.plan(
        stage.target("listed"), cast, planned_on=TODAY, lead_kind="complaint", lead_detail="群众反映夜间异味", at=NOW
    )


def running(stage: Stage) -> None:
    """A visit under way, its sheet in the lead's hand."""
    record = field_work.begun(stage.acts("running"), at=NOW, planned_on=TODAY)
    stage.rows["visit running"], stage.rows["record running"] = record.visit, record


def done(stage: Stage) -> None:
    """A visit whose record is locked, printed, with a photo and signatures."""
    cast, rows = stage.cast, stage.rows
    record = field_work.ready(stage.acts("done"), field_work.finding())
    locking.submit(record, late_reason="", actor=cast.inspector_a, at=field_work.NOON)
    record = field_work.fresh(record)
    rows["record"], rows["visit"] = record, record.visit
    rows["signature"] = record.signatures.first()
    rows["evidence"] = Evidence.objects.create(
        visit=record.visit, file=picture("green", cast.inspector_a), taken_by=cast.inspector_a, recorded_at=MAY
    )
    rows["paper"] = documents.issue(record, documents.NOTES, by=cast.inspector_a, at=NOW)


def ledger(stage: Stage) -> None:
    """An issue to be mended, one reported mended with a photo, and a report of county B for the wrong parent."""
    cast, rows = stage.cast, stage.rows
    rows["issue"] = Issue.objects.select_related("unit", "enterprise").get(visit=rows["visit"])
    rows["reported"] = make.issue(rows["record"], at=MAY)
    rows["report of mending"] = reported(rows["reported"], cast.enterprise_a, "olive")
    away = make.assignment(make.target(stage.draft, cast.site_b), cast.inspector_b, cast.second_a, state="done")
    other = make.issue(make.locked_record(make.visit(away, state="submitted")), at=MAY)
    rows["other issue"], rows["other report of mending"] = other, reported(other, cast.enterprise_b, "purple")
    rows["handover"] = permission_coverage.too_late(cast, make.issue(rows["record"], at=MAY), NOW)


def reported(issue: Issue, owner: User, colour: str) -> Rectification:
    return issues.report_rectification(issue, "已检修", [picture(colour, owner)], actor=owner, at=NOW)


def cases(stage: Stage) -> None:
    """One case at each step, and a paper of county B's case for the wrong parent."""
    rows = stage.rows
    rows["case filed"] = filed(stage, rows["reported"])
    rows["case noticed"] = noticed(stage, filed(stage, visited(stage, "noticed")))
    rows["case decided"] = decided(stage, noticed(stage, filed(stage, visited(stage, "decided"))))
    rows["case served"] = served(stage, decided(stage, noticed(stage, filed(stage, visited(stage, "served")))))
    rows["case paper"] = PrintedDocument.objects.of(rows["case decided"]).first()
    rows["other case paper"] = PrintedDocument.objects.of(rows["case served"]).first()


def visited(stage: Stage, name: str) -> Issue:
    cast = stage.cast
    assigned = make.assignment(stage.target(name), cast.inspector_a, cast.second_a, state="done")
    return make.issue(make.locked_record(make.visit(assigned, state="submitted")), at=MAY)


def filed(stage: Stage, issue: Issue) -> PenaltyCase:
    cast = stage.cast
    filing = penalties.Filing(
        cause="大气污染防治设施不正常运行案",
        violated_article="《大气污染防治法》第二十条第二款",
        penalty_article="《大气污染防治法》第九十九条第三项",
        facts="除尘设施不正常运行",
        investigators=[cast.inspector_a, cast.second_a],
        filed_on=date(2020, 5, 14),
    )
    issue = Issue.objects.select_related("unit__parent", "enterprise__entity", "campaign").get(pk=issue.pk)
    return penalties.file_case(issue, filing, actor=cast.officer_a, at=NOW)


def noticed(stage: Stage, case: PenaltyCase) -> PenaltyCase:
    return penalties.give_notice(
        case, day=date(2020, 5, 20), fine=Decimal(100000), text="事实、理由、依据", actor=stage.cast.officer_a, at=NOW
    )


def decided(stage: Stage, case: PenaltyCase) -> PenaltyCase:
    said = penalties.Deciding(
        day=date(2020, 6, 2),
        fine=Decimal(100000),
        evidence="现场检查笔录",
        defence="当事人未提出陈述申辩，未申请听证",
        discretion="首要因素 3 级",
        payment="15 日内缴至指定银行",
    )
    return penalties.decide(case, said, actor=stage.cast.leader_city, at=NOW)


def served(stage: Stage, case: PenaltyCase) -> PenaltyCase:
    said = penalties.Serving(date(2020, 6, 4), "直接送达", "秦厂长", "企业办公室", stage.cast.second_a)
    return penalties.serve(case, said, actor=stage.cast.officer_a, at=NOW)


def week(stage: Stage) -> None:
    """The seventh week frozen with its summary, the eighth open."""
    periods.ensure(stage.henan, NOW)
    frozen = ReportPeriod.objects.get(campaign=stage.henan, number=7)
    freeze.freeze(frozen, NOW)
    rows = stage.rows
    rows["frozen period"] = frozen
    rows["summary"] = frozen.summaries.get()
    rows["brief"] = briefs.make_brief(frozen, text="本周情况", closing="", actor=stage.cast.officer_province, at=NOW)
    rows["frozen report"] = UnitReport.objects.get(period=frozen, unit=stage.cast.city)
    rows["report"] = UnitReport.objects.get(period__campaign=stage.henan, period__number=8, unit=stage.cast.city)
    rows["confirmation"] = rows["report"].confirmations.get(unit=stage.cast.county_a)


def others(stage: Stage) -> None:
    """A notice of one person, a grant of another."""
    cast, rows = stage.cast, stage.rows
    notify([cast.officer_a], "测试消息", "正文", key="matrix", at=NOW)
    rows["notice"] = cast.officer_a.notices.get(key="matrix")
    robot = {"kind": "wecom", "url": "http://127.0.0.1:9/send?key=matrix", "set_at": NOW}
    ChatRobot.objects.create(unit_id=cast.county_b.pk, **robot)
    rows["grant"] = cast.inspector_a.grants.get()
    rows["other grant"] = cast.inspector_b.grants.get()


def drawing(stage: Stage) -> None:
    stage.rows["draws"] = permission_draws.build(stage.cast, stage.henan, NOW)
    stage.rows["offsite"] = permission_coverage.build(stage.cast, stage.target("free"), NOW)


def unit_plans(stage: Stage) -> None:
    stage.rows["plans"] = permission_plans.build(stage.cast, stage.henan, NOW)


def entering(stage: Stage) -> None:
    """A call for help of county A with a photo, answered once by the command group, and a training with a trainee."""
    stage.rows["registers"] = permission_registers.build(stage.cast, stage.henan, NOW)


def key(row: models.Model) -> dict[str, object]:
    return {"pk": row.pk}


def signature() -> str:
    return "data:image/png;base64," + base64.b64encode(field_work.png()).decode()


def upload(name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, field_work.photo("teal"), "image/jpeg")
