"""NumPy writes .npy and .npz files; beside each array stands what a reader must make of it (C order, native, no header).

npy_files.py write FOLDER    NAME.npy + NAME.raw, and stored.npz, packed.npz + npz.KEY.raw
npy_files.py check FOLDER    opens what trigloop wrote (ours.npy, ours.npz, packed.npz) and compares with KEY.raw
"""
import pathlib
import sys

import numpy as np

TYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]


def arrays():
    rng = np.random.default_rng(7)
    for order in "CF":
        for end in "<>":
            for kind in TYPES + ["f2"]:
                values = rng.integers(0, 2 if kind == "?" else 100, (1000, 3, 2))
                dtype = np.dtype(kind).newbyteorder(end)
                yield f"{'le' if end == '<' else 'be'}_{order}_{kind.replace('?', 'b')}", np.asarray(values, dtype, order=order)
    yield "scalar", np.array(3.5)
    yield "empty", np.zeros((0, 4), "i2")
    yield "no_values", np.zeros((5, 0), "i2")
    yield "long", rng.normal(size=200_000)
    yield "wide_fortran", np.asfortranarray(rng.integers(-5, 5, (30_000, 57)).astype("i2"))
    yield "name with spaces\nand lines", np.arange(5)


def raw(array):
    kind = np.float32 if array.dtype.kind == "f" and array.dtype.itemsize == 2 else array.dtype.newbyteorder("=")
    return np.ascontiguousarray(array.astype(kind)).tobytes()


def write(folder):
    everything = dict(arrays())
    for name, array in everything.items():
        np.save(folder / f"{name}.npy", array)
        (folder / f"{name}.raw").write_bytes(raw(array))
    for version in ((2, 0), (3, 0)):
        with open(folder / f"version{version[0]}.npy", "wb") as out:
            np.lib.format.write_array(out, np.arange(9, dtype="i4"), version=version)
    np.savez(folder / "stored.npz", **everything)
    np.savez_compressed(folder / "packed.npz", **everything)
    np.save(folder / "object.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    np.save(folder / "record.npy", np.zeros(3, [("a", "i4"), ("b", "f4", (2,))]))
    np.save(folder / "text.npy", np.array(["a", "bc"]))
    np.save(folder / "complex.npy", np.zeros(3, "c8"))
    np.savez(folder / "mixed.npz", good=np.arange(4), bad=np.array(["a"]))


def check(folder):
    ours = np.load(folder / "ours.npy", allow_pickle=False)
    assert ours.dtype == np.int16 and ours.shape == (1000, 57), (ours.dtype, ours.shape)
    assert ours.tobytes() == (folder / "Data.raw").read_bytes()
    for archive in ("stored_ours.npz", "packed_ours.npz"):
        with np.load(folder / archive, allow_pickle=False) as file:
            assert sorted(file.files) == ["Data", "flag", "scalar"], file.files
            for key in file.files:
                assert file[key].tobytes() == (folder / f"{key}.raw").read_bytes(), key
            assert file["flag"].dtype == bool and file["scalar"].shape == () and file["Data"].shape == (1000, 57)


{"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
