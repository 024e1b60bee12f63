"""Business applications from records, mentions and, where nobody recorded them, signs of their servers."""
