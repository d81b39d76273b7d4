// Menus on the Pythia samples, against counts and bits that NumPy finds by itself (test/peers/menu_numpy.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event/layout.hpp"
#include "io/any/any.hpp"
#include "menu/count.hpp"
#include "test/support/support.hpp"

namespace trigloop::menu {
namespace {

constexpr const char* zero_bias = "data/zerobias_pythia.h5";
constexpr const char* scouting = "data/scouting_pythia.root";

/// Every event's "did some seed fire".
std::vector<bool> decisions(const Binding& binding, const io::Source& source) {
  Evaluator evaluator(binding);
  const auto reader = source.read(binding.selection());
  event::Columns window;
  Fired fired;
  std::vector<bool> all;
  while (reader->next(window)) {
    evaluator.run(window, fired);
    for (std::size_t e = 0; e < fired.entries; ++e) all.push_back(fired.any_fired(e));
  }
  return all;
}

TEST(MenuOnSamples, differs_from_the_stored_bits_by_what_the_samples_tell) {
  TRIGLOOP_NEEDS_SHARED(zero_bias);
  const auto source = io::open(test::shared_root() / zero_bias);
  const auto ours = decisions(bind_dense(find_menu(pythia_samples), *source), *source);
  const auto stored = decisions(bind_dense(find_menu(stored_bits), *source), *source);
  std::size_t bits = 0, more = 0, fewer = 0;
  for (std::size_t e = 0; e < ours.size(); ++e) {
    bits += stored[e];
    more += ours[e] && !stored[e];
    fewer += !ours[e] && stored[e];
  }
  EXPECT_EQ(ours.size(), 400'000u);
  EXPECT_EQ(bits, 1442u);
  EXPECT_EQ(more, 516u);
  EXPECT_EQ(fewer, 31u);
}

/// "events any s0 s1 ..." as the peer prints it: fired and pure of each seed.
std::string counts(const Tally& tally) {
  std::string text = std::to_string(tally.events) + " " + std::to_string(tally.any);
  for (std::size_t s = 0; s < tally.seeds; ++s)
    text += " " + std::to_string(tally.fired(s)) + "/" + std::to_string(tally.pure(s));
  return text;
}

std::string peer_counts(const std::filesystem::path& file) {
  const auto script = test::project_root() / "test/peers/menu_numpy.py";
  const auto result = test::run_command({test::peer_python().native(), script.native(), file.native()});
  EXPECT_EQ(result.status, 0) << result.err;
  return result.out;
}

TEST(MenuOnSamples, counts_what_numpy_counts_in_dense_rows) {
  TRIGLOOP_NEEDS_SHARED(zero_bias);
  TRIGLOOP_NEEDS_PEERS();
  const auto file = test::shared_root() / zero_bias;
  const auto source = io::open(file);
  const Tally tally = count_seeds(bind_dense(find_menu(pythia_samples), *source), *source);
  EXPECT_EQ(counts(tally) + "\n", peer_counts(file));
}

TEST(MenuOnSamples, counts_what_numpy_counts_in_a_scouting_file) {
  TRIGLOOP_NEEDS_SHARED(scouting);
  TRIGLOOP_NEEDS_PEERS();
  const auto file = test::shared_root() / scouting;
  const auto source = io::open(file);
  // The peer's file: the twelve seeds, and some with correlations.
  const auto menu = load_menu(test::project_root() / "test/menu/correlated.yaml");
  const auto binding = bind(menu, event::find_layout(event::cms_l1_scouting), *source);
  CountOptions one, four;
  one.threads = 1;
  four.threads = 4;
  const Tally tally = count_seeds(binding, *source, one);
  EXPECT_EQ(counts(tally) + "\n", peer_counts(file));
  const Tally again = count_seeds(binding, *source, four);
  EXPECT_EQ(tally.shared, again.shared);
  EXPECT_EQ(tally.overlap, again.overlap);
}

}  // namespace
}  // namespace trigloop::menu
