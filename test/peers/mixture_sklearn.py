#!/usr/bin/env python3
"""A mixture of Gaussians by scikit-learn, for test/train/mixture/mixture.test.cpp.

usage: mixture_sklearn.py FOLDER

Reads rows.txt, and weights.txt, means.txt, covariances.txt of the mixture to start from (a component a line); writes
sklearn_NAME.txt of the fitted one, and the mean log likelihood of a fit that scikit-learn begins by itself.
"""
import sys
from pathlib import Path

import numpy as np
from sklearn.mixture import GaussianMixture

folder = Path(sys.argv[1])
rows, means = np.loadtxt(folder / "rows.txt", ndmin=2), np.loadtxt(folder / "means.txt", ndmin=2)
k, n = means.shape
covariances = np.loadtxt(folder / "covariances.txt", ndmin=2).reshape(k, n, n)
fit = GaussianMixture(k, tol=1e-9, max_iter=500, weights_init=np.loadtxt(folder / "weights.txt"), means_init=means,
                      precisions_init=np.linalg.inv(covariances)).fit(rows)
np.savetxt(folder / "sklearn_weights.txt", fit.weights_)
np.savetxt(folder / "sklearn_means.txt", fit.means_)
np.savetxt(folder / "sklearn_covariances.txt", fit.covariances_.reshape(k, n * n))
alone = GaussianMixture(k, tol=1e-9, max_iter=500, random_state=1).fit(rows)
np.savetxt(folder / "sklearn_likelihood.txt", [alone.score(rows)])
