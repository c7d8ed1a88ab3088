"""A city's list: uploaded, read by a worker, shown with every error, written when a person says so."""
