from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.gate import ScopedQuerySet
from accounts.models import Region, Unit, User
from core.models import StoredFile
from enterprises.rules.industries import industry_name
from enterprises.rules.searching import plain, wanted
from enterprises.states import SiteState

if TYPE_CHECKING:
    from enterprises.models.permit import Permit


class LegalEntity(models.Model):
    """One legal person or other body that answers for sites. The code is missing where the body has none."""

    # NULL is "has none", and many may have none.
    uscc = models.CharField(max_length=18, null=True, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, blank=True)
    representative = models.CharField(max_length=40, blank=True)
    # Why a code whose check character disagrees stands all the same, and the licence that shows it.
    checksum_override = models.CharField(max_length=200, blank=True)
    licence = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class LegalEntityName(models.Model):
    """A name or code that an entity bore in a time; the current one has no end."""

    entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=120)
    uscc = models.CharField(max_length=18, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["entity"], name="entity_name_entity"),
            models.Index(fields=["uscc"], name="entity_name_uscc"),
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseQuerySet(ScopedQuerySet["Enterprise"]):
    view_capability = "enterprise.view"
    enterprise_lookup = "pk"

    def active(self) -> "EnterpriseQuerySet":
        return self.filter(state=SiteState.ACTIVE)

    def searched(self, query: str) -> "EnterpriseQuerySet":
        """Sites whose name, former name or code contains the text (two characters at least, else nothing is found)."""
        terms = wanted(query)
        if not terms:
            return self.none()
        former = EnterpriseName.objects.filter(enterprise=OuterRef("pk"), name__icontains=query.strip())
        code = plain(query)
        return self.filter(search__contains=terms).filter(
            Q(name__icontains=query.strip()) | Q(entity__uscc__contains=code) | Exists(former)
        )

    def confirmed(self) -> "EnterpriseQuerySet":
        return self.filter(is_confirmed=True)


class Enterprise(models.Model):
    """One production site (排污单位): what is inspected, warned, mended and reported."""

    State = SiteState

    class Grade(models.TextChoices):
        A = "A级", "A级"
        B = "B级", "B级"
        NO = "否", "否"

    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="sites")
    site_number = models.IntegerField(default=1)
    name = models.CharField(max_length=120)
    # Bigrams of the name, its former names and the code: Chinese names are searched by two characters.
    search = ArrayField(models.CharField(max_length=2), default=list)
    sort_key = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="enterprises")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="enterprises")
    town = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    place_kind = models.CharField(max_length=20, blank=True)
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)
    coordinate_source = models.CharField(max_length=20, blank=True)
    industry = models.IntegerField(null=True)
    industry_text = models.CharField(max_length=60, blank=True)
    gb4754 = models.CharField(max_length=4, blank=True)
    enterprise_type = models.CharField(max_length=40, blank=True)
    is_key = models.BooleanField(default=False)
    in_yellow_river_basin = models.BooleanField(default=False)
    is_ultra_low = models.BooleanField(null=True)
    performance_grade = models.CharField(max_length=4, choices=Grade.choices, default=Grade.NO)
    self_accepted_since_2019 = models.BooleanField(null=True)
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    # A site without a code, or with an overridden check character, is confirmed by a second person.
    is_confirmed = models.BooleanField(default=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entity", "site_number"], name="enterprise_site"),
            models.CheckConstraint(
                name="enterprise_other_industry_named", condition=~Q(industry=22) | ~Q(industry_text="")
            ),
            models.CheckConstraint(
                name="enterprise_place_in_pairs",
                condition=Q(longitude=None, latitude=None) | Q(longitude__isnull=False, latitude__isnull=False),
            ),
            models.CheckConstraint(
                name="enterprise_confirmed_with_when", condition=Q(confirmed_at=None) | Q(confirmed_by__isnull=False)
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="enterprise_search"),
            models.Index(fields=["unit", "sort_key", "id"], name="enterprise_unit_sort"),
            models.Index(fields=["sort_key", "id"], name="enterprise_sort"),
            models.Index(fields=["name"], name="enterprise_name"),
            models.Index(fields=["unit", "id"], name="enterprise_unconfirmed", condition=Q(is_confirmed=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def industry_label(self) -> str:
        """钢铁; of "其他具体行业" the text that was written."""
        return industry_name(self.industry, self.industry_text)

    @property
    def discharge_permit(self) -> "Permit | None":
        """The one in use, of those that were prefetched."""
        held = [permit for permit in self.permits.all() if permit.kind == "discharge"]
        return max(held, key=lambda permit: permit.runs_until, default=None)

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.pk


class EnterpriseName(models.Model):
    """A name the site bore in a time; the current one has no end."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=120)
    # Empty where a list only says that the name was borne once.
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["enterprise"], name="enterprise_name_site"),
            models.Index(fields=["name"], name="enterprise_name_name"),
        ]

    def __str__(self) -> str:
        return self.name
