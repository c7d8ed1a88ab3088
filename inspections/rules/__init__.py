"""What inspections decide by: pure Python, standard library only, one noun a module."""
