"""Verbs of inspections: the only code that moves a state or writes more than one row. One noun a module."""
