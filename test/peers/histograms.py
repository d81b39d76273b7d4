"""Compares an exported spectrum with histograms that ROOT and boost-histogram fill: CSV (ROOT UHI LOW HIGH)...

CSV has every bin; ROOT and UHI cover the scores from LOW to HIGH, in steps of 1/16. ROOT's warnings go to standard
error, which the test wants empty.
"""
import csv
import json
import sys

import numpy as np
import uproot


def check(good, what):
    if not good:
        sys.exit(f"{what} differs")


def layout_of(file):
    """Class by class: versions, checksums and members, as the file's streamer info has them."""
    classes = {}
    for info in file.GetStreamerInfoList():
        if info.ClassName() == "TStreamerInfo":
            members = [(e.GetName(), e.GetType(), e.GetSize(), e.ClassName()) for e in info.GetElements()
                       if e.ClassName() != "TStreamerBase"]
            classes[info.GetName()] = info.GetClassVersion(), info.GetCheckSum(), members
    return classes


def compare_root(path, scores, counts, axis):
    import ROOT

    filled = ROOT.TH1D("score", "axol1tl_v5;score;events", *axis)
    for score, count in zip(scores, counts):
        for _ in range(count):
            filled.Fill(score)
    file = ROOT.TFile(path)
    found = file.Get("score")
    own = ROOT.TFile(path + ".own", "recreate")
    filled.Write()
    own.Close()
    written = ROOT.TFile(path + ".own")
    check(layout_of(file) == layout_of(written), "streamer info")
    for what in ("GetName", "GetTitle", "GetEntries", "GetMean", "GetStdDev", "GetNbinsX", "GetSumOfWeights"):
        check(getattr(found, what)() == getattr(filled, what)(), what)
    check(found.GetXaxis().GetTitle() == "score" and found.GetYaxis().GetTitle() == "events", "titles of axes")
    cells = range(filled.GetNcells())
    check([found.GetBinContent(i) for i in cells] == [filled.GetBinContent(i) for i in cells], "contents")
    check([found.GetBinLowEdge(i) for i in cells] == [filled.GetBinLowEdge(i) for i in cells], "edges")
    names = path, path + ".own"
    bytes_of = [uproot.open(name).key("score").get_uncompressed_chunk_cursor()[0].raw_data for name in names]
    ours, own = (bytes(one) for one in bytes_of)
    check(ours == own, "a byte of the TH1D")


def compare_uproot(path, scores, counts, axis):
    histogram = uproot.open(path)["score"]
    expected, edges = np.histogram(scores, bins=axis[0], range=axis[1:], weights=counts)
    inside = scores < axis[2]  # numpy closes the last bin
    expected[-1] -= counts[(scores == axis[2])].sum()
    check(np.array_equal(histogram.values(), expected) and np.array_equal(histogram.axis().edges(), edges), "uproot")
    flow = histogram.values(flow=True)
    check(flow[0] == counts[scores < axis[1]].sum() and flow[-1] == counts[~inside].sum(), "outside the range")


def compare_boost(path, scores, counts, axis):
    import boost_histogram as bh
    import uhi.schema

    text = json.load(open(path))
    uhi.schema.validate_histogram(text)
    found = bh.serialization.from_uhi(text)
    filled = bh.Histogram(bh.axis.Regular(*axis), storage=bh.storage.Int64())
    filled.fill(np.repeat(scores + 1 / 32, counts))  # amid the bins: its arithmetic is not exact at their edges
    check(found.axes == filled.axes and found.storage_type == filled.storage_type, "UHI's axis")
    check(np.array_equal(found.values(flow=True), filled.values(flow=True)), "UHI")


if __name__ == "__main__":
    table, *exports = sys.argv[1:]
    rows = list(csv.DictReader(open(table)))
    scores = np.array([float(row["score"]) for row in rows])
    counts = np.array([int(row["count"]) for row in rows])
    for root, json_file, low, high in zip(*[iter(exports)] * 4):
        axis = round((float(high) - float(low)) * 16), float(low), float(high)
        compare_root(root, scores, counts, axis)
        compare_uproot(root, scores, counts, axis)
        compare_boost(json_file, scores, counts, axis)
    print("equal")
