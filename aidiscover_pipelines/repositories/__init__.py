"""Repositories as evidence: a file tree to facts about the application that it builds, facts to cells."""

# Raised whenever the same tree would give other facts: then unchanged commits are read again too.
FACTS_VERSION = 1
