"""The trail in words people use. A template may name this library whatever its room: like a URL, it is no import."""

from django import template

from reporting.actions import said

register = template.Library()
register.filter("action_said", said)
