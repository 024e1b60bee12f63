"""Dagster pools: how many steps of all runs together may ask the model providers, or the clouds, at one time.

Without a limit a pool costs nothing. An operator sets one for the whole instance (docs/operations.md).
"""

MODELS = "models"
CLOUDS = "clouds"
