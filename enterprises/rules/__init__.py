"""What is reckoned about enterprises without asking anyone: codes, coordinates, bigrams, matching, slip codes."""
