"""The hall: ops, partitions, jobs, schedules, sensors, checks and failures, in Dagster's words."""
