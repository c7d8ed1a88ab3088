"""Pages of plans (执法计划)."""
