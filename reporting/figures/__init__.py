"""Figures of units as of an instant, from facts alone: set-based SQL, the same number of statements whatever the size.

`compute` counts, `rows` streams what was counted. Both read only what was recorded by the instants of a `Span`
(VisitRecord and IssueVersion by recorded_at and superseded_at, CaseStep by recorded_at), so a past week stays the same.
"""

from reporting.figures.counting import Span, compute
from reporting.figures.listing import RowFile, read_rows, rows, written_rows
from reporting.figures.places import Places, kept_places, places_of
from reporting.figures.vocabulary import vocabulary

__all__ = [
    "Places",
    "RowFile",
    "Span",
    "compute",
    "kept_places",
    "places_of",
    "read_rows",
    "rows",
    "vocabulary",
    "written_rows",
]
