// The C++ library of a network gives the integers of the reference engine: every value of every node, on every
// instruction set, in batches of every size.
#include "deploy/cpp/library.hpp"

#include "core/error.hpp"
#include "deploy/cpp/tables.hpp"
#include "deploy/network/test_events.hpp"
#include "score/reference.hpp"
#include "test/deploy/networks.hpp"
#include "test/deploy/support.hpp"

namespace trigloop::deploy {
namespace {

class Built {
 public:
  explicit Built(const Network& network) : network_(network) {
    test::write_files(cpp_library(network), folder_.path());
    const std::string trouble = test::make(folder_.path());
    if (!trouble.empty()) ADD_FAILURE() << trouble;
    library_ = std::make_unique<test::Library>(folder_ / ("lib" + network.name + ".so"));
  }
  template <class Function>
  Function* get(const std::string& what) const {
    return library_->get<Function>(network_.name + "_" + what);
  }

 private:
  const Network& network_;
  test::TempDir folder_;
  std::unique_ptr<test::Library> library_;
};

constexpr const char* isas[] = {"avx512vnni", "avx512", "avx2", "baseline", "statements"};

struct Expected {
  std::vector<std::int32_t> scores;  ///< by event
  std::vector<std::int64_t> values;  ///< every node's, by event
};
Expected expected(const Network& network, const std::vector<std::int16_t>& events) {
  const score::Reference reference(network.graph);
  auto state = reference.make_state();
  Expected result;
  const std::size_t last = network.graph.nodes().size() - 1;
  for (std::size_t e = 0; e < events.size() / network.features(); ++e) {
    reference.run(events.data() + e * network.features(), 1, state);
    for (std::size_t o = 0; o < network.outputs(); ++o)
      result.scores.push_back(static_cast<std::int32_t>(reference.code(state, last, o)));
    for (std::size_t n = 0; n <= last; ++n)
      for (std::size_t k = 0; k < network.graph[n].output.features(); ++k)
        result.values.push_back(static_cast<std::int64_t>(reference.code(state, n, k)));
  }
  return result;
}

void expect_equal(const Network& network, std::size_t events) {
  const Built built(network);
  const std::vector<std::int16_t> rows = test_events(network, events, 11);
  const Expected want = expected(network, rows);
  const std::size_t features = network.features(), outputs = network.outputs();

  const auto trace = built.get<void(const std::int16_t*, std::int64_t*)>("trace");
  const std::size_t values = want.values.size() / events;
  std::vector<std::int64_t> traced(want.values.size());
  for (std::size_t e = 0; e < events; ++e) trace(rows.data() + e * features, traced.data() + e * values);
  EXPECT_EQ(traced, want.values);

  std::vector<std::int16_t> columns(rows.size());
  for (std::size_t e = 0; e < events; ++e)
    for (std::size_t k = 0; k < features; ++k) columns[k * events + e] = rows[e * features + k];
  for (const char* isa : isas) {
    if (built.get<int(const char*)>("use_isa")(isa) == 0) continue;
    EXPECT_STREQ(built.get<const char*()>("isa")(), isa);
    std::vector<std::int32_t> one(events * outputs), by_row(events * outputs);
    for (std::size_t e = 0; e < events; ++e)
      built.get<void(const std::int16_t*, std::int32_t*)>("score")(rows.data() + e * features,
                                                                   one.data() + e * outputs);
    EXPECT_EQ(one, want.scores) << isa;
    built.get<void(const std::int16_t*, std::size_t, std::int32_t*)>("score_rows")(rows.data(), events, by_row.data());
    EXPECT_EQ(by_row, want.scores) << isa;
    for (const std::size_t batch : {std::size_t{1}, std::size_t{127}, std::size_t{128}, std::size_t{129}, events}) {
      std::vector<std::int32_t> codes(batch * outputs + 1, 77);
      built.get<void(const std::int16_t*, std::ptrdiff_t, std::size_t, std::int32_t*)>("score_columns")(
          columns.data(), static_cast<std::ptrdiff_t>(events), batch, codes.data());
      EXPECT_EQ(codes.back(), 77) << "written behind the codes";
      for (std::size_t e = 0; e < batch; ++e)
        for (std::size_t o = 0; o < outputs; ++o)
          ASSERT_EQ(codes[o * batch + e], want.scores[e * outputs + o]) << isa << ", event " << e << " of " << batch;
    }
  }
}

TEST(CppLibrary, ComputesTheDeployedShapeWithVectors) {
  const Network network = prepare(test::Axol1tlLike(5).make(), "axol1tl like");
  ASSERT_TRUE(has_kernels(score::Plan(network.graph)));
  EXPECT_EQ(network.name, "axol1tl_like");
  expect_equal(network, 1500);
}

TEST(CppLibrary, IsAModuleOfPython) {
  TRIGLOOP_NEEDS_PEERS();
  for (const Network& network : {prepare(test::odd_gains(), "one"), prepare(test::every_operation(1), "three")}) {
    const test::TempDir folder;
    test::write_files(cpp_library(network), folder.path());
    ASSERT_EQ(test::make(folder.path()), "");
    const std::vector<std::int16_t> rows = test_events(network, 200, 7);
    test::write_file(folder / "events", {reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(rows[0])});
    const auto ran = test::run_command(
        {"env", "PYTHONPATH=" + folder.path().string(), test::peer_python().string(), "-c",
         "import sys, numpy, " + network.name +
             " as n\nx = numpy.fromfile(sys.argv[1], 'int16').reshape(-1, n.features)\n" +
             "s = n.score(x)\nassert (numpy.ldexp(s, n.fraction) == n.codes(x)).all()\nprint(*n.codes(x).ravel())\n" +
             "try: n.score(x[:, 1:])\nexcept ValueError: print('refused', s.ndim)",
         (folder / "events").string()});
    ASSERT_EQ(ran.status, 0) << ran.err;
    std::string want;
    for (const std::int32_t code : expected(network, rows).scores)
      want += (want.empty() ? "" : " ") + std::to_string(code);
    EXPECT_EQ(ran.out, want + "\nrefused " + (network.outputs() == 1 ? "1" : "2") + "\n");
  }
}

TEST(CppLibrary, ComputesInputsWhoseScalingIsNoShift) {
  const Network network = prepare(test::odd_gains(), "gains");
  ASSERT_TRUE(has_kernels(score::Plan(network.graph)));
  EXPECT_NE(cpp_library(network).at("gains.cpp").find("function_0"), std::string::npos);
  expect_equal(network, 1500);
}

TEST(CppLibrary, ComputesEveryOperationAndRounding) {
  for (std::uint64_t seed : {1, 2}) expect_equal(prepare(test::every_operation(seed), "everything"), 600);
}

TEST(CppLibrary, RoundsWhatIsWiderThan32BitsBeforeItIsCut) {
  // A normalisation whose bias and scale are no powers of two, as a RobustScaler leaves it: 40 and 51 bits, then 18.
  core::Philox random(6, 41);
  const core::FixedPoint wide{18, 13, true, core::Rounding::half_even, core::Overflow::saturate};
  model::Graph graph;
  auto x = graph.add("hw", model::Input{{16, 16, true, core::Rounding::half_even, core::Overflow::saturate}, 7}, {});
  x = graph.add("shift", model::AddConstant{test::constants(random, 7, 30, 23)}, {x});
  x = graph.add("shifted", model::Quantise{{wide}}, {x});
  x = graph.add("scale", model::MulConstant{test::constants(random, 7, 27, 31)}, {x});
  x = graph.add("positive", model::Relu{}, {x});
  x = graph.add("scaled", model::Quantise{{wide}}, {x});
  const auto y = graph.add("dense", model::Dense{7, 3, test::constants(random, 21, 4, 3), {}, {}, {}}, {x});
  x = graph.add("squares", model::Dot{}, {y, y});
  graph.add("score", model::Quantise{{{18, 14, true, core::Rounding::half_even, core::Overflow::saturate}}}, {x});
  expect_equal(prepare(graph, "wide"), 400);
}

TEST(CppLibrary, TakesCodesOfScaledInputs) {
  const Network network = prepare(test::scaled_input(), "scaled");
  EXPECT_EQ(network.input_fraction, 8);
  EXPECT_EQ(core::to_string(network.value_type()), "<14,6> rnd_conv sat");
  expect_equal(network, 600);
}

/// Compiled and linked alone: whether it runs is for machines with such a card.
void expect_device_code(const char* compiler, const char* target) {
  if (test::run_command({"sh", "-c", std::string("command -v ") + compiler}).status != 0)
    GTEST_SKIP() << compiler << " is not installed";
  const test::TempDir folder;
  test::write_files(cpp_library(prepare(test::odd_gains(), "gains")), folder.path());
  const auto built = test::run_command({"make", "-s", "-C", folder.path().string(), target});
  EXPECT_EQ(built.status, 0) << built.out << built.err;
  EXPECT_TRUE(std::filesystem::exists(folder / (std::string("libgains_") + target + ".so")));
}

TEST(CppLibrary, CompilesForCuda) { expect_device_code("nvcc", "cuda"); }
TEST(CppLibrary, CompilesForHip) { expect_device_code("hipcc", "hip"); }

TEST(CppLibrary, RefusesWhatHasNoExactForm) {
  const auto refused = [](const core::FixedPoint& type, std::string_view name) {
    model::Graph graph;
    graph.add("x", model::Input{type, 2}, {});
    return prepare(graph, name);
  };
  EXPECT_THROW(refused({18, 18}, "wide"), core::Error);
  EXPECT_THROW(refused({8, 8}, "12"), core::Error);
  EXPECT_NO_THROW(refused({8, 8}, "v12"));
}

}  // namespace
}  // namespace trigloop::deploy
