"""AI-Discover pipelines: from CMDB exports and cloud accounts to a migration plan that can be defended."""

import gc

# Loading and running make millions of objects and few cycles: to scan them all again and again for garbage costs a
# sixth of the one and a seventh of the other, in the command line, in Dagster's code servers and in workers alike.
gc.set_threshold(2_000_000, 20, 100)
