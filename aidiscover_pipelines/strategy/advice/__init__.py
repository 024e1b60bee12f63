"""What a recommendation tells beside its strategy: reasons, target, counterfactuals, risks, bands, priority."""
