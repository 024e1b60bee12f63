"""How far discovery can be automated: tiers 1 to 4."""
