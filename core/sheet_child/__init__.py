"""The process that opens an uploaded table. It imports nothing of Django and nothing else of this project."""
