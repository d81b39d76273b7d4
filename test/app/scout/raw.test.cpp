// Raw files of the scouting network and CMSSW's orbit files are scouted as the ntuples of the same events are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "io/raw/writer.hpp"
#include "test/app/scout/files.hpp"
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

/// The same events with the same scores; objects of raw files have more fields, which the tail shows.
void expect_same_events(const std::vector<scout::Record>& a, const std::vector<scout::Record>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].lumi(), b[i].lumi());
    EXPECT_EQ(a[i].sum.all, b[i].sum.all) << i;
    EXPECT_EQ(a[i].sum.orbits, b[i].sum.orbits) << "hashes of all events, " << i;
    EXPECT_EQ(a[i].sum.crossings, b[i].sum.crossings) << i;
    EXPECT_EQ(a[i].exposure(), b[i].exposure()) << i;
    EXPECT_EQ(a[i].complete(), b[i].complete()) << i;
  }
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
  expect_same_events(sums_of(output()), files.batch());
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
  EXPECT_EQ(records.back().lumi().run, 396102u) << "the orbit file";
  EXPECT_EQ(scout::total(records.back().sum.all), 120u);
  records.pop_back();
  expect_same_events(records, files.batch());
}

/// The same events whatever form they come in; the exposure has the kept fraction, and the identity the choice.
TEST_F(ScoutRaw, IsPrescaledAndChosenAsNtuplesAre) {
  const std::vector<std::string> choice{"--crossings", "1-1500,1700-2000", "--prescale", "4", "--quiet"};
  const auto run = [&](const fs::path& input, const std::string& name) {
    std::vector<std::string> words{"--input", input, "--output", files.path(name)};
    words.insert(words.end(), choice.begin(), choice.end());
    std::vector<std::string> all{program(), "scout", "run", "--model", files.model(), "--menu", "none"};
    all.insert(all.end(), words.begin(), words.end());
    const auto result = run_command(all);
    EXPECT_EQ(result.status, 0) << result.err;
    return sums_of(files.path(name));
  };
  const auto chosen = run(raw() / name(0), "chosen"), same = run(files.all() / ScoutFiles::name(0), "same");
  expect_same_events(chosen, same);
  ASSERT_EQ(chosen.size(), 1u);
  const auto whole = files.batch();
  const double share =
      static_cast<double>(scout::total(chosen[0].sum.all)) / static_cast<double>(scout::total(whole[0].sum.all));
  EXPECT_NEAR(share, 1801.0 / 3564 / 4, 0.05);
  EXPECT_EQ(chosen[0].identity.stream.choice.prescale, 4u);
  // Another choice is another identity: nothing of both comes into one folder.
  const auto other =
      run_command(scout_words(files.model(), {"--input", raw() / name(1), "--output", files.path("chosen")}));
  EXPECT_EQ(other.status, 2) << other.err;
  const auto unknown = run_command(
      scout_words(files.model(), {"--input", raw() / name(1), "--output", output(), "--crossings", "1-100"}));
  EXPECT_EQ(unknown.status, 2) << "of 2544 bunches, how many are these?";
  EXPECT_THAT(unknown.err, HasSubstr("filling_scheme"));
}

/// The crossings of a fill are those that conditions state, as if they had been listed.
TEST_F(ScoutRaw, IsChosenByTheFillsCrossings) {
  write_file(files.path("fills.yaml"),
             "version: 1\nintervals:\n  - {run: 1, fill: 10732, filling_scheme: [\"1-1500\", 1700]}\n");
  const auto ntuple = [&](const std::string& name, std::vector<std::string> choice) {
    choice.insert(choice.begin(), {program(), "ntuplise", raw() / ScoutRaw::name(0), "-o", files.path(name), "-q"});
    return run_command(choice);
  };
  const std::vector<std::string> fill{"--fill", "10732", "--fill-scheme", files.path("fills.yaml")};
  ASSERT_EQ(ntuple("fill.root", fill).status, 0);
  ASSERT_EQ(ntuple("list.root", {"--crossings", "1-1500,1700"}).status, 0);
  EXPECT_EQ(rows_of(files.path("fill.root")), rows_of(files.path("list.root")));
  const auto scouted = [&](const std::string& folder, const std::vector<std::string>& choice) {
    std::vector<std::string> words{program(),
                                   "scout",
                                   "run",
                                   "--model",
                                   files.model(),
                                   "--menu",
                                   "none",
                                   "--input",
                                   raw() / ScoutRaw::name(0),
                                   "--output",
                                   files.path(folder),
                                   "--quiet"};
    words.insert(words.end(), choice.begin(), choice.end());
    const auto ran = run_command(words);
    EXPECT_EQ(ran.status, 0) << ran.err;
    return sums_of(files.path(folder));
  };
  expect_same_events(scouted("by_fill", fill),
                     scouted("by_list", {"--crossings", "1-1500,1700", "--filling-scheme", "1-1500,1700"}));
  const auto unknown = ntuple("none.root", {"--fill", "1", "--fill-scheme", files.path("fills.yaml")});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("has no interval of fill 1"));
  EXPECT_EQ(ntuple("none.root", {"--fill", "10732"}).status, 2) << "of which file?";
}

TEST_F(ScoutRaw, IsInspectedAndWrittenAsNtuple) {
  const auto inspected = run_command({program(), "inspect", raw() / name(0)});
  EXPECT_EQ(inspected.status, 0) << inspected.err;
  EXPECT_THAT(inspected.out, HasSubstr(": RAW, "));
  EXPECT_THAT(inspected.out, HasSubstr("Dropped.nMuonsOfQuality0"));
  const auto made = run_command({program(), "ntuplise", raw() / name(0), "-o", files.path("flat.root"), "--quiet"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(rows_of(files.path("flat.root")), rows_of(files.all() / ScoutFiles::name(0)));
  const auto all = run_command({program(), "ntuplise", raw() / name(0), "-o", files.path("all.root"), "--quiet",
                                "--empty", "--crossings", "1-100"});
  ASSERT_EQ(all.status, 0) << all.err;
  EXPECT_EQ(rows_of(files.path("all.root")), 8u * 100) << "of eight orbits";
  EXPECT_EQ(run_command({program(), "ntuplise", files.path("all.root"), "-o", output(), "--empty"}).status, 2);
  write_file(files.path("mask.txt"), "# the first train\n1-1000\n2000-2500\n");
  const auto part = run_command({program(), "ntuplise", raw() / name(0), "-o", files.path("part.root"), "--json",
                                 "--crossings", files.path("mask.txt"), "--prescale", "3"});
  ASSERT_EQ(part.status, 0) << part.err;
  EXPECT_THAT(part.out, HasSubstr("\"kept\":" + std::to_string(rows_of(files.path("part.root")))));
}

TEST(Ntuplise, WritesManyOrbitFilesAtATimeAndTheSameOfEveryForm) {
  const TempDir folder;
  const fs::path data = project_root() / "test/io/orbits/data";
  const auto made =
      run_command({program(), "ntuplise", data / "split.root", data / "whole.root", data / "by_objects.root", "-o",
                   folder / "flat", "--streams", "64", "--prescale", "2", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("\"files\":3,\"read\":360,\"selected\":360,\"prescale\":2,"));
  const std::string split = read_file(folder / "flat/split.root");
  EXPECT_EQ(read_file(folder / "flat/whole.root"), split);
  EXPECT_EQ(read_file(folder / "flat/by_objects.root"), split);
}

}  // namespace
}  // namespace trigloop::test
