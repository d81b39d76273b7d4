// Raw files of the scouting network and CMSSW's orbit files are scouted as the ntuples of the same events are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "io/raw/writer.hpp"
#include "test/app/scout_files.hpp"
#include "test/support/background.hpp"

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

/// The events of a file, as the network would have written them: muons in one file, the calorimeter in the other.
void write_raw(const fs::path& from, const fs::path& to) {
  const auto source = io::open(from);
  io::raw::Writer writer(to, {.file_a_source = true});
  io::TableSpec spec{"Events", "", {}};
  io::Selection selection{"Events", 0, {}};
  for (const io::ColumnInfo& column : io::find_table(source->info(), "Events").columns) {
    spec.columns.push_back({column.name, *column.type, column.shape, column.counter});
    selection.columns.push_back(column.name);
  }
  const std::size_t table = writer.add_table(spec);
  const auto reader = source->read(selection, {});
  for (event::Columns cluster; reader->next(cluster);) writer.append(table, cluster);
  writer.commit();
}

class ScoutRaw : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(raw());
    for (unsigned i = 0; i < count; ++i) write_raw(files.all() / ScoutFiles::name(i), raw() / name(i));
  }
  static std::string name(unsigned i) { return "run1_ls" + std::to_string(1 + i) + "_index0.raw"; }
  fs::path raw() const { return files.path("raw"); }
  fs::path output() const { return files.path("out"); }
  static constexpr unsigned count = 3;
  ScoutFiles files{count};
};

TEST_F(ScoutRaw, IsScoutedAsNtuplesAre) {
  const auto run =
      run_command(scout_words(files.model(), {"--input", raw() / "*", "--output", output(), "--quiet", "--consume"}));
  ASSERT_EQ(run.status, 0) << run.err;
  expect_same_records(sums_of(output()), files.batch());
  EXPECT_TRUE(fs::is_empty(raw())) << "companions are consumed with their first file";
}

TEST_F(ScoutRaw, IsFollowedAsItComesWithCompanionsThatAreLate) {
  const fs::path fifo = files.path("fifo");
  fs::create_directories(fifo);
  const fs::path log = files.path("log");
  Background follower(scout_words(files.model(), {"--follow", fifo, "--output", output(), "--rescan", "1s"}), log);
  for (unsigned i = 0; i < count; ++i) {
    fs::copy_file(raw() / name(i), fifo / name(i));
    std::this_thread::sleep_for(300ms);
    fs::copy_file(raw() / (name(i) + "_1"), fifo / (name(i) + "_1"));
  }
  fs::copy_file(project_root() / "test/io/orbits/data/split.root", fifo / "orbits.root");
  for (int i = 0; i < 600 && scout::list_records(output()).size() < count + 1; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(follower.end(SIGTERM), 0) << read_file(log);
  auto records = sums_of(output());
  ASSERT_EQ(records.size(), count + 1) << read_file(log);
  EXPECT_EQ(records.back().lumi.run, 396102u) << "the orbit file";
  EXPECT_EQ(scout::total(records.back().sum.all), 120u);
  records.pop_back();
  expect_same_records(records, files.batch());
}

TEST_F(ScoutRaw, IsInspectedAndWrittenAsNtuple) {
  const auto inspected = run_command({program(), "inspect", raw() / name(0)});
  EXPECT_EQ(inspected.status, 0) << inspected.err;
  EXPECT_THAT(inspected.out, HasSubstr("RAW, orbits of CMSSW"));
  EXPECT_THAT(inspected.out, HasSubstr("nMuonsOfQuality0"));
  const auto made = run_command({program(), "ntuplise", raw() / name(0), "-o", files.path("flat.root"), "--quiet"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(rows_of(files.path("flat.root")), rows_of(files.all() / ScoutFiles::name(0)));
}

}  // namespace
}  // namespace trigloop::test
