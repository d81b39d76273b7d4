#pragma once
// A small model, simulated files, and what a batch run makes of them: what other ways to scout are compared with.
#include <string>
#include <vector>

#include "io/any/any.hpp"
#include "model/qonnx_export.hpp"
#include "scout/record/record.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/scout/follow/scouting_file.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {

/// `trigloop scout run` with the model at `model`, and what else is said.
inline std::vector<std::string> scout_words(const std::filesystem::path& model, std::vector<std::string> more,
                                            const std::string& menu = "none") {
  std::vector<std::string> words{program(), "scout", "run", "--model", model, "--menu", menu, "--bunches", "2544"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Records of a folder, without what may differ from run to run: when, and by which inputs in which order.
inline std::vector<scout::Record> sums_of(const std::filesystem::path& folder) {
  std::vector<scout::Record> all;
  for (const auto& path : scout::list_records(folder)) {
    all.push_back(scout::read_record(path));
    all.back().committed_at = 0;
    all.back().generation = 1;
    all.back().shares.clear();
    all.back().pieces.clear();
  }
  return all;
}

/// Entries [first, last) of a scouting file, as a file of its own.
inline void write_part(const std::filesystem::path& whole, const std::filesystem::path& part, std::uint64_t first,
                       std::uint64_t last) {
  const auto source = io::open(whole);
  io::root::Writer writer(part, {.threads = 1});
  for (const io::TableSpec& table : {simulate::scouting_events(), simulate::scouting_lumisections()}) {
    const std::size_t number = writer.add_table(table);
    io::Selection selection{table.name, 0, {}};
    for (const io::ColumnSpec& column : table.columns) selection.columns.push_back(column.name);
    const auto reader = source->read(selection, {});
    if (table.name == "Events") reader->rewind({first, last});
    for (event::Columns cluster; reader->next(cluster);) writer.append(number, cluster);
  }
  writer.commit();
}

inline std::uint64_t rows_of(const std::filesystem::path& file) { return io::open(file)->info().tables[0].entries; }

class ScoutFiles {
 public:
  explicit ScoutFiles(unsigned files, std::uint32_t orbits = 8) {
    write_file(model(), model::export_qonnx(Axol1tlLike().make()));
    std::filesystem::create_directories(dir_ / "all");
    for (unsigned i = 0; i < files; ++i) write_scouting_file(dir_ / ("all/" + name(i)), 1 + i, i + 1, orbits);
  }

  std::filesystem::path model() const { return dir_ / "small.onnx"; }
  std::filesystem::path all() const { return dir_ / "all"; }
  std::filesystem::path path(const std::string& name) const { return dir_ / name; }
  static std::string name(unsigned i) { return "ls" + std::to_string(1 + i) + ".root"; }

  /// A batch run over all files.
  std::vector<scout::Record> batch() const {
    const auto words = scout_words(model(), {"--input", all() / "*.root", "--output", dir_ / "batch", "--quiet"});
    const CommandResult run = run_command(words);
    EXPECT_EQ(run.status, 0) << run.err;
    return sums_of(dir_ / "batch");
  }

 private:
  TempDir dir_;
};

inline void expect_same_records(const std::vector<scout::Record>& a, const std::vector<scout::Record>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(scout::encode(a[i]), scout::encode(b[i])) << i;
}

}  // namespace trigloop::test
