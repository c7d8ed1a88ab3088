"""Pages of random draws."""
