#include "score/linear.hpp"

#include <algorithm>
#include <climits>
#include <numeric>

namespace trigloop::score {
namespace {

using model::Graph;
using model::NodeIndex;

struct TooWide {};  // caught in linear_form: a weight left 64 bits

std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) throw TooWide{};
  return product;
}

std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw TooWide{};
  return sum;
}

std::int64_t power_of_two(int exponent) {
  if (exponent < 0 || exponent > 62) throw TooWide{};
  return std::int64_t{1} << exponent;
}

/// row += factor x other; both stay sorted by source.
void add_scaled(LinearRow& row, const LinearRow& other, std::int64_t factor) {
  if (factor == 0) return;
  std::vector<std::pair<Source, std::int64_t>> merged;
  merged.reserve(row.terms.size() + other.terms.size());
  auto a = row.terms.begin();
  for (const auto& [source, weight] : other.terms) {
    while (a != row.terms.end() && a->first < source) merged.push_back(*a++);
    std::int64_t sum = times(weight, factor);
    if (a != row.terms.end() && a->first == source) sum = plus(sum, (a++)->second);
    if (sum != 0) merged.emplace_back(source, sum);
  }
  merged.insert(merged.end(), a, row.terms.end());
  row.terms = std::move(merged);
  row.bias = plus(row.bias, times(other.bias, factor));
}

void rescale(LinearForm& form, int fraction) {
  const std::int64_t factor = power_of_two(fraction - form.fraction);
  form.fraction = fraction;
  if (factor == 1) return;
  for (LinearRow& row : form.rows) {
    for (auto& term : row.terms) term.second = times(term.second, factor);
    row.bias = times(row.bias, factor);
  }
}

std::int64_t element(const model::Constants& constants, std::size_t feature) {
  return constants.codes[constants.codes.size() == 1 ? 0 : feature];
}

model::Code magnitude(model::Range range) { return std::max(range.hi, -range.lo); }
model::Code magnitude(std::int64_t code) { return code < 0 ? -model::Code{code} : model::Code{code}; }

/// Bounds on the terms and on every partial sum of a Dense or a Dot, at one fraction.
struct Sums {
  std::optional<model::FixedPoint> product, accumulator;
  int fraction = 0;
  model::Code largest_term = 0, largest_sum = 0;

  Sums(const Graph& graph, NodeIndex node) : inputs_(graph[node].inputs), graph_(graph) {
    std::visit([&](const auto& operation) { set(operation); }, graph[node].operation);
  }

 private:
  template <class Operation>
  void set(const Operation&) {}

  void set(const model::Dense& dense) {
    product = dense.product;
    accumulator = dense.accumulator;
    const model::Tensor& x = graph_[inputs_[0]].output;
    fraction = std::max(x.fraction + dense.weights.fraction, dense.bias.codes.empty() ? INT_MIN : dense.bias.fraction);
    const model::Code scale = power(fraction - x.fraction - dense.weights.fraction);
    for (std::size_t o = 0; o < dense.outputs; ++o) {
      model::Code sum =
          dense.bias.codes.empty() ? 0 : magnitude(dense.bias.codes[o]) * power(fraction - dense.bias.fraction);
      for (std::size_t i = 0; i < dense.inputs; ++i)
        sum += term(magnitude(x.ranges[i]) * magnitude(dense.weights.codes[o * dense.inputs + i]) * scale);
      largest_sum = std::max(largest_sum, sum);
    }
  }

  void set(const model::Dot& dot) {
    product = dot.product;
    accumulator = dot.accumulator;
    const model::Tensor &a = graph_[inputs_[0]].output, &b = graph_[inputs_[1]].output;
    fraction = a.fraction + b.fraction;
    for (std::size_t i = 0; i < a.features(); ++i) largest_sum += term(magnitude(a.ranges[i]) * magnitude(b.ranges[i]));
  }

  model::Code term(model::Code bound) {
    largest_term = std::max(largest_term, bound);
    return bound;
  }
  /// The graph keeps intermediates within model::max_code_bits, so what is shifted further is 0.
  static model::Code power(int exponent) { return model::Code{1} << std::min(exponent, model::max_code_bits); }

  const std::vector<NodeIndex>& inputs_;
  const Graph& graph_;
};

class Former {
 public:
  Former(const Graph& graph, const std::function<bool(NodeIndex)>& is_source) : graph_(graph), is_source_(is_source) {}

  LinearForm operator()(NodeIndex node) {
    if (is_source_(node)) return identity(node);
    return std::visit([&](const auto& operation) { return form(node, operation); }, graph_.nodes()[node].operation);
  }

 private:
  LinearForm identity(NodeIndex node) const {
    const model::Tensor& tensor = graph_.nodes()[node].output;
    LinearForm form{tensor.fraction, std::vector<LinearRow>(tensor.features())};
    for (std::uint32_t k = 0; k < form.rows.size(); ++k) form.rows[k].terms = {{Source{node, k}, 1}};
    return form;
  }

  NodeIndex input(NodeIndex node, std::size_t i = 0) const { return graph_.nodes()[node].inputs[i]; }

  template <class Operation>
  LinearForm form(NodeIndex node, const Operation&) {
    return identity(node);  // not linear
  }

  LinearForm form(NodeIndex node, const model::Quantise& quantise) {
    const model::Tensor& tensor = graph_.nodes()[input(node)].output;
    for (std::size_t k = 0; k < tensor.features(); ++k)
      if (!is_lossless(quantise.types[quantise.types.size() == 1 ? 0 : k], tensor.ranges[k], tensor.fraction))
        return identity(node);
    return (*this)(input(node));
  }

  LinearForm form(NodeIndex node, const model::Dense& dense) {
    if (!is_plain_sum(graph_, node)) return identity(node);
    const LinearForm inner = (*this)(input(node));
    LinearForm outer = multiply(dense, inner);
    const auto own =
        dense.weights.codes.size() - static_cast<std::size_t>(std::ranges::count(dense.weights.codes, std::int64_t{0}));
    const bool is_product = inner.weights() > inner.rows.size();
    return is_product && outer.weights() > own + inner.weights() ? multiply(dense, identity(input(node))) : outer;
  }

  static LinearForm multiply(const model::Dense& dense, const LinearForm& inner) {
    LinearForm outer{inner.fraction + dense.weights.fraction, std::vector<LinearRow>(dense.outputs)};
    for (std::size_t o = 0; o < dense.outputs; ++o)
      for (std::size_t i = 0; i < dense.inputs; ++i)
        add_scaled(outer.rows[o], inner.rows[i], dense.weights.codes[o * dense.inputs + i]);
    if (!dense.bias.codes.empty()) add_constant(outer, dense.bias);
    return outer;
  }

  static void add_constant(LinearForm& form, const model::Constants& constant) {
    rescale(form, std::max(form.fraction, constant.fraction));
    const std::int64_t factor = power_of_two(form.fraction - constant.fraction);
    for (std::size_t k = 0; k < form.rows.size(); ++k)
      form.rows[k].bias = plus(form.rows[k].bias, times(element(constant, k), factor));
  }

  LinearForm form(NodeIndex node, const model::AddConstant& add) {
    LinearForm form = (*this)(input(node));
    add_constant(form, add.constant);
    return form;
  }

  LinearForm form(NodeIndex node, const model::MulConstant& mul) {
    const LinearForm inner = (*this)(input(node));
    LinearForm form{inner.fraction + mul.constant.fraction, std::vector<LinearRow>(inner.rows.size())};
    for (std::size_t k = 0; k < form.rows.size(); ++k)
      add_scaled(form.rows[k], inner.rows[k], element(mul.constant, k));
    return form;
  }

  LinearForm combine(NodeIndex node, std::int64_t sign) {
    LinearForm a = (*this)(input(node, 0)), b = (*this)(input(node, 1));
    const int fraction = std::max(a.fraction, b.fraction);
    rescale(a, fraction);
    rescale(b, fraction);
    for (std::size_t k = 0; k < a.rows.size(); ++k) add_scaled(a.rows[k], b.rows[k], sign);
    return a;
  }
  LinearForm form(NodeIndex node, const model::Add&) { return combine(node, 1); }
  LinearForm form(NodeIndex node, const model::Subtract&) { return combine(node, -1); }

  LinearForm form(NodeIndex node, const model::Gather& gather) {
    std::vector<LinearForm> parts;
    for (const NodeIndex part : graph_.nodes()[node].inputs) parts.push_back((*this)(part));
    const int fraction = std::ranges::max(parts, {}, &LinearForm::fraction).fraction;
    std::vector<LinearRow> all;
    for (LinearForm& part : parts) {
      rescale(part, fraction);
      std::ranges::move(part.rows, std::back_inserter(all));
    }
    LinearForm form{fraction, {}};
    for (const std::uint32_t k : gather.index) form.rows.push_back(all[k]);
    return form;
  }

  LinearForm form(NodeIndex node, const model::Sum& sum) {
    const LinearForm inner = (*this)(input(node));
    LinearForm form{inner.fraction, std::vector<LinearRow>(inner.rows.size() / sum.group)};
    for (std::size_t k = 0; k < inner.rows.size(); ++k) add_scaled(form.rows[k / sum.group], inner.rows[k], 1);
    return form;
  }

  const Graph& graph_;
  const std::function<bool(NodeIndex)>& is_source_;
};

}  // namespace

std::size_t LinearForm::weights() const noexcept {
  return std::accumulate(rows.begin(), rows.end(), std::size_t{0},
                         [](std::size_t n, const LinearRow& row) { return n + row.terms.size(); });
}

bool is_lossless(const model::FixedPoint& type, model::Range range, int fraction) {
  const int shift = type.fraction() - fraction;
  if (shift < 0 || shift > 60) return false;
  return range.lo >= -(-type.min_code() >> shift) && range.hi <= type.max_code() >> shift;
}

bool is_plain_sum(const Graph& graph, NodeIndex node) {
  const Sums sums(graph, node);
  const auto keeps = [&](const std::optional<model::FixedPoint>& type, model::Code bound) {
    return !type || is_lossless(*type, {-bound, bound}, sums.fraction);
  };
  return keeps(sums.product, sums.largest_term) && keeps(sums.accumulator, sums.largest_sum);
}

std::optional<LinearForm> linear_form(const Graph& graph, NodeIndex node,
                                      const std::function<bool(NodeIndex)>& is_source) {
  try {
    return Former(graph, is_source)(node);
  } catch (const TooWide&) {
    return std::nullopt;
  }
}

}  // namespace trigloop::score
