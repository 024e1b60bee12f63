"""Cleansed values to one inventory without duplicates, in the order of its parts.

cleansing -> resolution, survivorship -> assets -> applications -> dependencies; `stage` runs them over the store.
"""
