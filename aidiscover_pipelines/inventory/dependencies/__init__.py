"""Edges between applications, the graph that they make, and what is wrong with them."""
