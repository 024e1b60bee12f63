"""Runs crews with CrewAI. Only `kickoff` imports it, and only when the first case arrives."""
