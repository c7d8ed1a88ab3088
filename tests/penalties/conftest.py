from datetime import date
from decimal import Decimal

import pytest

from core.calendar import load_tables
from penalties import services
from tests import factories as make
from tests.penalties.steps import LATER, NOTICED, deciding, filing


@pytest.fixture
def issue(cast):
    load_tables()
    campaign = make.campaign(cast.province)
    task = make.assignment(make.target(campaign, cast.site_a), cast.inspector_a, cast.second_a)
    return make.issue(make.locked_record(make.visit(task, state="submitted")))


@pytest.fixture
def filed(cast, issue):
    return services.file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)


@pytest.fixture
def noticed(cast, filed):
    return services.give_notice(
        filed, day=NOTICED, fine=Decimal(280000), text="事实、理由、依据", actor=cast.officer_a, at=LATER
    )


@pytest.fixture
def decided(cast, noticed):
    return services.decide(noticed, deciding(), actor=cast.leader_city, at=LATER)


@pytest.fixture
def served(cast, decided):
    said = services.Serving(date(2020, 6, 4), "直接送达", "秦厂长", "企业办公室", cast.second_a)
    return services.serve(decided, said, actor=cast.officer_a, at=LATER)
