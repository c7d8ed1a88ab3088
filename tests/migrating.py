"""Old rows through a data migration: back to before it, old rows put in, forward to the tip again."""

from collections.abc import Callable
from typing import Any

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def carried(before: tuple[str, str], put_in: Callable[[Any], None]) -> None:
    """Unapply what came after `before`, let `put_in` write with the models of then, and apply everything again."""
    executor = MigrationExecutor(connection)
    executor.migrate([before])
    old: Apps = executor.loader.project_state([before]).apps
    try:
        put_in(old)
    finally:
        tip = MigrationExecutor(connection)
        tip.migrate(tip.loader.graph.leaf_nodes())
