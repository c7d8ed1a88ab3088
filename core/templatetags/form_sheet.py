"""Filters of templates/components/form/."""

from django import template

from core.form_engine import rendering
from core.models import Submission

register = template.Library()


@register.filter
def read_sections(submission: Submission) -> list[rendering.ReadSection]:
    return rendering.read_sections(submission)


@register.filter
def tone(name: str) -> str:
    """The colour of an option's tone."""
    return rendering.TONES.get(name, "grey")


@register.filter
def slug(path: str) -> str:
    """section.item as part of an id."""
    return path.replace(".", "-")
