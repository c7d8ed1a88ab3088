from collections.abc import Iterator

import pytest

from core import clock
from inspections.models import Issue
from inspections.services import issues
from tests import factories as make
from tests.cast import Cast
from tests.inspections import scene as stage
from tests.inspections.mending import LATER, photo, scrawl
from tests.inspections.scene import Scene


@pytest.fixture
def scene(cast: Cast) -> Iterator[Scene]:
    """The campaign with its forms, at the morning of the visit."""
    with clock.travel(stage.MORNING):
        yield stage.scene(cast)


@pytest.fixture
def issue(cast: Cast) -> Issue:
    """One row of the ledger, to be mended by 22 May."""
    campaign = make.campaign(cast.province)
    task = make.assignment(make.target(campaign, cast.site_a), cast.inspector_a, cast.second_a)
    row = make.issue(make.locked_record(make.visit(task, state="submitted")))
    issues.open_term(row, at=make.MORNING)
    return row


@pytest.fixture
def reported(cast: Cast, issue: Issue) -> Issue:
    report = issues.report_rectification(
        issue, "已更换布袋 12 条", [photo(cast.enterprise_a)], actor=cast.enterprise_a, at=LATER
    )
    report.issue.refresh_from_db()
    return report.issue


@pytest.fixture
def signed(cast: Cast, reported: Issue) -> Issue:
    issues.sign_issue(reported, scrawl(cast.inspector_a), actor=cast.inspector_a, at=LATER)
    return reported
