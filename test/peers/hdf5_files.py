"""h5py writes and reads HDF5 files for the tests.

hdf5_files.py write FILE          old.h5, new.h5, ordered.h5: every layout, index, filter and type; small_old.h5, small_new.h5
hdf5_files.py dump FILE FOLDER    every numeric data set of FILE as FOLDER/N.raw (C order, native), and list.txt: path, N
hdf5_files.py check FILE          opens what trigloop wrote
"""
import pathlib
import sys

import h5py
import numpy as np

rng = np.random.default_rng(11)


def fill(file):
    values = rng.integers(0, 300, (1000, 5))
    for kind in ("i1", "u1", "<i2", ">i2", "<u2", "i4", ">u4", "<i8", ">i8", "u8", "<f2", ">f2", "<f4", ">f4", "f8", "?"):
        name = kind.replace("<", "le_").replace(">", "be_").replace("?", "bool")
        file.create_dataset(f"types/{name}", data=(values % (2 if kind == "?" else 100)).astype(kind))
    options = {"plain": {}, "gzip": {"compression": "gzip"}, "shuffle": {"compression": "gzip", "shuffle": True},
               "all": {"compression": "gzip", "shuffle": True, "fletcher32": True}, "sum": {"fletcher32": True}, "mixed": {"shuffle": True}}
    shapes = {"one": ((1000,), (300,)), "two": ((1000, 5), (300, 2)), "three": ((40, 7, 3), (16, 3, 3)), "single": ((50, 4), (50, 4))}
    for name, how in options.items():
        for shape_name, (shape, chunk) in shapes.items():
            data = rng.integers(0, 500, shape)
            for kind in ("i2", "f8", "u1"):
                for grow, maximum in {"fixed": None, "first": (None,) + shape[1:], "both": (None,) * len(shape)}.items():
                    file.create_dataset(f"chunks/{name}/{shape_name}_{kind}_{grow}", data=data.astype(kind), chunks=chunk, maxshape=maximum, **how)
    many = file.create_dataset("many", shape=(9000,), chunks=(2,), dtype="i4", maxshape=(None,))
    many[:] = np.arange(9000)
    file.create_dataset("many_packed", data=np.arange(40000), chunks=(4,), maxshape=(None,), compression="gzip")
    file.create_dataset("many_fixed", data=np.arange(9000), chunks=(3,))
    file.create_dataset("many_both", data=np.arange(90000).reshape(300, 300), chunks=(3, 7), maxshape=(None, None))
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((7, 2))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    h5py.h5d.create(file.id, b"early", h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((50, 3)), early)
    file["early"][:] = np.arange(150).reshape(50, 3)
    sparse = file.create_dataset("sparse", shape=(5000, 3), chunks=(10, 3), dtype="f4", fillvalue=-1.5, maxshape=(None, 3))
    sparse[100:115] = 2
    sparse[4990:] = 3
    holes = file.create_dataset("holes", shape=(1_000_000,), chunks=(8,), dtype="i4", maxshape=(None,), fillvalue=7)
    holes[5] = 1
    holes[400_000:400_020] = 2
    holes[999_999] = 3
    fixed_holes = file.create_dataset("fixed_holes", shape=(100_000,), chunks=(8,), dtype="i4")
    fixed_holes[70_000:70_100] = 5
    shrunk = file.create_dataset("shrunk", data=np.arange(1000), chunks=(64,), maxshape=(None,))
    shrunk.resize((130,))
    file.create_dataset("never", shape=(20, 3), dtype="i8")
    file.create_dataset("never_filled", shape=(20,), dtype="i8", fillvalue=9)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    h5py.h5d.create(file.id, b"compact", h5py.h5t.NATIVE_INT16, h5py.h5s.create_simple((10, 2)), compact)
    file["compact"][:] = np.arange(20).reshape(10, 2)
    file["scalar"] = 42
    file["empty"] = np.zeros((0, 57), "i2")
    file["named"] = np.dtype("<i4")
    file.create_dataset("of_named", data=np.arange(4), dtype=file["named"])
    file["colour"] = np.array([0, 1, 2, 1], h5py.enum_dtype({"R": 0, "G": 1, "B": 2}, "i4"))
    crowd = file.create_group("crowd")
    for i in range(500):
        crowd[f"data set number {i:04d} of a crowd"] = np.array([i])
    file["odd name\nwith lines"] = np.arange(3)
    # What is not read.
    file["text"] = "hello"
    file["record"] = np.zeros(3, [("a", "i4"), ("b", "f4")])
    file["complex"] = np.zeros(3, "c8")
    file.create_dataset("ragged", (3,), dtype=h5py.vlen_dtype("i4"))
    file.create_dataset("reference", (3,), dtype=h5py.ref_dtype)
    file["nothing"] = h5py.Empty("f4")
    file.create_dataset("lzf", data=np.arange(100), compression="lzf")
    file.create_dataset("scaled", data=np.arange(100), chunks=(10,), scaleoffset=4)
    file["soft"] = h5py.SoftLink("/many")
    file["loop"] = h5py.SoftLink("/loop")
    file["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/x")
    file["crowd/self"] = file["crowd"]
    file.create_dataset("outside", (10,), dtype="i4", external=[("/etc/passwd", 0, 40)])
    virtual = h5py.VirtualLayout((10,), "i4")
    virtual[:] = h5py.VirtualSource("other.h5", "x", (10,))
    file.create_virtual_dataset("virtual", virtual)
    file.attrs["config"] = '{"a": [1, 2], "naïve": true}'
    file.attrs["fixed"] = np.bytes_("fixed text")
    file.attrs["number"] = 3
    file.attrs["words"] = ["one", "", "three"]
    file.attrs["fixed words"] = np.array(["one", "two"], "S5")
    file.attrs["no words"] = []
    file["crowd"].attrs["long"] = "x" * 40000
    for i in range(30):
        file["types"].attrs[f"attribute {i}"] = f"value {i}"


def write(path):
    how = {"old": {"libver": "earliest"}, "new": {"libver": "latest"}, "ordered": {"track_order": True, "userblock_size": 1024}}
    with h5py.File(path, "w", **how[path.stem.removeprefix("small_")]) as file:
        if not path.stem.startswith("small_"):
            return fill(file)
        file.create_dataset("g/packed", data=np.arange(60, dtype="i2").reshape(20, 3), chunks=(8, 3), compression="gzip", shuffle=True, fletcher32=True, maxshape=(None, 3))
        file["flat"] = np.arange(4, dtype="f4")
        file.attrs["config"] = "{}"


def dump(path, folder):
    lines = []
    with h5py.File(path) as file:
        def visit(name, item):
            if not isinstance(item, h5py.Dataset) or item.shape is None or item.dtype.kind not in "iufb":
                return
            try:
                values = item[()]
            except OSError:
                return
            values = np.ascontiguousarray(values)
            kind = np.float32 if values.dtype.itemsize == 2 and values.dtype.kind == "f" else values.dtype.newbyteorder("=")
            (folder / f"{len(lines)}.raw").write_bytes(values.astype(kind).tobytes())
            lines.append(name)
        file.visititems(visit)
    (folder / "list.txt").write_text("\0".join(lines))


def check(path):
    with h5py.File(path) as file:
        data = file["full_data_cyl"]
        assert data.shape == (10001, 33, 3) and data.dtype == np.int16 and data.maxshape[0] is None, data
        assert data.compression == "gzip" and data.shuffle, data.compression
        expected = (np.arange(10001 * 99) ** 2 % 511).astype("i2").reshape(10001, 33, 3)
        assert (data[:] == expected).all()
        assert file["L1bit"].dtype == bool and (file["L1bit"][:] == (np.arange(10001) % 3 == 0)).all()
        assert (file["ET"][:] == np.arange(10001, dtype="f4") / 16).all() and file["ET"].dtype == np.float32
        assert file["deep/er/x"][:].tolist() == [1.5, 2.5]
        assert file.attrs["config"] == '{"naïve": 1}', file.attrs["config"]
        assert file["deep"].attrs["note"] == "on a group" and file["ET"].attrs["unit"] == "0.5 GeV"
        assert len(file["deep"].attrs["long"]) == 200_000


{"write": write, "dump": dump, "check": check}[sys.argv[1]](*map(pathlib.Path, sys.argv[2:]))
