#include "score/plan.hpp"

#include <algorithm>

namespace trigloop::score {
namespace {

std::string count(std::size_t n, const std::string& what) { return std::to_string(n) + " " + what; }

struct Describe {
  std::string operator()(const ScaleStep& step) const {
    const auto tables = std::ranges::count_if(step.features, [](const ScaledFeature& f) { return !f.table.empty(); });
    return "scale    " + count(step.features.size(), "features, ") +
           count(static_cast<std::size_t>(tables), "by table");
  }
  std::string operator()(const LinearStep& step) const {
    const std::string to = step.target == Target::rows ? "rows" : step.target == Target::planes ? "planes" : "score";
    return "linear   " + count(step.outputs, "outputs, ") + count(pairs(step), "pairs of weights, shift ") +
           std::to_string(step.rounder.shift) + ", to " + to;
  }
  std::string operator()(const ExactStep& step) const { return "exact    node " + std::to_string(step.node); }
  std::string operator()(const PackStep& step) const { return "pack     node " + std::to_string(step.node); }
  std::string operator()(const UnpackStep& step) const { return "unpack   node " + std::to_string(step.node); }
  std::string operator()(const OutputStep& step) const { return "output   node " + std::to_string(step.node); }

  static std::size_t pairs(const LinearStep& step) {
    std::size_t n = 0;
    for (const Block& block : step.blocks) n += 2 * (block.both - block.begin) + (block.end - block.both);
    return n;
  }
};

}  // namespace

std::size_t Plan::pairs() const noexcept {
  std::size_t n = 0;
  for (const Step& step : steps_)
    if (const auto* linear = std::get_if<LinearStep>(&step)) n += Describe::pairs(*linear);
  return n;
}

bool Plan::is_fast() const noexcept {
  return std::ranges::all_of(steps_, [](const Step& step) {
    return std::holds_alternative<ScaleStep>(step) || std::holds_alternative<LinearStep>(step);
  });
}

std::string Plan::describe() const {
  std::string text;
  for (const Step& step : steps_) text += std::visit(Describe(), step) + '\n';
  return text;
}

}  // namespace trigloop::score
