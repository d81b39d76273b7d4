"""Stage 1 stores by trigloop and by zarr-python: the same rows, codec, chunks and number of stores; results compared first.

zarr_stage1.py BENCH_PROGRAM DATA_FOLDER [ROUNDS]

Both sides take turns on one machine; files lie on /dev/shm, so that the disk plays no part. CPU seconds count (kernel
included), which a busy machine disturbs little; medians and the spread from the fastest to the slowest round are printed.
"""
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numcodecs
import numpy as np
import zarr

CHUNK = 1 << 14


def stage1(data, kind):
    """`Data` (N,57) from the training package's zero bias file where it is there, else of the same look."""
    path = data / "zerobias_pythia.h5"
    if path.exists():
        import h5py

        with h5py.File(path) as file:
            objects = file["full_data_cyl"][:]
        chosen = [0, *range(1, 5), *range(13, 17), *range(21, 31)]  # MET, 4 e/gamma, 4 muons, 10 jets
        values = objects[:, chosen].reshape(len(objects), 57)
    else:
        rng = np.random.default_rng(1)
        values = np.where(rng.random((400_000, 19, 1)) < 0.5, 0, rng.integers(0, 200, (400_000, 19, 3))).reshape(-1, 57)
    n = len(values)
    rng = np.random.default_rng(2)
    return {
        "Data": values.astype(kind),
        "RunNumber": np.full(n, 396102, "u4"),
        "LuminosityBlock": np.full(n, 214, "u4"),
        "BunchCrossing": rng.integers(0, 3564, n).astype("u4"),
        "OrbitNumber": (56_098_817 + np.arange(n) // 38).astype("u4"),
        "nl1EG": rng.integers(0, 13, n).astype("i4"),
        "nL1Jet": rng.integers(0, 13, n).astype("i4"),
    }


def peer_write(columns, folder, stores):
    n = len(columns["Data"])
    for i in range(stores):
        group = zarr.open_group(str(folder / f"{1000 + i}.zarr"), "w")
        for name, values in columns.items():
            part = values[n * i // stores : n * (i + 1) // stores]
            group.create_dataset(name, data=part, chunks=(CHUNK,) + part.shape[1:], compressor=numcodecs.Blosc("lz4", 5, 1))
        group.attrs["WriteTime"] = time.time_ns()


def peer_read(folder):
    parts = []
    for path in sorted(folder.iterdir()):
        group = zarr.open_group(str(path), "r")
        parts.append({name: group[name][:] for name in group.array_keys()})
    return parts


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(columns, program, packed, ours, theirs, stores):
    subprocess.run([program, "write", packed, ours, str(stores), "1"], check=True, stdout=subprocess.DEVNULL)
    peer_write(columns, theirs, stores)
    parts = peer_read(ours)
    for name, values in columns.items():
        assert (np.concatenate([part[name] for part in parts]) == values).all(), name
    subprocess.run([program, "check", packed, theirs], check=True)


def empty(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def measure(label, columns, stores, program, rounds, scratch):
    packed, ours, theirs = scratch / "input.npz", scratch / "ours", scratch / "theirs"
    np.savez(packed, **columns)
    empty(ours), empty(theirs)
    compare(columns, program, packed, ours, theirs, stores)
    seconds = {key: [] for key in ("write ours", "write peer", "read ours", "read peer")}

    def run(*words):
        return tuple(map(float, subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout.split()))

    for _ in range(rounds):
        empty(ours)
        seconds["write ours"].append(run("write", packed, ours, str(stores), "1"))
        empty(theirs)
        seconds["write peer"].append(timed(lambda: peer_write(columns, theirs, stores)))
        seconds["read ours"].append(run("read", ours, "1"))
        seconds["read peer"].append(timed(lambda: peer_read(theirs)))
    rows = len(columns["Data"]) / 1e6
    for what in ("write", "read"):
        ours_cpu, peer_cpu = ([cpu for _, cpu in seconds[f"{what} {who}"]] for who in ("ours", "peer"))
        ratio = statistics.median(peer_cpu) / statistics.median(ours_cpu)
        spread = lambda s: f"{rows / statistics.median(s):6.2f} M events/s ({rows / max(s):.2f}-{rows / min(s):.2f})"
        print(f"{label:34} {what:5}  trigloop {spread(ours_cpu)}  zarr-python {spread(peer_cpu)}  ratio {ratio:.1f}", flush=True)


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    numcodecs.blosc.use_threads = False  # one core on both sides
    print(f"zarr-python {zarr.__version__}, numcodecs {numcodecs.__version__}, Blosc lz4-5 with byte shuffle, chunks of {CHUNK} events")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as scratch:
        for kind in ("int16", "int64"):
            columns = stage1(data, kind)
            for stores in (1, 32):
                measure(f"{len(columns['Data'])} events, {kind}, {stores} store(s)", columns, stores, program, rounds, pathlib.Path(scratch))


main()
