"""Memories of crews: their vectors, and crewai's memory over the portfolio store."""
