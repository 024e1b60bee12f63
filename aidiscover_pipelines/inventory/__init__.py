"""From cleansed values to one inventory: assets, applications and dependencies without duplicates."""
