"""How every named URL of the project is asked by the permission matrix: one entry a name, one module a room.

A URL that takes no ids and whose writes need no fields stands in no list. Relations: `own` are rows of county A or of
site A, `wrong parent` is a child of another parent, `own (word)` are further ways through the same URL.
"""

from tests.architecture.permission_doors import (
    accounts,
    campaigns,
    core,
    coverage,
    draws,
    due,
    enterprises,
    groups,
    inspections,
    leads,
    penalties,
    plans,
    registers,
    reporting,
)
from tests.architecture.permission_scene import Doors, Stage

PARTS = (
    accounts.accounts,
    campaigns.campaigns,
    campaigns.library,
    campaigns.people,
    core.core,
    coverage.coverage,
    draws.draws,
    draws.children,
    due.doors,
    enterprises.enterprises,
    enterprises.imports,
    groups.readiness,
    groups.bulletins,
    groups.annexes,
    inspections.planning,
    inspections.self_checks,
    inspections.visits,
    inspections.issues,
    leads.leads,
    leads.clauses,
    penalties.penalties,
    plans.plans,
    registers.registers,
    registers.entries,
    reporting.desk,
    reporting.weekly,
)


def doors(stage: Stage) -> Doors:
    return {name: asks for part in PARTS for name, asks in part(stage).items()}
