from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.gate import Person, ScopedQuerySet
from accounts.models import Unit, User
from campaigns.draw_rules import told
from campaigns.models.assignment import Assignment, Target
from campaigns.models.campaign import Campaign
from campaigns.models.pool import PoolVersion
from campaigns.public_sources import sealed_source
from campaigns.states import AdjustmentState, DrawState
from enterprises.models import Enterprise


class DrawQuerySet(ScopedQuerySet["Draw"]):
    view_capability = "draw.view"
    of_campaign = "campaign"

    def visible_to(self, user: Person) -> "DrawQuerySet":
        """Who may look at the unit's draws, and whoever takes part in one as its witness."""
        named = DrawParticipant.objects.filter(user=user.pk).values("draw")
        return self.filter(pk__in=super().visible_to(user).values("pk")) | self.filter(pk__in=named)

    def siblings(self, draw: "Draw") -> "DrawQuerySet":
        """What else the unit ever published in the campaign, whatever came of it."""
        rows = self.filter(unit=draw.unit_id, campaign=draw.campaign_id).exclude(published_at=None)
        return rows.exclude(pk=draw.pk).order_by("published_at", "pk")


class Draw(models.Model):
    """One random draw of enterprises and their inspectors (双随机抽查), which anybody can perform again."""

    State = DrawState

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="draws")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="draws")
    title = models.CharField(max_length=80)
    number = models.CharField(max_length=60, blank=True)
    token = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    # What the pool is taken from: {"regions": [...], "industries": [...], "key": "yes" | "no" | ""}
    filters = models.JSONField(default=dict)
    strata_by = models.JSONField(default=list)
    # In ten-thousandths; `ratios` holds what a stratum has of its own, null where it is not drawn this time.
    ratio = models.IntegerField()
    ratios = models.JSONField(default=dict)
    # Departments that draw together with the unit (联合双随机), and the items of the list that are checked; [] is all.
    partners = models.JSONField(default=list)
    checks = models.JSONField(default=list)
    team_size = models.IntegerField(default=2)
    speciality = models.CharField(max_length=20, blank=True)
    cross_region = models.BooleanField(default=False)
    avoid_previous = models.BooleanField(default=True)
    inspect_on = models.DateField()
    commit_by = models.DateTimeField()
    reveal_by = models.DateTimeField()
    public_at = models.DateTimeField()
    # A key of campaigns/data/public_sources.yaml; `public_at` follows from it and from `reveal_by`.
    public_source = models.CharField(max_length=20)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    items = models.ForeignKey(PoolVersion, null=True, on_delete=models.PROTECT, related_name="+")
    enterprises = models.ForeignKey(PoolVersion, null=True, on_delete=models.PROTECT, related_name="+")
    inspectors = models.ForeignKey(PoolVersion, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    pool_digest = models.CharField(max_length=64, blank=True)
    # Strata, counts and the public source as frozen, for pages: the frozen text may be long.
    summary = models.JSONField(default=dict)
    public_value = models.CharField(max_length=200, blank=True)
    value_entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    value_entered_at = models.DateTimeField(null=True)
    value_confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    value_confirmed_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=64, blank=True)
    # Who said what and when, as bound in `result_digest`: plain values, so that no later name changes a proof.
    protocol = models.JSONField(default=dict)
    result_digest = models.CharField(max_length=64, blank=True)
    drawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(null=True)
    redraw_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="redrawn")
    redraw_reason = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="draw_ratio", condition=Q(ratio__gt=0, ratio__lte=10_000)),
            models.CheckConstraint(name="draw_team", condition=Q(team_size__gte=2, team_size__lte=4)),
            models.CheckConstraint(
                name="draw_public_value_comes_last",
                condition=Q(commit_by__lt=F("reveal_by"), reveal_by__lt=F("public_at")),
            ),
            models.CheckConstraint(
                name="draw_published_is_sealed",
                condition=~Q(state__in=["published", "drawn", "superseded"])
                | Q(published_at__isnull=False) & ~Q(pool_digest=""),
            ),
            models.CheckConstraint(
                name="draw_drawn_has_its_seed",
                condition=~Q(state__in=["drawn", "superseded"]) | Q(drawn_at__isnull=False) & ~Q(seed=""),
            ),
            models.CheckConstraint(
                name="draw_value_by_two_people",
                condition=Q(value_confirmed_by=None) | ~Q(value_confirmed_by=F("value_entered_by")),
            ),
            models.CheckConstraint(name="draw_again_with_reason", condition=Q(redraw_of=None) | ~Q(redraw_reason="")),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="draw_unit")]

    def __str__(self) -> str:
        return self.number or self.title

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None

    @property
    def strata(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.summary.get("strata", [])
        return found

    @property
    def source(self) -> dict[str, Any]:
        """Where the public value comes from: as sealed, else as the file of sources has it."""
        found: dict[str, Any] = self.summary.get("source") or sealed_source(self.public_source)
        return found

    @property
    def source_told(self) -> str:
        return told(self.source)


class FrozenPool(models.Model):
    """What a draw draws from, as published: canonical JSON whose SHA-256 is the draw's `pool_digest`."""

    draw = models.OneToOneField(Draw, on_delete=models.CASCADE, related_name="frozen")
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.draw} 封存名单"


class DrawScheme(models.Model):
    """One version of what a draft came to: its terms and what the lists gave at that moment (抽取方案).

    Kept whenever terms, ratios or recusals change, or the lists are looked at again: pages read this, not the lists.
    """

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="schemes")
    number = models.IntegerField()
    terms = models.JSONField()
    # {"total", "strata", counts, "objections", and the first rows of each list}
    found = models.JSONField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="scheme_number")]

    def __str__(self) -> str:
        return f"{self.draw} 方案第{self.number}版"


class DrawParticipant(models.Model):
    """One of those whose secrets join in the seed: a commitment first, its value later, each said once."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", "组织方"
        WITNESS = "witness", "见证方"

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="participants")
    role = models.CharField(max_length=10, choices=Role.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=64, blank=True)
    committed_at = models.DateTimeField(null=True)
    value = models.CharField(max_length=64, blank=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["draw", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "role"], name="participant_role"),
            models.UniqueConstraint(fields=["draw", "user"], name="participant_once"),
            models.CheckConstraint(name="participant_commits_first", condition=Q(value="") | ~Q(commitment="")),
        ]

    def __str__(self) -> str:
        return f"{self.draw} {self.get_role_display()}{self.user.name}"


class Recusal(models.Model):
    """Why a person keeps away from an enterprise (in every draw), or from one draw altogether (回避)."""

    class Kind(models.TextChoices):
        OWN = "own", "自行回避"
        ASKED = "asked", "申请回避"
        ORDERED = "ordered", "指令回避"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recusals")
    enterprise = models.ForeignKey(Enterprise, null=True, on_delete=models.CASCADE, related_name="recusals")
    draw = models.ForeignKey(Draw, null=True, on_delete=models.CASCADE, related_name="recusals")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    reason = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="recusal_of_one_thing",
                condition=Q(enterprise__isnull=False, draw=None) | Q(enterprise=None, draw__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "enterprise"],
                name="recusal_once",
                condition=Q(ended_at=None, enterprise__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} {self.get_kind_display()}"


class DrawnTarget(models.Model):
    """One enterprise that was drawn, with its team as drawn and as it stands after adjustments."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="drawn")
    order = models.IntegerField()
    stratum = models.CharField(max_length=200)
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="drawn")
    drawn_team = models.JSONField()
    team = models.JSONField()
    is_dropped = models.BooleanField(default=False)
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="drawn")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "order"], name="drawn_order"),
            models.UniqueConstraint(fields=["draw", "target"], name="drawn_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 第{self.order}家"


class DrawAdjustment(models.Model):
    """A change after the draw: asked for with a reason, in force once another person approved it."""

    State = AdjustmentState

    class Kind(models.TextChoices):
        REPLACE = "replace", "更换检查人员"
        DROP = "drop", "不再检查该企业"

    drawn = models.ForeignKey(DrawnTarget, on_delete=models.CASCADE, related_name="adjustments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    person_out = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    person_in = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["drawn"], name="adjustment_one_asked", condition=Q(state="asked")),
            models.CheckConstraint(
                name="adjustment_by_two_people", condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(name="adjustment_with_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.drawn} {self.get_kind_display()}"
