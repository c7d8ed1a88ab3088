"""The pure half of reporting: which weeks there are and what their figures are made of."""
