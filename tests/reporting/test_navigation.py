"""The menu promises only pages that exist, to the people who may open them."""

import pytest
from django.urls import reverse

from accounts.rules import AT_LEVEL, BASE
from reporting import navigation
from reporting.navigation import Entry, Group

ICONS = "static/img/icons.svg"


@pytest.mark.parametrize("name", navigation.url_names())
def test_every_entry_leads_to_a_page(name):
    assert reverse(name).startswith("/")


def test_every_capability_in_the_menu_is_one_that_some_role_has():
    known = frozenset().union(*BASE.values(), *AT_LEVEL.values())
    asked = {entry.capability for group in navigation.NAVIGATION for entry in group.entries} - {""}
    assert asked <= known


def test_every_icon_is_drawn(settings):
    drawings = (settings.BASE_DIR / ICONS).read_text(encoding="utf-8")
    entries = [entry for group in navigation.NAVIGATION for entry in group.entries] + list(navigation.ACCOUNT)
    assert [entry.icon for entry in entries if f'id="{entry.icon}"' not in drawings] == []


def test_the_menu_leaves_out_what_a_person_may_not_open(monkeypatch):
    groups = (
        Group("办理", (Entry("台账", "x:issue_list", "list", "issue.view"), Entry("工作台", "x:workbench", "home"))),
        Group("管理", (Entry("人员", "x:person_list", "people", "people.manage"),)),
    )
    monkeypatch.setattr(navigation, "NAVIGATION", groups)
    shown = navigation.menu(lambda capability: capability == "issue.view")
    assert [(group.title, [entry.title for entry in group.entries]) for group in shown] == [
        ("办理", ["台账", "工作台"])
    ]


@pytest.mark.parametrize(
    "view_name,covered",
    [("inspections:issue_list", True), ("inspections:issue_detail", True), ("inspections:visit_list", False)],
)
def test_an_entry_covers_the_pages_of_its_noun(view_name, covered):
    assert Entry("台账", "inspections:issue_list", "list").covers(view_name) is covered


def test_an_entry_without_a_noun_covers_only_itself():
    entry = Entry("工作台", "reporting:workbench", "home")
    assert entry.covers("reporting:workbench")
    assert not entry.covers("reporting:report_list")
