// The network that ran in the trigger, against the scores of the collaboration's own emulator.
#include <gtest/gtest.h>

#include <iostream>

#include "io/npy/npy.hpp"
#include "model/qonnx_import.hpp"
#include "score/simd.hpp"
#include "test/support/support.hpp"

namespace trigloop::score {
namespace {

/// An array of the archive, as int64.
std::vector<std::int64_t> column(const io::Source& source, const std::string& name) {
  const auto reader = source.read({"", 0, {name}});
  std::vector<std::int64_t> values;
  for (event::Columns cluster; reader->next(cluster);) {
    const event::ColumnView& view = cluster.columns[0];
    const auto append = [&](const auto& span) { values.insert(values.end(), span.begin(), span.end()); };
    if (view.type == event::Type::int16) append(view.as<std::int16_t>());
    if (view.type == event::Type::int32) append(view.as<std::int32_t>());
    if (view.type == event::Type::int64) append(view.as<std::int64_t>());
    if (view.type == event::Type::uint32) append(view.as<std::uint32_t>());
  }
  return values;
}

class Axol1tl : public testing::Test {
 protected:
  static constexpr std::size_t features = 57;

  void load() {
    graph_ = model::import_qonnx(test::shared_root() / "models/axol1tl_v5.onnx");
    const auto source = io::npy::open(test::shared_root() / "models/axol1tl_v5_vectors.npz");
    const auto inputs = column(*source, "inputs");
    expected_ = column(*source, "score16");
    events_ = expected_.size();
    ASSERT_EQ(inputs.size(), features * events_);
    data_.resize(inputs.size());
    for (std::size_t e = 0; e < events_; ++e)
      for (std::size_t k = 0; k < features; ++k)
        data_[k * events_ + e] = static_cast<std::int16_t>(inputs[e * features + k]);
  }

  void expect_equal(const Engine& engine) {
    std::vector<std::int32_t> codes(events_);
    engine.stream()->run({data_.data(), events_, events_, nullptr}, codes.data());
    ASSERT_EQ(engine.fraction(), 4);
    for (std::size_t e = 0; e < events_; ++e) ASSERT_EQ(codes[e], expected_[e]) << engine.isa() << ", event " << e;
  }

  model::Graph graph_;
  std::size_t events_ = 0;
  std::vector<std::int16_t> data_;
  std::vector<std::int64_t> expected_;
};

TEST_F(Axol1tl, EveryEngineGivesTheEmulatorsScores) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5_vectors.npz");
  load();
  expect_equal(*make_engine(graph_, "reference"));
  const Plan plan(graph_);
  for (const Isa& isa : available_isas()) expect_equal(SimdEngine(plan, isa));
}

TEST_F(Axol1tl, NeedsOnlyFastSteps) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5_vectors.npz");
  load();
  const Plan plan(graph_);
  EXPECT_TRUE(plan.is_fast()) << plan.describe();
  EXPECT_LT(plan.pairs(), 1224u) << "the pairs of a dense evaluation";
  std::cout << plan.describe() << plan.pairs() << " pairs\n";
}

}  // namespace
}  // namespace trigloop::score
