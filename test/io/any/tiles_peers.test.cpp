// Files to tiles, against uproot, awkward and NumPy; and other experiments' files by a layout alone.
#include <gtest/gtest.h>

#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "event/layout.hpp"
#include "io/any/any.hpp"
#include "io/tiles.hpp"
#include "test/support/support.hpp"

namespace trigloop::io {
namespace {

using event::Tile;

/// Features (events, n) and keys (events, 4), event by event, as raw bytes.
std::string dump(const std::filesystem::path& file, const event::Layout& layout, const TileOptions& options) {
  const auto source = open(file);
  const Binding binding = bind(layout, *source);
  const std::size_t entries = find_table(source->info(), binding.selection.table).entries;
  const std::size_t width = binding.plan.features;
  std::vector<std::int16_t> features(entries * width);
  std::vector<std::uint32_t> keys(entries * 4);
  read_tiles(*source, binding, options, [&](unsigned, const Tile& tile) {
    for (std::uint32_t i = 0; i < tile.size; ++i) {
      const std::size_t entry = tile.first_entry + i;
      for (std::uint32_t f = 0; f < width; ++f) features[entry * width + f] = tile.row<std::int16_t>(f)[i];
      const std::uint32_t key[] = {tile.run[i], tile.block[i], tile.orbit[i], tile.crossing[i]};
      std::memcpy(&keys[entry * 4], key, sizeof key);
    }
  });
  std::string bytes(features.size() * 2 + keys.size() * 4, '\0');
  std::memcpy(bytes.data(), features.data(), features.size() * 2);
  std::memcpy(bytes.data() + features.size() * 2, keys.data(), keys.size() * 4);
  return bytes;
}

TEST(TilesOfScouting, EqualTheAwkwardReferenceByteForByte) {
  TRIGLOOP_NEEDS_SHARED("data/scouting_pythia.root");
  TRIGLOOP_NEEDS_PEERS();
  const auto file = test::shared_root() / "data/scouting_pythia.root";
  const auto layout = event::find_layout(event::cms_l1_scouting);
  TileOptions options;
  options.threads = 1;
  const std::string bytes = dump(file, layout, options);
  const test::TempDir dir;
  test::write_file(dir / "tiles.bin", bytes);
  const auto result =
      test::run_command({test::peer_python().native(), (test::project_root() / "test/peers/compare_tiles.py").native(),
                         file.native(), (dir / "tiles.bin").native()});
  EXPECT_EQ(result.status, 0) << result.out << result.err;

  // However it is read, the bytes are the same.
  options.threads = 3;
  options.read.verify = false;
  options.read.cluster_entries = 777;
  options.lanes = 64;
  EXPECT_TRUE(dump(file, layout, options) == bytes);
}

TEST(TilesOfOtherExperiments, TakeATimeSeriesFromAnNpz) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  const std::string script =
      "import numpy as np, sys\n"
      "i = np.arange(100000)\n"
      "np.savez_compressed(sys.argv[1], time=1e9 + i / 4096, strain=np.sin(i).astype('f4'))\n";
  const auto file = dir / "series.npz";
  ASSERT_EQ(test::run_command({test::peer_python().native(), "-c", script, file.native()}).status, 0);
  const auto layout = event::parse_layout(
      "trigloop_layout: 1\nname: series\ntable: ''\nvalues: physical\n"
      "key: {window: 1, time: time, start: 1e9}\nfeatures: [{scalar: strain}]\n",
      "series");
  double sum = 0;
  std::mutex mutex;
  const TileStats stats = read_tiles(*open(file), layout, {}, [&](unsigned, const Tile& tile) {
    const std::lock_guard lock(mutex);
    for (std::uint32_t i = 0; i < tile.size; ++i) {
      sum += static_cast<double>(tile.row<float>(0)[i]);
      ASSERT_EQ(tile.block[i], (tile.first_entry + i) / 4096);
    }
  });
  EXPECT_EQ(stats.entries, 100000u);
  EXPECT_NEAR(sum, 1.8120351, 1e-6);  // sum of sin(i), i < 100000, by NumPy
}

// As ATLAS' flat ntuples are: floats in MeV, keys of run, luminosity block and BCID.
TEST(TilesOfOtherExperiments, TakePhysicalUnitsFromARootNtuple) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  const std::string script =
      "import awkward as ak, numpy as np, sys, uproot\n"
      "n = np.arange(5000) % 7\n"
      "item = np.arange(n.sum(), dtype='f4')\n"
      "jets = ak.zip({'pt': ak.unflatten(1000 * item, n), 'eta': ak.unflatten(-item, n)})\n"
      "i = np.arange(5000)\n"
      "with uproot.recreate(sys.argv[1]) as f:\n"
      "    data = {'runNumber': (0 * i + 9).astype('u4'), 'lumiBlock': (i // 100).astype('u4'),\n"
      "            'bcid': (i % 3564).astype('u4'), 'met': 2000.0 * i, 'jet': jets}\n"
      "    tree = f.mktree('analysis', {'runNumber': 'u4', 'lumiBlock': 'u4', 'bcid': 'u4', 'met': 'f8',\n"
      "                                 'jet': 'var * {pt: float32, eta: float32}'})\n"
      "    tree.extend(data)\n";
  const auto file = dir / "atlas.root";
  const auto written = test::run_command({test::peer_python().native(), "-c", script, file.native()});
  ASSERT_EQ(written.status, 0) << written.err;
  const auto layout = event::parse_layout(R"(
trigloop_layout: 1
name: atlas-like
table: analysis
values: physical
key: {run: runNumber, block: lumiBlock, bcid: bcid}
collections:
  Jet: {counter: njet, columns: {pt: {column: jet_pt, scale: 0.001}, eta: jet_eta}}
features:
  - {objects_of: Jet, first: 2, fields: [pt, eta]}
  - {scalar: {column: met, scale: 0.001}}
)",
                                          "atlas-like");
  std::vector<std::size_t> first_item(5001);
  for (std::size_t i = 0; i < 5000; ++i) first_item[i + 1] = first_item[i] + i % 7;
  const TileStats stats = read_tiles(*open(file), layout, {}, [&](unsigned, const Tile& tile) {
    for (std::uint32_t lane = 0; lane < tile.size; ++lane) {
      const std::size_t i = tile.first_entry + lane;
      for (std::uint32_t j = 0; j < 2; ++j) {
        const float item = j < i % 7 ? static_cast<float>(first_item[i] + j) : 0.0f;
        ASSERT_NEAR(tile.row<float>(2 * j)[lane], item, 1e-6 * item);
        ASSERT_EQ(tile.row<float>(2 * j + 1)[lane], -item);
      }
      ASSERT_EQ(tile.row<float>(4)[lane], static_cast<float>(2 * i));
      ASSERT_EQ(tile.run[lane], 9u);
      ASSERT_EQ(tile.block[lane], i / 100);
      ASSERT_EQ(tile.crossing[lane], i % 3564);
    }
  });
  EXPECT_EQ(stats.entries, 5000u);
  EXPECT_EQ(stats.counts, event::TileCounts{});
}

}  // namespace
}  // namespace trigloop::io
