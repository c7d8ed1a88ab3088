"""Working groups: who sits in which, and the rights that come with the place and go with it (HN-04, HN-79)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import Unit, User
from accounts.rules import Role
from accounts.services.people import give_place, revoke_grant
from campaigns.models import Assignment, Campaign, GroupMember, PlanRow, RegisterPerson, WorkGroup
from campaigns.states import AssignmentState, PlanState
from core import audit, locks
from core.refusals import Refused

ROLES = {
    WorkGroup.Rights.READ: Role.GROUP,
    WorkGroup.Rights.OFFICE: Role.OFFICE,
    WorkGroup.Rights.EXPERT: Role.EXPERT,
    WorkGroup.Rights.PATROL: Role.DISCIPLINE,
}
# These read the authority's whole area; experts and patrol only what the campaign itself holds.
OVER_UNIT = frozenset({WorkGroup.Rights.READ, WorkGroup.Rights.OFFICE})
# The register of the teams that are sent out.
TEAMS = "team_task"
ENDED = (AssignmentState.REFUSED, AssignmentState.CANCELLED)


def add_member(
    group: WorkGroup,
    user: User | None,
    *,
    role: str,
    actor: User,
    at: datetime,
    name: str = "",
    post: str = "",
) -> GroupMember:
    """One person takes a place in a group; one may sit in several, and may do what all of them allow (HN-79).

    Without an account the person stands there by name and office alone, and has no rights.
    """
    name = "".join(name.split())
    if user is None and not name:
        raise Refused("请选择人员，或者填写姓名。", field="user", status=422)
    if user is not None and not user.is_active:
        raise Refused(f"{user.name}的账号已停用，不能编入工作组。", field="user", status=422)
    who = user.name if user else name
    try:
        with transaction.atomic():
            if user is not None and group.rights == WorkGroup.Rights.PATROL:
                hold_teams(group.campaign, [user])
                refuse_inspected(group.campaign, user)
            member = GroupMember.objects.create(
                group=group,
                user=user,
                name=who[:40],
                post=(post.strip() or (user.post if user else ""))[:80],
                role=role.strip()[:20] or "组员",
            )
            grant_with(member, actor, at)
            after = {"group": group.name, "role": member.role, "name": who}
            audit.record("campaigns.groupmember.add", member, actor=actor, at=at, after=after)
    except IntegrityError as error:
        raise Refused(f"{who}已在{group.name}中。", field="user") from error
    return member


def grant_with(member: GroupMember, actor: User, at: datetime) -> None:
    """The right of the group, for whoever has an account."""
    group = member.group
    rights = WorkGroup.Rights(group.rights)
    if member.user is None or rights not in ROLES:
        return
    over: Unit | None = group.campaign.unit if rights in OVER_UNIT else None
    reason = f"编入{group.campaign.title}{group.name}"
    member.grant = give_place(
        member.user, ROLES[rights], campaign_id=group.campaign_id, unit=over, actor=actor, at=at, reason=reason
    )
    member.save(update_fields=["grant"])


def remove_member(member: GroupMember, *, actor: User, at: datetime) -> None:
    """The place ends, and with it the right that came with it."""
    with transaction.atomic():
        before = {"group": member.group.name, "user": member.user_id, "name": member.who, "role": member.role}
        audit.record("campaigns.groupmember.remove", member, actor=actor, at=at, before=before)
        grant = member.grant
        member.delete()
        if grant is not None and grant.revoked_at is None:
            revoke_grant(grant, actor=actor, at=at, reason=f"移出{before['group']}")


def end_group_rights(campaign: Campaign, *, actor: User, at: datetime) -> None:
    """The campaign is over: places stay on the paper, the rights that came with them do not."""
    places = GroupMember.objects.filter(group__campaign=campaign, grant__revoked_at=None, grant__isnull=False)
    for member in places.select_related("grant", "group"):
        assert member.grant is not None
        revoke_grant(member.grant, actor=actor, at=at, reason=f"{campaign.title}已结束：{member.group.name}")


def members_of(campaign: Campaign, *keys: str) -> QuerySet[User]:
    """Who sits in one of these groups and has an account."""
    places = GroupMember.objects.filter(group__campaign=campaign, group__key__in=keys, user__isnull=False)
    return User.objects.filter(pk__in=places.values("user"), is_active=True)


def patrols(campaign: Campaign, people: Iterable[User | int]) -> set[int]:
    """Which of these people sit in a group that patrols the campaign's teams."""
    places = GroupMember.objects.filter(group__campaign=campaign, group__rights=WorkGroup.Rights.PATROL)
    found = places.filter(user__in=list(people)).values_list("user_id", flat=True)
    return {pk for pk in found if pk is not None}


def hold_teams(campaign: Campaign, people: Iterable[User]) -> None:
    """Patrol and team exclude each other: whoever writes the one looks first whether there is the other."""
    for pk in sorted({person.pk for person in people}):
        locks.hold("campaign-team", str(campaign.pk), str(pk))


def refuse_inspected(campaign: Campaign, user: User) -> None:
    """Nobody patrols a campaign in whose teams the person stands or stood (廉政巡查与被巡查的检查组互斥)."""
    led = Q(lead_inspector=user) | Q(second_inspector=user) | Q(expert=user)
    found = Assignment.objects.filter(led, target__campaign=campaign).exclude(state__in=ENDED)
    if row := found.select_related("target__enterprise").order_by("-planned_on").first():
        raise Refused(
            f"{user.name}是本行动检查组人员（{row.planned_on} {row.target.enterprise.name}），不能编入巡查组。",
            field="user",
        )
    teams = RegisterPerson.objects.filter(user=user, field="members", entry__register=TEAMS, entry__campaign=campaign)
    if seat := teams.select_related("entry").first():
        raise Refused(f"{user.name}是本行动检查组成员（{seat.entry}），不能编入巡查组。", field="user")
    planned = PlanRow.objects.filter(Q(lead=user) | Q(second=user), plan__campaign=campaign)
    if planned.exclude(plan__state=PlanState.REPLACED).exists():
        raise Refused(f"{user.name}在本行动的执法计划中有检查任务，不能编入巡查组。", field="user")
