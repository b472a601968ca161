"""Fits l1 logistic regressions with scikit-learn for LogisticBenchmark: a request per line on standard input, an answer per line on standard output."""
import json
import sys
import time
import warnings

import numpy
import scipy.sparse
import sklearn
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")


def load(request):
    rows, columns, folder = request["rows"], request["columns"], request["folder"]
    values = numpy.fromfile(f"{folder}/values", dtype=numpy.float64)
    if request["sparse"]:
        starts = numpy.fromfile(f"{folder}/starts", dtype=numpy.int64)
        indices = numpy.fromfile(f"{folder}/rows", dtype=numpy.int32)
        features = scipy.sparse.csc_matrix((values, indices, starts), shape=(rows, columns)).tocsr()
    else:
        features = numpy.ascontiguousarray(values.reshape(columns, rows).T)
    return features, numpy.fromfile(f"{folder}/labels", dtype=numpy.int8).astype(numpy.float64)


def fit(features, labels, request):
    def one(beta):
        model = LogisticRegression(
            penalty="l1",
            C=1 / (len(labels) * beta),
            solver=request["solver"],
            tol=request["tolerance"],
            max_iter=request["iterations"],
            fit_intercept=request["intercept"],
            intercept_scaling=request["scaling"],
            random_state=0,
        )
        return model.fit(features, labels)

    start = time.perf_counter()
    models = [one(beta) for beta in request["betas"]]
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "weights": [model.coef_.ravel().tolist() for model in models],
        "intercepts": [float(model.intercept_[0]) if request["intercept"] else 0.0 for model in models],
    }


print(json.dumps({"version": sklearn.__version__}), flush=True)
features = labels = None
for line in sys.stdin:
    request = json.loads(line)
    if "folder" in request:
        features, labels = load(request)
        print("{}", flush=True)
    else:
        print(json.dumps(fit(features, labels, request)), flush=True)
