"""How much faster fer2013.csv is read: python tests/benchmarks/csv_reading.py path/to/fer2013.csv

All in one run: the line-by-line loop of De Lorenzo 2019, ferlab's first read, and the next from the cache.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ferlab import fer2013


def line_by_line(path):
    images, labels = [], []
    with open(path) as file:
        next(file)
        for line in file:
            label, pixels, _ = line.split(",")
            images.append(np.array([int(p) for p in pixels.split(" ")], "float32").reshape(48, 48, 1) / 255)
            labels.append(int(label))
    return np.array(images), labels


def seconds(function, *arguments):
    begun = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - begun


def main():
    path = Path(sys.argv[1])
    path.read_bytes()  # so that both find the file in memory
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FERLAB_CACHE"] = folder
        first, loop = seconds(fer2013._read_cached, path), seconds(line_by_line, path)
        second_first = min(first, seconds(fer2013._read, path))
        cached = seconds(fer2013._read_cached, path)
    print(f"line by line {loop:.1f} s, ferlab {second_first:.1f} s ({loop / second_first:.1f} times faster),")
    print(f"first read with writing the cache {first:.1f} s, from the cache {cached:.3f} s")


if __name__ == "__main__":
    main()
