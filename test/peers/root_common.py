"""What a C++ test dumped (test/io/root/sample.hpp: Sample::dump), as arrays to compare with."""
import sys
from pathlib import Path

import numpy as np


class Expected:
    def __init__(self, folder, table):
        lines = (Path(folder) / f"{table}.columns").read_text().splitlines()
        self.entries = int(lines[0].split()[1])
        self.columns = {}
        for number, line in enumerate(lines[1:]):
            name, kind, jagged, *shape = line.split()
            values = np.fromfile(Path(folder) / f"{table}.{number}", dtype=kind).reshape(-1, *map(int, shape))
            offsets = np.fromfile(Path(folder) / f"{table}.{number}.offsets", dtype=np.uint32) if jagged == "1" else None
            self.columns[name] = values, offsets


def same(a, b, what):
    """Bit for bit, so that NaNs and signed zeros count."""
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
        sys.exit(f"{what}: differs ({a.dtype}{a.shape} against {b.dtype}{b.shape})")
