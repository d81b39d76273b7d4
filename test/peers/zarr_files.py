"""zarr-python (v2) writes stores; beside them stands what a reader must make of each array (C order, native).

zarr_files.py write FOLDER    codecs.zarr, shapes.zarr, array.zarr + FOLDER/raw/STORE/NAME.raw
zarr_files.py check FOLDER    opens ours.zarr as stage 2 of the scouting pipeline would, and compares with raw/ours
"""
import json
import pathlib
import sys

import numcodecs
import numpy as np
import zarr

rng = np.random.default_rng(3)


def keep(folder, store, name, array):
    kind = np.float32 if array.dtype == np.float16 or array.dtype == np.dtype(">f2") else array.dtype.newbyteorder("=")
    target = folder / "raw" / store / f"{name}.raw"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(np.ascontiguousarray(array.astype(kind)).tobytes())


def write(folder):
    group = zarr.open_group(str(folder / "codecs.zarr"), "w")
    codecs = {"none": None, "zlib": numcodecs.Zlib(4), "gzip": numcodecs.GZip(2), "lz4": numcodecs.LZ4(), "zstd": numcodecs.Zstd(5)}
    for cname in numcodecs.blosc.list_compressors():
        for shuffle in (0, 1, 2, -1):
            codecs[f"blosc_{cname}_{shuffle}"] = numcodecs.Blosc(cname, 5, shuffle)
    values = rng.integers(0, 300, (1000, 5))
    for name, codec in codecs.items():
        for kind in ("i2", "f8", "u1"):
            array = group.create_dataset(f"{name}_{kind}", data=values.astype(kind), chunks=(300, 5), compressor=codec)
            keep(folder, "codecs", f"{name}_{kind}", array[:])

    group = zarr.open_group(str(folder / "shapes.zarr"), "w")
    for order in "CF":
        for separator in "./":
            for kind in ("?", "<i2", ">i2", ">f4", "<f8", ">u8", "<f2", ">f2"):
                name = f"{order}{'slash' if separator == '/' else 'dot'}{'be' if kind[0] == '>' else 'le'}{kind[-2:].replace('?', 'b')}"
                array = group.create_dataset(name, shape=(100, 7, 3), chunks=(30, 4, 2), dtype=kind, order=order, dimension_separator=separator)
                array[:] = rng.integers(0, 100, (100, 7, 3)) % (2 if kind == "?" else 101)
                keep(folder, "shapes", name, array[:])
    for name, fill in {"zero": 0, "seven": 7, "nan": float("nan"), "inf": float("-inf"), "half": 0.5}.items():
        array = group.create_dataset(f"fill_{name}", shape=(100, 3), chunks=(10, 3), dtype="f4", fill_value=fill)
        array[20:35] = 1.25
        keep(folder, "shapes", f"fill_{name}", array[:])
    array = group.create_dataset("scalar", shape=(), dtype="i8")
    array[...] = 42
    keep(folder, "shapes", "scalar", array[...])
    keep(folder, "shapes", "empty", group.create_dataset("empty", shape=(0, 57), chunks=(10, 57), dtype="i2")[:])
    group.create_dataset("chunk_beyond", data=np.arange(10), chunks=(64,))
    keep(folder, "shapes", "chunk_beyond", np.arange(10))
    group.create_dataset("filtered", data=np.arange(10), filters=[numcodecs.Delta("i8")])
    group.create_dataset("text", data=np.array(["a", "b"]))
    group.create_dataset("bz2", data=np.arange(10), compressor=numcodecs.BZ2())
    nested = group.create_group("a/b")
    nested.create_dataset("deep", data=np.arange(5, dtype="i4"))
    nested.attrs["note"] = "naïve \" text"
    group.attrs["WriteTime"] = 1732233600123456789
    group.attrs["odd"] = float("nan")
    zarr.consolidate_metadata(str(folder / "shapes.zarr"))
    zarr.save_array(str(folder / "array.zarr"), values)
    keep(folder, "array", "array", values)


def check(folder):
    group = zarr.open_group(str(folder / "ours.zarr"), "r")
    assert group.attrs["WriteTime"] == 1732233600123456789, dict(group.attrs)
    expected = {"Data": (10001, 57), "RunNumber": (10001,), "flag": (10001,), "score": (10001, 1)}
    for name, shape in expected.items():
        assert group[name].shape == shape, (name, group[name].shape)
        assert group[name][:].tobytes() == (folder / "raw/ours" / f"{name}.raw").read_bytes(), name
    assert group["flag"].dtype == bool and group["score"].dtype == np.float32 and group["RunNumber"].dtype == np.uint32
    assert group["sub/more/x"][:].tolist() == [1.5, 2.5], group["sub/more/x"][:]
    assert json.dumps(dict(group["sub/more"].attrs)) == '{"a": [1, 2]}'
    print(group["Data"].compressor)


{"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
