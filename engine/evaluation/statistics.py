"""The statistics of a comparison: an interval for a share, a test for a difference, and how far most values go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import NormalDist

from chat2sql.config.vocabulary import Frozen


class Share(Frozen):
    """A share with its 95 % interval, all from 0 to 1.

    Attributes:
        successes, total: what it was counted from.
    """

    successes: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.successes / self.total if self.total else 0.0

    @property
    def text(self) -> str:
        """The share as people read it, with its interval and what it was counted from."""
        return f"{self.value:.1%} [{self.low:.1%}, {self.high:.1%}] ({self.successes}/{self.total})"


def share(successes: int, total: int, *, confidence: float = 0.95) -> Share:
    """A share with its Wilson score interval (Wilson 1927), which holds for small sets and shares near 0 and 1."""
    if total == 0:
        return Share(successes=0, total=0, low=0, high=1)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    observed = successes / total
    spread = 1 + z * z / total
    middle = (observed + z * z / (2 * total)) / spread
    half = z * math.sqrt(observed * (1 - observed) / total + z * z / (4 * total * total)) / spread
    return Share(successes=successes, total=total, low=max(0.0, middle - half), high=min(1.0, middle + half))


def mcnemar(won: int, lost: int) -> float:
    """The probability of a difference at least this large between two runs that are equally good.

    McNemar's exact test (McNemar 1947), two-sided: of the questions that only one run has right, each is as likely to
    be won as lost.

    Args:
        won: questions that only the second run has right.
        lost: questions that only the first one has right.
    """
    total = won + lost
    if total == 0:
        return 1.0
    tail = sum(math.comb(total, number) for number in range(min(won, lost) + 1))
    return min(1.0, float(Fraction(tail, 2 ** (total - 1))))


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest of the values that at least this part (0 to 1) of them does not exceed; 0 of none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(part * len(ranked)) - 1)] if ranked else 0.0
