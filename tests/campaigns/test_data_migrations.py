"""What campaigns of before a version held, after it: levels of signals, results that were entered."""

from typing import Any

import pytest

from campaigns.models import Signal, Target
from tests import factories as make
from tests.campaigns.scene import MAY
from tests.cast import Cast
from tests.factories import MORNING
from tests.migrating import carried


@pytest.mark.django_db(transaction=True)
def test_only_alerts_keep_a_level_and_a_visit_that_counted_is_a_result(cast: Cast) -> None:
    plan = make.campaign(cast.province)
    said = {"campaign": plan, "unit": cast.city, "detail": "示例", "made_by": cast.officer_city, "made_at": MORNING}
    satellite = Signal.objects.create(kind="satellite", **said)
    alert = Signal.objects.create(kind="alert", level="orange", **said)
    visited, waiting = make.target(plan, cast.site_a), make.target(plan, cast.site_b)
    Target.objects.filter(pk=visited.pk).update(visited_at=MAY)

    def old_rows(apps: Any) -> None:
        apps.get_model("campaigns", "Signal").objects.filter(pk=satellite.pk).update(level="red")
        assert not hasattr(apps.get_model("campaigns", "Target"), "result_at")

    carried(("campaigns", "0021_key_list"), old_rows)
    assert dict(Signal.objects.values_list("pk", "level")) == {satellite.pk: "", alert.pk: "orange"}
    assert dict(Target.objects.values_list("pk", "result_at")) == {visited.pk: MAY, waiting.pk: None}
