"""Models that crews ask: the offline analyst and, through litellm, everything else. crewai loads inside functions."""
