"""95 % intervals of shares: of independent answers, and of answers that come in bunches."""

import numpy as np

Z = 1.959964  # of the normal distribution's middle 95 %


def wilson_interval(hits, n):
    """The 95 % interval of a share `hits / n`, as (low, high); arrays give arrays, n = 0 gives 0 to 1.

    Wilson 1927 (doi 10.1080/01621459.1927.10502953): unlike the textbook's p ± 1.96 sqrt(p (1 - p) / n)
    it stays within 0..1 and is right for small n.
    """
    hits, n = np.asarray(hits, float), np.asarray(n, float)
    safe = np.where(n > 0, n, 1)
    share = hits / safe
    middle = (share + Z**2 / (2 * safe)) / (1 + Z**2 / safe)
    half = Z / (1 + Z**2 / safe) * np.sqrt(share * (1 - share) / safe + Z**2 / (4 * safe**2))
    low, high = np.clip(middle - half, 0, share), np.clip(middle + half, share, 1)
    return np.where(n > 0, low, 0.0)[()], np.where(n > 0, high, 1.0)[()]


def ratio_interval(part, whole):
    """Sum of the parts by sum of the wholes, with its 95 % interval: (ratio, low, high).

    part, whole: float (n,) or (n, k), what counts of the answers to each of n faces, and how many there are.

    The annotators of one face had the same photo before them, so it is the faces that are independent, not the answers.
    The error is that of a ratio of sums over clusters (Cochran 1977, Sampling Techniques, 6.3), and the interval
    Wilson's for so many independent answers as have the same error, fewer where few faces tell that error (Korn and
    Graubard 1998).
    """
    from scipy.stats import t

    n = np.count_nonzero(whole, axis=0)
    few = (Z / t.ppf(0.975, np.maximum(n - 1, 1))) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = part.sum(0) / whole.sum(0)
        variance = n / np.maximum(n - 1, 1) * ((part - ratio * whole) ** 2).sum(0) / whole.sum(0) ** 2
        independent = np.where(variance > 1e-12, few * ratio * (1 - ratio) / variance, n)
    independent = np.minimum(independent, whole.sum(0))
    return ratio, *wilson_interval(np.nan_to_num(ratio) * independent, independent)
