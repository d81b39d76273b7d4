// A page against NumPy's histograms of the same values, and in a browser.
#include "report/distributions.hpp"

#include <gtest/gtest.h>

#include "io/any/any.hpp"
#include "test/support/support.hpp"

namespace trigloop::report {
namespace {

using test::run_command;

constexpr const char* layout_text = R"(
trigloop_layout: 1
name: flat
table: ""
values: hardware
key: {run: run, lumisection: lumi, orbit: orbit, bunch_crossing: bx}
collections:
  Sum: {columns: {pt: met}}
  Jet: {columns: {pt: jet_pt, eta: jet_eta, phi: jet_phi}}
features:
  - {item_of: Sum, else_index: 0, fields: [pt]}
  - {objects_of: Jet, first: 6, fields: [pt, eta, phi]}
)";

constexpr const char* make_values = R"(
import sys, numpy as np
r = np.random.default_rng(1); n = 30000
np.savez(sys.argv[1], run=np.full(n, 1, 'u4'), lumi=np.full(n, 2, 'u4'), orbit=(1000 + np.arange(n) // 7).astype('u4'),
  bx=r.integers(1, 3565, n).astype('u4'), met=r.integers(0, 4096, (n, 1)).astype('i4'),
  jet_pt=r.exponential(40, (n, 6)).astype('i2'), jet_eta=r.integers(-100, 101, (n, 6)).astype('i2'),
  jet_phi=r.integers(0, 144, (n, 6)).astype('i2'))
)";

class Distributions : public testing::Test {
 protected:
  void SetUp() override {
    TRIGLOOP_NEEDS_PEERS();
    if (drawing_library().empty()) GTEST_SKIP() << "plotly.js was not there when this was built";
    const auto made = run_command({test::peer_python().native(), "-c", make_values, values_.native()});
    ASSERT_EQ(made.status, 0) << made.err;
  }

  Page page(unsigned threads) const {
    return distributions(*io::open(values_), event::parse_layout(layout_text, "flat"), threads);
  }

  test::TempDir scratch_;
  std::filesystem::path values_ = scratch_ / "values.npz";
};

TEST_F(Distributions, EqualNumPysAndDrawInABrowserWithoutAWordOnTheConsole) {
  write_page(page(2), scratch_ / "page.html");
  std::vector<std::string> words{test::peer_python().native(), test::project_root() / "test/peers/page_truth.py",
                                 scratch_ / "page.html", values_.native()};
  const bool browser = run_command({"which", "chromium"}).status == 0;
  if (browser) words.emplace_back("chromium");
  const auto result = run_command(words);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  if (!browser) GTEST_SKIP() << "the numbers are right; not drawn: the Debian package chromium is not installed";
}

TEST_F(Distributions, AreTheSameForAnyNumberOfThreads) {
  const std::string alone = figures_as_json(page(1).figures);
  for (const unsigned threads : {2u, 5u}) EXPECT_EQ(figures_as_json(page(threads).figures), alone);
}

}  // namespace
}  // namespace trigloop::report
