#include "deploy/cpp/tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <vector>

namespace trigloop::deploy {
namespace {

using score::Block, score::LinearStep, score::Plan, score::Rounder, score::ScaledFeature, score::ScaleStep;
using score::Term, score::tile_lanes;

constexpr std::size_t vector_pairs = 16;  // int32 lanes of the widest vector

std::size_t padded(std::size_t n) { return (n + vector_pairs - 1) / vector_pairs * vector_pairs; }

std::string list(const auto& values) { return fmt::format("{{{}}}", fmt::join(values, ", ")); }
std::string pair(const std::int32_t (&v)[2]) { return fmt::format("{{{}, {}}}", v[0], v[1]); }
std::string text(const Rounder& r) { return fmt::format("{{{}, {}, {}}}", r.shift, r.add, r.half_even); }

class Tables {
 public:
  Tables(const Plan& plan, Statements& statements) : plan_(plan), statements_(statements) {}

  std::string operator()() {
    place_pairs();
    const auto& scale = std::get<ScaleStep>(plan_.steps().front());
    functions(scale);
    scalings(scale);
    wide_scalings(scale);
    std::string layers, calls;
    std::size_t k = 0;
    for (const score::Step& step : plan_.steps()) {
      if (const auto* linear = std::get_if<LinearStep>(&step)) add_layer(*linear, k++, layers, calls);
    }
    out_ += fmt::format("constexpr Layer layers[] = {{\n{}}};\nconstexpr int layer_count = {};\n", layers, k);
    out_ += fmt::format("constexpr int row_count = {};\nconstexpr int wide_pairs = {};\n", plan_.rows(), wide_pairs_);
    return out_ + "#define KERNEL_LAYERS(pairs) \\\n" + calls + "\n";
  }

 private:
  /// For single events, rows become pairs side by side, and each step's begin where vectors do.
  void place_pairs() {
    const auto place = [&](std::size_t first_row, std::size_t count) {
      for (std::size_t k = 0; k < count; ++k) pair_of_[first_row + k] = wide_pairs_ + k;
      wide_pairs_ += padded(count);
    };
    for (const score::Step& step : plan_.steps()) {
      if (const auto* scale = std::get_if<ScaleStep>(&step))
        place(scale->first_row / tile_lanes, (scale->features.size() + 1) / 2);
      const auto* linear = std::get_if<LinearStep>(&step);
      if (linear != nullptr && linear->target == score::Target::rows) {
        const std::size_t first = linear->blocks.front().target / tile_lanes, count = linear->blocks.size();
        place(first, linear->split == 0 ? count : 2 * count);
        if (linear->split > 0) wide_pairs_ += padded(2 * padded(count)) - padded(2 * count);
      }
    }
  }

  void functions(const ScaleStep& scale) {
    std::string each, sources, places;
    int count = 0;
    for (std::size_t k = 0; k < scale.features.size(); ++k) {
      const ScaledFeature& feature = scale.features[k];
      if (feature.table.empty()) continue;
      function_[k] = count;
      const Statements::Values value{{scale.node, feature.feature}};
      const std::string source = fmt::format("in_{}", count);  // statements read in_0[source]
      statement_text_ += fmt::format(
          "inline std::int16_t function_{}(std::int16_t x) {{\n  struct {{\n    std::int16_t x;\n"
          "    std::int16_t operator[](int) const {{ return x; }}\n  }} const event{{x}};\n{}"
          "  return static_cast<std::int16_t>({});\n}}\n",
          count, statements_.compute(value, "event"), statements_.variable(scale.node, feature.feature));
      each += fmt::format(" DO({})", count);
      sources += fmt::format("{}{}", count == 0 ? "" : ", ", feature.source);
      places += fmt::format("{}{}", count == 0 ? "" : ", ", k);
      ++count;
    }
    out_ += statement_text_ + "#define EACH_FUNCTION(DO)" + each + "\n";
    if (count > 0)
      out_ += fmt::format("constexpr int source_of_function[] = {{{}}};\nconstexpr int place_of_function[] = {{{}}};\n",
                          sources, places);
  }

  void scalings(const ScaleStep& scale) {
    out_ += "constexpr Scaling scalings[] = {\n";
    for (std::size_t k = 0; k < scale.features.size(); ++k) {
      const ScaledFeature& f = scale.features[k];
      const score::Scaling& s = f.scaling;
      out_ += fmt::format("    {{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}},\n", f.source, s.clamp_low,
                          s.clamp_high, s.offset, s.low, s.high, s.top, s.left, s.right, s.up, s.half_even,
                          function_.contains(k) ? function_.at(k) : -1);
    }
    out_ += fmt::format("}};\nconstexpr int scaling_count = {};\nconstexpr int scaled_row = {};\n",
                        scale.features.size(), scale.first_row / tile_lanes);
  }

  void wide_scalings(const ScaleStep& scale) {
    const std::size_t half = padded((scale.features.size() + 1) / 2);
    out_ += fmt::format("constexpr int wide_half = {};\nconstexpr int wide_scaled = {};\n", half,
                        pair_of_.at(scale.first_row / tile_lanes));
    out_ += fmt::format("constexpr WideScalings<{}> wide_scaling{{", half);
    const auto column = [&](const auto& value) {
      std::vector<int> lane(2 * half);
      for (std::size_t k = 0; k < scale.features.size(); ++k) lane[k / 2 + k % 2 * half] = value(scale.features[k]);
      out_ += "\n    " + list(lane) + ",";
    };
    column([](const ScaledFeature& f) { return static_cast<int>(f.source); });
    column([](const ScaledFeature& f) { return f.scaling.clamp_low; });
    column([](const ScaledFeature& f) { return f.scaling.clamp_high; });
    column([](const ScaledFeature& f) { return f.scaling.offset; });
    column([](const ScaledFeature& f) { return f.scaling.low; });
    column([](const ScaledFeature& f) { return f.scaling.high; });
    column([](const ScaledFeature& f) { return f.scaling.top; });
    column([](const ScaledFeature& f) { return f.scaling.left; });
    column([](const ScaledFeature& f) { return f.scaling.right; });
    column([](const ScaledFeature& f) { return f.scaling.up; });
    column([](const ScaledFeature& f) { return f.scaling.half_even ? 1 : 0; });
    out_ += "};\n";
  }

  void add_layer(const LinearStep& step, std::size_t k, std::string& layers, std::string& calls) {
    out_ += fmt::format("// {}\nconstexpr Term terms_{}[] = {{\n", statements_.name(step.node), k);
    for (const Term& term : step.terms) out_ += fmt::format("    {{{}, {}}},\n", term.row, pair(term.weights));
    out_ += fmt::format("}};\nconstexpr Block blocks_{}[] = {{\n", k);
    const bool score = step.target == score::Target::score;
    for (const Block& b : step.blocks)
      out_ += fmt::format("    {{{}, {}, {}, {}, {}, {}, {}, {}}},\n", b.begin, b.both, b.first, b.end,
                          score ? 0 : b.target, pair(b.bias), pair(b.low), pair(b.high));
    out_ += "};\n";
    layers +=
        fmt::format("    {{blocks_{}, {}, terms_{}, {}, {}, {}, {}, {}, {}}},\n", k, step.blocks.size(), k,
                    text(step.rounder), step.split, step.limit, text(step.sum_rounder), step.sum_low, step.sum_high);
    wide_layer(step, k);
    calls += score ? fmt::format("  return score_event(wide_{}, layers[{}], pairs);", k, k)
                   : fmt::format("  layer_event(wide_{}, layers[{}].rounder, pairs); \\\n", k, k);
  }

  void wide_layer(const LinearStep& step, std::size_t k) {
    const std::size_t width = padded(step.blocks.size());
    std::map<std::size_t, std::vector<std::int32_t>> weights;  // row -> weights of first outputs, of second outputs
    const auto add = [&](const Term& term, std::size_t block, int output, int which) {
      auto& row = weights[term.row / tile_lanes];
      row.resize(2 * width);
      row[static_cast<std::size_t>(output) * width + block] = term.weights[which];
    };
    for (std::size_t b = 0; b < step.blocks.size(); ++b) {
      const Block& block = step.blocks[b];
      for (std::uint32_t t = block.begin; t < block.both; ++t) {
        add(step.terms[t], b, 0, 0);
        add(step.terms[t], b, 1, 1);
      }
      for (std::uint32_t t = block.both; t < block.first; ++t) add(step.terms[t], b, 0, 0);
      for (std::uint32_t t = block.first; t < block.end; ++t) add(step.terms[t], b, 1, 0);
    }
    if (weights.empty()) weights[pair_of_.begin()->first].resize(2 * width);
    out_ += fmt::format("constexpr WideLayer<{}, {}> wide_{}{{{{\n", width, weights.size(), k);
    for (const auto& [row, both] : weights)
      out_ += fmt::format("    {{{{{}}}, {{{}}}}},\n",
                          fmt::join(both.begin(), both.begin() + static_cast<long>(width), ", "),
                          fmt::join(both.begin() + static_cast<long>(width), both.end(), ", "));
    out_ += "    },\n    " + outputs(step, width, &Block::bias) + ", " + outputs(step, width, &Block::low) + ", " +
            outputs(step, width, &Block::high) + ",\n    ";
    std::vector<std::size_t> rows;
    for (const auto& [row, both] : weights) rows.push_back(pair_of_.at(row));
    const bool to_rows = step.target == score::Target::rows;
    out_ += fmt::format("{}, {}, {}}};\n", list(rows),
                        to_rows ? pair_of_.at(step.blocks.front().target / tile_lanes) : 0, step.split);
  }

  static std::string outputs(const LinearStep& step, std::size_t width, std::int32_t (Block::*member)[2]) {
    std::vector<std::int32_t> both[2] = {std::vector<std::int32_t>(width), std::vector<std::int32_t>(width)};
    for (std::size_t b = 0; b < step.blocks.size(); ++b)
      for (std::size_t half = 0; half < 2; ++half) both[half][b] = (step.blocks[b].*member)[half];
    return fmt::format("{{{}, {}}}", list(both[0]), list(both[1]));
  }

  const Plan& plan_;
  Statements& statements_;
  std::map<std::size_t, std::size_t> pair_of_;  ///< row -> where its pair stands for a single event
  std::size_t wide_pairs_ = 0;
  std::map<std::size_t, int> function_;  ///< scaled feature -> its function
  std::string statement_text_, out_;
};

}  // namespace

bool has_kernels(const Plan& plan) {
  if (!plan.is_fast() || plan.steps().size() < 2) return false;
  const auto* last = std::get_if<LinearStep>(&plan.steps().back());
  return last != nullptr && last->target == score::Target::score &&
         std::ranges::count_if(plan.steps(),
                               [](const score::Step& s) { return std::holds_alternative<ScaleStep>(s); }) == 1 &&
         std::holds_alternative<ScaleStep>(plan.steps().front());
}

std::string kernel_tables(const Plan& plan, Statements& statements) { return Tables(plan, statements)(); }

}  // namespace trigloop::deploy
