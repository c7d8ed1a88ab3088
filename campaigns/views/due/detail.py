"""One thing due: the sentence that obliges, how its day was worked out, the answers, and what a superior may do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import may, require
from accounts.models import Unit, User
from campaigns.forms.due import AnswerForm
from campaigns.models import DueAnswer, DueAnswerFile
from campaigns.registers.services import version_of
from campaigns.registers.services.owed import statement
from campaigns.services import due, plans
from campaigns.services.due import looking
from campaigns.services.due.opening import POLICY_SAID
from campaigns.views.due.frame import Due, due_or_404
from campaigns.views.frame import person
from core import clock
from core.commands import carried_out, reason_of
from core.files import clean_name, serve, store
from core.models import StoredFile
from core.refusals import NotAllowed, Refused
from core.rules import OnHoliday
from core.wording import until
from enterprises.rules.quarters import Quarter

DETAIL = "campaigns:due_detail"
RETURN, RELEASE = "campaign.manage", "campaign.approve"


@login_required
@require_GET
def due_detail(request: HttpRequest, pk: int) -> HttpResponse:
    found = due_or_404(request, pk)
    return page(request, found, AnswerForm(parts=due.parts_of(found.entry)))


def page(request: HttpRequest, found: Due, form: AnswerForm, status: int = 200) -> HttpResponse:
    row, user = found.row, person(request)
    answers = list(
        DueAnswer.objects.filter(obligation=row)
        .select_related("unit", "written_by", "returned_by")
        .prefetch_related("files__file")
    )
    last = answers[0] if answers else None
    listed = due.listed_units(row)
    owner = next((unit for unit in listed if unit.path == row.unit_path), None)
    returned = last is not None and last.returned_at is not None
    context = {
        "row": row,
        "campaign": found.campaign,
        "entry": found.entry,
        "standing": looking.standing(row, clock.now()),
        "steps": arithmetic(found),
        "owner": owner,
        "light": light_of(found, owner),
        "permits": quarter_of(found) if found.entry.fact == due.PERMITS else None,
        "statement": statement(found.campaign, found.entry, row, clock.now()) if found.entry.reported else "",
        "told_by": version_of(found.entry.register) if found.entry.register else None,
        "joint": [unit for unit in listed if unit.path != row.unit_path],
        "fallback": found.entry.key in due.laid_upon(found.campaign).fallback,
        "answers": answers,
        "returned": last if returned else None,
        "form": form,
        "answers_for": due.answering_unit(row, user) if asks(found) else None,
        "returns": last is not None and not returned and may(user, RETURN, found.campaign),
        "releases": row.met_at is None and row.waived_at is None and may(user, RELEASE, found.campaign),
        "crumbs": [("期限", "/campaigns/due/"), (row.title, "")],
    }
    return render(request, "campaigns/due/due_detail.html", context, status=status)


def light_of(found: Due, owner: Unit | None) -> plans.Light | None:
    """What is still missing, where the platform counts it itself."""
    if owner is None or not found.entry.counted or found.entry.register or found.entry.fact == due.PERMITS:
        return None
    day = found.row.nominal_on or clock.day_of(found.row.due_at)
    return plans.light_of(found.campaign, found.entry.fact, owner, day, clock.now())


def asks(found: Due) -> bool:
    return found.row.waived_at is None and due.asks(found.row, found.entry, clock.now())


def quarter_of(found: Due) -> Quarter:
    return Quarter.of(found.row.nominal_on or clock.day_of(found.row.due_at))


WEEKDAYS = "一二三四五六日"


def arithmetic(found: Due) -> list[tuple[str, str]]:
    """From the words of the plan to the day: every step that was taken."""
    row, day = found.row, clock.day_of(found.row.due_at)
    steps = [("方案规定", found.entry.said)]
    if row.workdays is not None and row.nominal_on is not None:
        steps.append(("起算", f"{row.nominal_on}（次日起）第 {row.workdays} 个工作日"))
    elif row.nominal_on is not None:
        steps.append(("原定日期", f"{row.nominal_on} 周{WEEKDAYS[row.nominal_on.weekday()]}"))
        policy = POLICY_SAID[OnHoliday(row.on_holiday or OnHoliday.KEEP)]
        steps.append(("休息日", policy if day == row.nominal_on else f"原定日期是休息日，{policy}"))
    steps.append(("到期", f"{until(row.due_at)} 周{WEEKDAYS[day.weekday()]}"))
    return steps


@login_required
@require_POST
def due_answer(request: HttpRequest, pk: int) -> HttpResponse:
    found, user, at = due_or_404(request, pk), person(request), clock.now()
    if due.answering_unit(found.row, user) is None:
        require_listed(user, found)
    form = AnswerForm(request.POST, parts=due.parts_of(found.entry))
    if form.is_valid():
        try:
            answer = due.submit(found.row, form.texts(), files=attached(request, user), actor=user, at=at)
        except Refused as refusal:
            told(form, refusal)
        else:
            late = "（逾期报送，已记录）" if answer.is_late else ""
            messages.success(request, f"已报送第 {answer.number} 版{late}。")
            return redirect(DETAIL, pk)
    return page(request, found, form, status=422)


def require_listed(user: User, found: Due) -> None:
    """A person of no listed unit may not answer, superiors included; the denial is on the trail."""
    require(user, "due.answer", Nowhere())
    raise NotAllowed("只有列明的牵头或配合单位的经办、联络人员可以报送。")


class Nowhere:
    """What nobody holds a capability over."""

    gate_path = ""
    gate_enterprise_id = None


def told(form: AnswerForm, refusal: Refused) -> None:
    for place, said in refusal.errors.items() or {"": [refusal.message]}.items():
        form.add_error(form.field_named(place), said)


def attached(request: HttpRequest, user: User) -> list[tuple[StoredFile, str]]:
    """What was sent along, kept. Refused when a file is empty, too large or of no kind that is kept."""
    kept = []
    for upload in request.FILES.getlist("files"):
        name = clean_name(upload.name or "附件")
        kept.append((store(upload, name=name, by=user, at=clock.now(), kind="attachment"), name))
    return kept


@login_required
@require_POST
def due_return(request: HttpRequest, pk: int) -> HttpResponse:
    found, user, at = due_or_404(request, pk), person(request), clock.now()
    require(user, RETURN, found.campaign)
    reason = reason_of(request)
    command = lambda: due.send_back(found.row, reason=reason, actor=user, at=at)  # noqa: E731
    return carried_out(request, command, "已退回，责任单位须重新报送。", DETAIL, pk)


@login_required
@require_POST
def due_release(request: HttpRequest, pk: int) -> HttpResponse:
    found, user, at = due_or_404(request, pk), person(request), clock.now()
    require(user, RELEASE, found.campaign)
    reason = reason_of(request)
    command = lambda: due.release(found.row, reason=reason, actor=user, at=at)  # noqa: E731
    return carried_out(request, command, "已免除，理由已告知责任单位。", DETAIL, pk)


@login_required
@require_GET
def due_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    found = due_or_404(request, pk)
    row = get_object_or_404(DueAnswerFile.objects.select_related("file"), pk=file_pk, answer__obligation=found.row)
    return serve(request, row.file, row.name)
