"""The sample portfolio of the tenant demo."""
