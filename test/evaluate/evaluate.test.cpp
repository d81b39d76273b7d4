// All tables: on samples made by hand, on simulated files, and against the package's formulas in NumPy.
#include "evaluate/evaluate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "core/error.hpp"
#include "evaluate/report.hpp"
#include "model/qonnx_export.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/support/support.hpp"

namespace trigloop::evaluate {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Sample make_sample(const std::string& name, std::size_t events, double mean, unsigned seed) {
  std::mt19937 random(seed);
  std::exponential_distribution<double> exponential(1 / mean);
  Sample sample;
  sample.name = name;
  sample.fraction = 4;
  sample.highest = 131071;
  for (std::size_t i = 0; i < events; ++i) {
    sample.codes.push_back(static_cast<std::int32_t>(std::min(131071.0, exponential(random))));
    sample.fired.push_back(random() % 100 == 0);
    sample.ht.push_back(static_cast<float>(random() % 400));
    sample.pileup.push_back(static_cast<float>(random() % 60));
  }
  return sample;
}

EvaluateOptions at_rates(std::vector<double> rates) {
  EvaluateOptions options;
  options.rates_khz = std::move(rates);
  options.crossings = Crossings(30'000);
  options.bootstrap.replicas = 20;
  return options;
}

TEST(Evaluate, columns_count_events_of_the_first_kind_above_the_threshold_of_the_second) {
  const Sample background = make_sample("background", 30'000, 1000, 1), signal = make_sample("S", 5'000, 4000, 2);
  const Evaluation e = evaluate(background, std::span(&signal, 1), at_rates({10, 100}));
  for (std::size_t r = 0; r < e.rows.size(); ++r) {
    for (std::size_t rule = 0; rule < rules; ++rule) {
      for (std::size_t above = 0; above < kinds; ++above) {
        const std::int64_t code = e.rows[r].thresholds[above].by_rule[rule].code;
        std::uint64_t raw = 0, pure = 0;
        for (std::size_t i = 0; i < signal.events(); ++i) {
          raw += signal.codes[i] >= code;
          pure += signal.codes[i] >= code && signal.fired[i] == 0;
        }
        const Columns& columns = e.signals[0].rates[r][rule];
        EXPECT_EQ(columns[0][above].count, raw);
        EXPECT_EQ(columns[1][above].count, pure);
        EXPECT_EQ(columns[1][above].total, signal.events());
      }
    }
  }
  EXPECT_EQ(e.signals[0].ht->count,
            static_cast<std::uint64_t>(std::ranges::count_if(signal.ht, [](float ht) { return ht > 280; })));
  EXPECT_EQ(e.signals[0].l1->count, static_cast<std::uint64_t>(std::ranges::count(signal.fired, 1)));
}

TEST(Evaluate, pileup_bins_hold_every_event_once_and_average_to_the_rate) {
  const Sample background = make_sample("background", 30'000, 1000, 3);
  const Evaluation e = evaluate(background, {}, at_rates({100}));
  std::uint64_t events = 0, passing = 0;
  for (const PileupBin& bin : e.pileup.at(0).bins) {
    events += bin.events;
    passing += bin.passing[0].count;
    EXPECT_EQ(bin.high - bin.low, 5);
  }
  EXPECT_EQ(events, background.events());
  EXPECT_EQ(passing, e.rows[0].thresholds[0].by_rule[0].raw);
}

TEST(Evaluate, histograms_lose_no_event) {
  const Sample background = make_sample("background", 10'000, 60'000, 4);  // some saturate
  const Evaluation e = evaluate(background, {}, at_rates({100}));
  std::uint64_t sum = 0;
  for (const std::uint64_t n : e.histograms.background) sum += n;
  EXPECT_EQ(sum, background.events());
  EXPECT_EQ(e.histograms.edges.front(), 0);
  EXPECT_EQ(e.histograms.edges.back(), 131072);
  EXPECT_TRUE(std::ranges::is_sorted(e.histograms.edges, std::less_equal<>()));
}

TEST(Evaluate, says_where_too_few_events_are_left_and_offers_a_fit) {
  const Sample background = make_sample("background", 30'000, 1000, 5);
  const Evaluation e = evaluate(background, {}, at_rates({1, 100}));
  EXPECT_TRUE(e.rows[0].thresholds[0].is_sparse);
  ASSERT_TRUE(e.rows[0].thresholds[0].tail);
  const Extrapolated tail = *e.rows[0].thresholds[0].tail;
  EXPECT_NEAR(tail.code, 1000 * std::log(30'000), 4 * tail.error);
  EXPECT_FALSE(e.rows[1].thresholds[0].is_sparse);
  EXPECT_FALSE(e.rows[1].thresholds[0].tail);
  EXPECT_THAT(to_text(e, {}), HasSubstr("fewer than 10 background events"));
}

TEST(Evaluate, without_known_decisions_every_event_is_pure) {
  Sample background = make_sample("background", 1'000, 1000, 6);
  background.fired.clear();
  const Evaluation e = evaluate(background, {}, at_rates({1000}));
  EXPECT_FALSE(e.knows_l1);
  EXPECT_EQ(e.pure_events, e.events);
  EXPECT_TRUE(json::parse(to_json(e, {}))["background"]["l1"].is_null());
}

TEST(Evaluate, of_a_stream_gives_the_tables_of_its_events) {
  const Sample background = make_sample("background", 30'000, 1000, 8), signal = make_sample("S", 5'000, 4000, 9);
  const Evaluation e = evaluate(background, std::span(&signal, 1), at_rates({10, 100}));
  const Evaluation of_stream =
      evaluate(Stream{"background", background.scores(), 0, 131071, true}, std::span(&signal, 1), at_rates({10, 100}));
  json a = json::parse(to_json(e, {})), b = json::parse(to_json(of_stream, {}));
  a.erase("pileup"), b.erase("pileup");  // a spectrum does not know the pile-up of its events
  EXPECT_EQ(a, b);
}

TEST(Evaluate, refuses_rates_that_are_none_and_scores_in_other_steps) {
  const Sample background = make_sample("background", 100, 1000, 7);
  EXPECT_THROW(evaluate(background, {}, at_rates({0})), core::Error);
  EXPECT_THROW(evaluate(background, {}, at_rates({40'000})), core::Error);
  Sample other = background;
  other.fraction = 5;
  EXPECT_THROW(evaluate(background, std::span(&other, 1), at_rates({1})), core::Error);
  EXPECT_THROW(evaluate(Sample{}, {}, at_rates({1})), core::Error);
}

test::CommandResult trigloop(std::vector<std::string> words) {
  words.insert(words.begin(), test::program().native());
  return test::run_command(words);
}

/// Simulated samples and a network like the deployed one.
class EvaluateCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = std::make_unique<test::TempDir>();
    ASSERT_EQ(trigloop({"simulate", "zerobias", "-q", "-n", "20000", "-o", file("zb.h5")}).status, 0);
    ASSERT_EQ(trigloop({"simulate", "signals", "-q", "-n", "500", "-o", file("signals.h5")}).status, 0);
    test::write_file(file("model.onnx"), model::export_qonnx(test::Axol1tlLike().make()));
  }
  static void TearDownTestSuite() { dir_.reset(); }
  static std::string file(const std::string& name) { return *dir_ / name; }
  static test::CommandResult evaluate(std::vector<std::string> more) {
    std::vector<std::string> words{"evaluate", "-m", file("model.onnx"), "-b", file("zb.h5"), "-s", file("signals.h5")};
    words.insert(words.end(), more.begin(), more.end());
    return trigloop(words);
  }
  static std::unique_ptr<test::TempDir> dir_;
};
std::unique_ptr<test::TempDir> EvaluateCommand::dir_;

TEST_F(EvaluateCommand, gives_the_same_bytes_for_any_number_of_threads_and_engine) {
  const test::CommandResult one = evaluate({"--json", "--threads", "1"}), many = evaluate({"--json", "--threads", "5"});
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(one.out, many.out);
  json a = json::parse(one.out), b = json::parse(evaluate({"--json", "--engine", "reference"}).out);
  a.erase("engine");
  b.erase("engine");
  EXPECT_EQ(a, b);
  EXPECT_EQ(a["background"]["events"], 20000);
  EXPECT_EQ(a["thresholds"].size(), 17u);
}

TEST_F(EvaluateCommand, takes_stored_bits_or_a_menu) {
  const json stored = json::parse(evaluate({"--json", "--rate", "100"}).out);
  EXPECT_EQ(stored["background"]["l1"], "stored bits");
  const test::CommandResult menu = evaluate({"--json", "--rate", "100", "--menu", "pythia-samples"});
  EXPECT_EQ(menu.status, 0) << menu.err;
  const json emulated = json::parse(menu.out);
  EXPECT_THAT(emulated["background"]["l1"].get<std::string>(), HasSubstr("menu pythia-samples"));
  const test::CommandResult rates =
      trigloop({"menu", "rates", "-m", "pythia-samples", "--json", "-q", "-i", file("zb.h5")});
  ASSERT_EQ(rates.status, 0) << rates.err;
  EXPECT_EQ(emulated["background"]["events"].get<int>() - emulated["background"]["pure_events"].get<int>(),
            json::parse(rates.out)["fired"].get<int>());
}

TEST_F(EvaluateCommand, keeps_decisions_with_their_events_when_events_are_cut) {
  const json cut = json::parse(evaluate({"--json", "--rate", "100", "--package-cuts", "--menu", "pythia-samples"}).out);
  const json all = json::parse(evaluate({"--json", "--rate", "100", "--menu", "pythia-samples"}).out);
  EXPECT_LE(cut["background"]["events"], all["background"]["events"]);
  EXPECT_TRUE(cut["package_cuts"]);
  EXPECT_EQ(trigloop({"evaluate", "-m", file("model.onnx"), "-b", file("none.h5")}).status, 3);
}

TEST_F(EvaluateCommand, writes_every_number_as_csv_and_refuses_what_makes_no_sense) {
  EXPECT_EQ(evaluate({"-q", "--rate", "10", "100", "--csv", file("all.csv")}).status, 0);
  const std::string csv = test::read_file(file("all.csv"));
  EXPECT_THAT(csv, HasSubstr("threshold,background,firmware,10,pure,"));
  EXPECT_THAT(csv, HasSubstr(",firmware,100,pure-raw,"));
  EXPECT_EQ(trigloop({"evaluate", "-m", file("model.onnx")}).status, 2);
  EXPECT_EQ(evaluate({"--bunches", "4000"}).status, 2);
  EXPECT_EQ(evaluate({"--menu", "no-such"}).status, 2);
  EXPECT_EQ(evaluate({"--bunches", "2544", "--bc-khz", "28000"}).status, 2);
}

TEST_F(EvaluateCommand, refuses_models_that_take_scaled_numbers) {
  TRIGLOOP_NEEDS_SHARED("models/seed_build.h5");
  const std::string model = test::shared_root() / "models/seed_build.h5";
  const test::CommandResult result = trigloop({"evaluate", "-q", "-m", model, "-b", file("zb.h5")});
  EXPECT_EQ(result.status, 6);
  EXPECT_THAT(result.err, HasSubstr("--normalisation"));
}

/// Writes the 57 numbers of each event of every set of objects in FILES to FOLDER/NAME.npy.
constexpr const char* write_events = R"(import h5py, numpy, sys
rows = [0, *range(1, 5), *range(13, 17), *range(21, 31)]
for path in sys.argv[2:]:
    with h5py.File(path) as file:
        for name in (k for k in file if file[k].ndim == 3):
            numpy.save(f"{sys.argv[1]}/{name}.events.npy", file[name][:][:, rows].reshape(-1, 57)))";

/// The scores of one set, by the program's own command.
void write_scores(const std::string& model, const std::string& events, const std::string& out) {
  const test::CommandResult scored = trigloop({"score", "-q", "-m", model, "-i", events, "-o", out});
  ASSERT_EQ(scored.status, 0) << scored.err;
}

TEST(EvaluatePeers, values_equal_the_formulas_of_the_package_in_numpy) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  TRIGLOOP_NEEDS_SHARED("data/zerobias_pythia.h5");
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  const std::string model = test::shared_root() / "models/axol1tl_v5.onnx";
  const std::string zerobias = test::shared_root() / "data/zerobias_pythia.h5";
  const std::string signals = test::shared_root() / "data/signals_pythia.h5";
  const test::CommandResult ours_run = trigloop(
      {"evaluate", "-m", model, "-b", zerobias, "-s", signals, "--json", "--rate", "0.05", "0.5", "1", "10", "105"});
  ASSERT_EQ(ours_run.status, 0) << ours_run.err;
  const json ours = json::parse(ours_run.out);
  const test::CommandResult written =
      test::run_command({test::peer_python(), "-c", write_events, dir.path(), zerobias, signals});
  ASSERT_EQ(written.status, 0) << written.err;
  write_scores(model, dir / "full_data_cyl.events.npy", dir / "background.npy");
  for (const json& signal : ours["signals"]) {
    const std::string name = signal["name"];
    write_scores(model, dir / (name + ".events.npy"), dir / (name + ".npy"));
  }
  const test::CommandResult peer = test::run_command(
      {test::peer_python(), test::project_root() / "test/peers/evaluate_numpy.py", zerobias, signals, dir.path()});
  ASSERT_EQ(peer.status, 0) << peer.err;
  const json theirs = json::parse(peer.out);

  for (std::size_t r = 0; r < 5; ++r) {
    const json& row = ours["thresholds"][r];
    for (std::size_t k = 0; k < kinds; ++k) {
      const json& kind = row[k == 0 ? "raw" : "pure"];
      EXPECT_DOUBLE_EQ(kind["package"]["score"], theirs["thresholds"][r][k]) << row["rate_khz"] << name_of(Kind(k));
      EXPECT_EQ(kind["firmware"]["code"], theirs["firmware"][r][k]) << row["rate_khz"] << name_of(Kind(k));
    }
  }
  for (const json& signal : ours["signals"]) {
    const json& truth = theirs["signals"][signal["name"].get<std::string>()];
    EXPECT_NEAR(100 * signal["l1"]["value"].get<double>(), truth["l1"], 1e-9);
    EXPECT_NEAR(100 * signal["ht"]["value"].get<double>(), truth["ht"], 1e-9);
    for (std::size_t r = 0; r < 5; ++r) {
      const json& columns = signal["rates"][r]["package"];
      std::size_t c = 0;
      for (const char* column : {"raw-raw", "pure-raw", "raw-pure", "pure-pure"})
        EXPECT_NEAR(100 * columns[column]["value"].get<double>(), truth["columns"][r][c++], 1e-9)
            << signal["name"] << ' ' << column;
    }
  }
  for (const json& bin : ours["pileup"][0]["bins"]) {
    const std::string key = "pileup " + std::to_string(bin["low"].get<int>());
    if (!theirs.contains(key)) continue;
    EXPECT_EQ(bin["events"], theirs[key][0]);
    EXPECT_EQ(bin["rates"][3]["count"], theirs[key][1]);
  }
}

}  // namespace
}  // namespace trigloop::evaluate
