"""The list as most Django projects would take it in: django-import-export in its default mode, into the same tables."""

from pathlib import Path
from typing import Any

from import_export import fields, resources, widgets
from tablib import Dataset

from accounts.models import Region
from enterprises.models import Enterprise, EnterpriseName, LegalEntity, LegalEntityName, Permit
from tests.cast import Cast
from tests.factories import INDUSTRIES, MORNING


class SiteResource(resources.ModelResource):  # type: ignore[misc]
    """A row is a site; what belongs to it is found or saved before and after, as the library's handbook shows."""

    name = fields.Field(attribute="name", column_name="企业名称")
    entity = fields.Field(
        attribute="entity", column_name="统一社会信用代码", widget=widgets.ForeignKeyWidget(LegalEntity, "uscc")
    )
    region = fields.Field(attribute="region", column_name="县市区", widget=widgets.ForeignKeyWidget(Region, "name"))
    town = fields.Field(attribute="town", column_name="乡镇或开发区")
    address = fields.Field(attribute="address", column_name="详细地址")
    longitude = fields.Field(attribute="longitude", column_name="经度", widget=widgets.DecimalWidget())
    latitude = fields.Field(attribute="latitude", column_name="纬度", widget=widgets.DecimalWidget())

    class Meta:
        model = Enterprise
        import_id_fields = ("entity",)
        fields = ("name", "entity", "region", "town", "address", "longitude", "latitude")

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast = cast

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        entity, created = LegalEntity.objects.get_or_create(
            uscc=row["统一社会信用代码"],
            defaults={"name": row["企业名称"], "representative": row["法定代表人"]},
        )
        if created:
            LegalEntityName.objects.create(entity=entity, name=entity.name)

    def before_save_instance(self, instance: Enterprise, row: dict[str, Any], **kwargs: Any) -> None:
        instance.unit = self.cast.county_a
        instance.industry = INDUSTRIES.index(row["行业类别"]) + 1
        instance.is_key = row["是否重点排污单位"] == "是"
        instance.search = [instance.name[place : place + 2] for place in range(len(instance.name) - 1)]
        instance.created_at = instance.updated_at = MORNING

    def after_save_instance(self, instance: Enterprise, row: dict[str, Any], **kwargs: Any) -> None:
        EnterpriseName.objects.create(enterprise=instance, name=instance.name, source="名单")
        EnterpriseName.objects.create(enterprise=instance, name=row["曾用名"], source="名单")
        Permit.objects.create(
            enterprise=instance, kind="discharge", number=row["排污许可证编号"], valid_to=row["许可证有效期至"]
        )


def take_in(path: Path, cast: Cast) -> int:
    """Read the workbook, try it (the preview of the library's own pages) and import every row.

    Returns how many sites were new.
    """
    dataset = Dataset().load(path.read_bytes(), format="xlsx")
    tried = SiteResource(cast).import_data(dataset, dry_run=True, raise_errors=True)
    result = SiteResource(cast).import_data(dataset, raise_errors=True)
    assert tried.totals["new"] == result.totals["new"]
    return int(result.totals["new"])
