"""What models may see, spend and remember: policy, budgets, redaction, the ledger and what it tells. No SDK."""
