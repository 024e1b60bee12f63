"""Probabilities as log-odds: how far the answers of people move a confidence."""

import math

# What people answered moves log-odds by at most one: 0.95 becomes 0.87 at the least, and 0.80 becomes 0.92 at the most.
MOST_SHIFT = 1.0
# A confidence of 0 or 1 has no odds; nothing here is surer than that.
_LEAST = 0.01


def beta_mean(expected: float, prior_answers: float, upheld: int, answers: int) -> float:
    """Mean of a Beta distribution: `prior_answers` answers as `expected`, and those that were given."""
    return (prior_answers * expected + upheld) / (prior_answers + answers)


def shift_between(expected: float, found: float) -> float:
    """Log-odds that lead from one probability to another."""
    return _log_odds(found) - _log_odds(expected)


def shifted(confidence: float, shift: float, most: float = MOST_SHIFT) -> float:
    """A confidence moved by so many log-odds, `most` at most."""
    bounded = max(-most, min(most, shift))
    return 1 / (1 + math.exp(-(_log_odds(confidence) + bounded)))


def _log_odds(probability: float) -> float:
    held = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(held / (1 - held))
