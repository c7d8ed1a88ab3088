"""The demonstration: a living campaign of invented people and enterprises in the real organisation of Henan.

Everything is done through the same services as the pages use, at the moments when people would have done it.
"""

PASSWORD = "Yanshi-2020"  # noqa: S105 - accounts that exist only where DEMO or TESTING is set
