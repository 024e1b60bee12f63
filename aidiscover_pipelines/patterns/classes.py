"""Kinds of applications as classes of a mixture: what a member of each is likely to have.

A latent class model for mixed values of which some are missing (Hunt and Jorgensen, "Mixture model clustering for
mixed data with missing information", Computational Statistics & Data Analysis 41, 2003): within a class the names of a
feature have shares and its numbers a mean and a variance. What is unknown of an application says nothing about its
class, where a distance would have to put it somewhere. Features enter by their declared weight, as a power of their
likelihood.
"""

from dataclasses import dataclass

import numpy as np

from aidiscover_pipelines.patterns.features import FEATURES, FeatureTable, Flags, Matrix, Rows

# What every class is taken to have seen beforehand: so many applications like the portfolio. It keeps a value that no
# member has possible, and is the usual choice for small counts.
_PRIOR = 2.0
_LEAST_VARIANCE = 0.03  # interquartile ranges, squared: classes of equals do not make the slightest difference decide


HEAVIEST = max(feature.weight for feature in FEATURES)
"""Weights are divided by it: a feature that counted more than once would make classes of its values alone."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known, rows as in the feature table.

    `shares` are an application's names as shares of their feature, 0 where unknown; `starts` are the first columns of
    the features, `widths` their numbers of columns. `numbers` are its scaled numbers, 0 where unknown; `known` is 1
    where they are known. Weights are by column. Classes start from the portfolio's own shares, means and variances.
    """

    shares: Matrix
    starts: Rows
    widths: Rows
    share_weights: Matrix
    numbers: Matrix
    known: Matrix
    number_weights: Matrix
    portfolio_shares: Matrix
    portfolio_means: Matrix
    portfolio_variances: Matrix

    def rows(self, rows: Rows) -> "Evidence":
        """The same of some rows; the portfolio stays what it is."""
        return Evidence(
            self.shares[rows],
            self.starts,
            self.widths,
            self.share_weights,
            self.numbers[rows],
            self.known[rows],
            self.number_weights,
            self.portfolio_shares,
            self.portfolio_means,
            self.portfolio_variances,
        )

    def by_feature(self, columns: Matrix) -> Matrix:
        """Sums over the columns of each feature. Shape: (rows, features)."""
        if not len(self.starts):
            return np.zeros((len(columns), 0))
        sums: Matrix = np.add.reduceat(columns, self.starts, axis=1)
        return sums

    def per_column(self, features: Matrix) -> Matrix:
        """Values of features repeated for each of their columns."""
        return np.repeat(features, self.widths, axis=1)


@dataclass(frozen=True, slots=True)
class Counts:
    """What members have, summed, one row for each class: members, names, known numbers, their sums and squares."""

    members: Matrix
    names: Matrix
    known: Matrix
    sums: Matrix
    squares: Matrix

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.members + other.members,
            self.names + other.names,
            self.known + other.known,
            self.sums + other.sums,
            self.squares + other.squares,
        )

    def of(self, classes: Rows) -> "Counts":
        """Those of some classes."""
        return Counts(
            self.members[classes], self.names[classes], self.known[classes], self.sums[classes], self.squares[classes]
        )


@dataclass(frozen=True, slots=True)
class Classes:
    """Logarithms of each class's share of the portfolio and of its names' shares; means and variances of its numbers.

    Shapes: (classes,), (classes, name columns), (classes, number columns) twice.
    """

    size: Matrix
    names: Matrix
    means: Matrix
    variances: Matrix

    def of(self, classes: Flags) -> "Classes":
        """Some of them."""
        return Classes(self.size[classes], self.names[classes], self.means[classes], self.variances[classes])


def evidence_of(table: FeatureTable) -> Evidence:
    """What a feature table tells."""
    starts, widths = table.starts, table.widths
    flags = table.flags.astype(float)
    known = (~np.isnan(table.numbers)).astype(float)
    many = np.add.reduceat(flags, starts, axis=1) if len(starts) else np.zeros((len(flags), 0))
    shares = flags / np.maximum(np.repeat(many, widths, axis=1), 1.0)
    told = np.maximum((many > 0).sum(axis=0), 1.0)
    seen = np.maximum(known.sum(axis=0), 1.0)
    means = table.scaled.sum(axis=0) / seen
    return Evidence(
        shares,
        starts,
        widths,
        np.array([feature.weight for feature, _ in table.names]) / HEAVIEST,
        table.scaled,
        known,
        np.array([feature.weight for feature in table.amounts]) / HEAVIEST,
        shares.sum(axis=0) / np.repeat(told, widths),
        means,
        np.maximum((table.scaled**2).sum(axis=0) / seen - means**2, _LEAST_VARIANCE),
    )


def count(evidence: Evidence, belonging: Matrix) -> Counts:
    """Counts of classes, of which each row has the shares `belonging` (rows, classes)."""
    return Counts(
        belonging.sum(axis=0),
        belonging.T @ evidence.shares,
        belonging.T @ evidence.known,
        belonging.T @ evidence.numbers,
        belonging.T @ evidence.numbers**2,
    )


def fit(evidence: Evidence, counts: Counts) -> Classes:
    """The classes that these counts are most likely of, given what every class has seen beforehand."""
    told = evidence.per_column(evidence.by_feature(counts.names))
    shares = (counts.names + _PRIOR * evidence.portfolio_shares) / (told + _PRIOR)
    means = (counts.sums + _PRIOR * evidence.portfolio_means) / (counts.known + _PRIOR)
    spread = counts.squares - 2 * means * counts.sums + means**2 * counts.known
    variances = (spread + _PRIOR * evidence.portfolio_variances) / (counts.known + _PRIOR)
    size = counts.members / np.maximum(counts.members.sum(), 1.0)
    return Classes(_log(size), _log(shares), means, np.maximum(variances, _LEAST_VARIANCE))


def log_likelihood(evidence: Evidence, classes: Classes) -> Matrix:
    """Of each row (rows, classes), the class's size included."""
    weight = evidence.number_weights / classes.variances
    constant = evidence.number_weights * np.log(2 * np.pi * classes.variances) + weight * classes.means**2
    numbers = evidence.numbers**2 @ weight.T - 2 * evidence.numbers @ (weight * classes.means).T
    numbers += evidence.known @ constant.T
    likelihood: Matrix = evidence.shares @ (evidence.share_weights * classes.names).T - 0.5 * numbers + classes.size
    return likelihood


def belonging(likelihood: Matrix) -> tuple[Matrix, float]:
    """Shares of each row in the classes, and the log likelihood of all rows."""
    highest = likelihood.max(axis=1, keepdims=True)
    shares = np.exp(likelihood - highest)
    total = shares.sum(axis=1, keepdims=True)
    return shares / total, float((highest + np.log(total)).sum())


def refined(evidence: Evidence, shares: Matrix, rounds: int) -> tuple[Matrix, float, Classes]:
    """So many rounds of expectation and maximisation: shares, log likelihood and the classes."""
    likelihood = 0.0
    for _ in range(rounds):
        classes = fit(evidence, count(evidence, shares))
        shares, likelihood = belonging(log_likelihood(evidence, classes))
    return shares, likelihood, classes


def likelihood_of(evidence: Evidence, counts: Counts) -> Matrix:
    """Log likelihood of the members of each class under the class that fits them. Shape: (classes,)."""
    classes = fit(evidence, counts)
    spread = counts.squares - 2 * classes.means * counts.sums + classes.means**2 * counts.known
    numbers = spread / classes.variances + counts.known * np.log(2 * np.pi * classes.variances)
    names = (counts.names * classes.names) @ evidence.share_weights
    return np.asarray(names - 0.5 * numbers @ evidence.number_weights + counts.members * _log(counts.members))


def free_parameters(evidence: Evidence, counts: Counts) -> float:
    """Weighted number of values that the classes had to learn; what is left to the prior is none of them."""
    learnt = evidence.by_feature(counts.names / (counts.names + _PRIOR)) - 1
    by_feature = evidence.share_weights[evidence.starts] if len(evidence.starts) else np.zeros(0)
    numbers = 2 * counts.known / (counts.known + _PRIOR)
    return float(
        (np.maximum(learnt, 0.0) @ by_feature).sum() + (numbers @ evidence.number_weights).sum() + len(counts.members)
    )


def mixture(evidence: Evidence, classes: Classes) -> Matrix:
    """How mixed the members of each class are, as a share of how mixed the portfolio is. Shape: (classes,).

    Of names that is their entropy, of numbers their variance; both count by the weights of their features. 0 where all
    members are equal, 1 where they are as mixed as the portfolio.
    """
    entropy = -(np.exp(classes.names) * classes.names) @ evidence.share_weights
    whole = -float((evidence.portfolio_shares * _log(evidence.portfolio_shares)) @ evidence.share_weights)
    variance = (classes.variances / evidence.portfolio_variances) @ evidence.number_weights
    of_names = float(evidence.share_weights[evidence.starts].sum()) if whole > 0 else 0.0
    weight = of_names + float(evidence.number_weights.sum())
    return np.asarray((of_names * entropy / (whole or 1.0) + variance) / (weight or 1.0))


def _log(values: Matrix) -> Matrix:
    logarithm: Matrix = np.log(np.maximum(values, 1e-9))
    return logarithm
