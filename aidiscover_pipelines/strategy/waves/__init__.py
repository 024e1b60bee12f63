"""Waves: who moves when, so that nothing moves before what it needs, within what the tenant declares of its plan."""
