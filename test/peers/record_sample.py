"""Writes the sample test/compat/record_v1.record from docs/formats.md alone: the description and the reader are tested
against each other. Usage: record_sample.py OUTPUT [FUZZ_CORPUS_FOLDER]"""
import json
import struct
import sys

import numcodecs
import xxhash

U64 = (1 << 64) - 1


def text(value):
    value = value.encode()
    return struct.pack("<Q", len(value)) + value


def section(tag, content, pack):
    stored = bytes(numcodecs.Zstd(level=1).encode(content)) if pack else content
    head = struct.pack("<4sIQQ", tag, 1 if pack else 0, len(content), len(stored))
    seed = xxhash.xxh3_64_intdigest(head)
    return head + struct.pack("<Q", xxhash.xxh3_64_intdigest(stored, seed=seed)) + stored


def steps(values, form, modulo):
    return b"".join(struct.pack(form, (b - a) % modulo) for a, b in zip([0, *values[:-1]], values))


def packed(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def bins(counts):
    codes = [code for code, _ in counts]
    code_steps = ((b - a) % (U64 + 1) for a, b in zip([0, *codes[:-1]], codes))
    return struct.pack("<Q", len(counts)) + b"".join(map(packed, [*code_steps, *(n for _, n in counts)]))


def orbits(entries):
    columns = list(zip(*entries)) or [()] * 5
    out = struct.pack("<Q", len(entries)) + steps(list(columns[0]), "<I", 1 << 32)
    for column, form in zip(columns[1:], "IHHQ"):
        out += struct.pack(f"<{len(column)}{form}", *column)
    return out


def numbers(values, form):
    return struct.pack(f"<Q{len(values)}{form}", len(values), *values)


IDENTITY = {
    "version": 1, "model": "ab" * 32, "model_name": "axol1tl_v5", "fraction": 4, "menu": "cd" * 32, "menu_name": "run3",
    "seeds": ["L1_SingleMu22", "L1_ETMHF90"], "layout": "cms-l1-scouting",
    "stream": "stream:\n  sampling: random\n  kept_fraction: 0.00026\n  colliding_bunches: 2544\n",
    "tail": {"count": 3, "threshold": -5, "collections": [{"name": "EG", "fields": ["pt", "eta", "phi"]}]},
    "inputs_every": 8}

CROSSINGS = [0] * 3565
CROSSINGS[1], CROSSINGS[7], CROSSINGS[3564] = 3, 2, 1


def share(hash_, name, size, *counts):
    return text(hash_) + text(name) + struct.pack(f"<{1 + len(counts)}Q", size, *counts)


def contents():
    yield b"IDEN", text(json.dumps(IDENTITY))
    yield b"LUMI", (struct.pack("<IIIB", 396102, 214, 2, 1) + text("waited 60 s")
                    + struct.pack("<qQQQQ", 1700000000, 5, 1, 2, 3))
    yield b"SHAR", (struct.pack("<Q", 2) + share("01" * 32, "a.root", 1000, 3, 4, 2, 0, 0, 1, 0)
                    + share("02" * 32, "b \u00e9.root", 2000, 9, 2, 1, 1, 4, 0, 1))
    yield b"CROS", numbers(CROSSINGS, "Q")
    yield b"ALL ", bins([(-3, 1), (0, 2), (4000, 3)])
    yield b"PURE", bins([(-3, 1), (4000, 2)])
    yield b"NONC", bins([])
    yield b"CONT", (struct.pack("<QI", 1, 77) + text("a.root") + text("b \u00e9.root")
                    + struct.pack("<4Q", 3, 4, U64, 6))
    yield b"INPT", (struct.pack("<IQ", 8, 6) + struct.pack("<Q", 2) + text("EG0.pt") + text("EG.count")
                    + struct.pack("<Q", 2) + bins([(0, 5), (12, 1)]) + bins([(1, 6)]))
    yield b"TAIL", (struct.pack("<IqQ", 3, -5, 2)
                    + struct.pack("<qII", 4000, 56098817, 7) + numbers([1 << 63], "Q") + numbers([1, 90, -7, 3], "i")
                    + struct.pack("<qII", 0, 56098818, 1) + numbers([0], "Q") + numbers([0], "i"))
    yield b"PIEC", orbits([(56098818, 1, 1, 1, 20), (56098818, 2, 7, 3564, U64)])
    yield b"ORBT", orbits([(56098817, 2, 1, 7, 10), (56098818, 3, 1, 3564, 19), (56098820, 1, 1, 1, 30)])


def main():
    sections = list(contents())
    out = b"TLRECORD" + struct.pack("<I", 1)
    out += b"".join(section(tag, content, pack=i % 2 == 1) for i, (tag, content) in enumerate(sections))
    with open(sys.argv[1], "wb") as file:
        file.write(out)
    if len(sys.argv) > 2:
        with open(sys.argv[2] + "/sections", "wb") as file:
            file.write(b"".join(struct.pack("<H", len(c)) + c for _, c in sections if len(c) < 65536))


if __name__ == "__main__":
    main()
