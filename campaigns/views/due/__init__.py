"""Pages of everything due: the list, one thing, the calendar, the feed, and what officers decide by hand."""
