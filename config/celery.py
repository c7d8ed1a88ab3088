"""Celery only wakes the sweepers; what is due stands in the database (docs/architecture.md, "The clock")."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("yitihua")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # Punctuality: the moment of the weekly cut-off. Certainty: the sweep that follows, soon enough that with the lease
    # of one that was killed there is less than a minute between.
    "freeze-friday": {"task": "reporting.tasks.sweep_periods", "schedule": crontab(minute=30, hour=17)},
    "sweep-periods": {"task": "reporting.tasks.sweep_periods", "schedule": 20.0},
    "sweep-obligations": {"task": "reporting.tasks.sweep_obligations", "schedule": 60.0},
    "sweep-new-permits": {"task": "reporting.tasks.sweep_new_permits", "schedule": crontab(minute=2)},
    "deliver-notices": {"task": "core.tasks.deliver_notices", "schedule": 30.0},
    "seal-audit": {"task": "core.tasks.seal_audit", "schedule": 30.0},
    "sweep-imports": {"task": "enterprises.tasks.sweep_imports", "schedule": 30.0},
    "sweep-failures": {"task": "accounts.tasks.sweep_failures", "schedule": crontab(minute=5)},
    "sweep-files": {"task": "core.tasks.sweep_files", "schedule": crontab(minute=20, hour=3)},
    "forget-forms": {"task": "core.tasks.forget_forms", "schedule": crontab(minute=40, hour=3)},
}
