"""The disposition of an application: Migration Strategy, Risk Assessment, Recommendation."""
