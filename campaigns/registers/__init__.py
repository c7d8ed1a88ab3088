"""Small registers of the plans, each a YAML file: list, filters, export, rights, clocks, indicators."""
