"""AI-Discover pipelines: from CMDB exports and cloud accounts to a migration plan that can be defended."""
