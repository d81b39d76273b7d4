#include "model/derive.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "model/interval.hpp"

namespace trigloop::model {
namespace {

using core::ErrorCode;
using Inputs = std::span<const Tensor* const>;

void require(bool condition, const std::string& reason) {
  if (!condition) throw core::Error(ErrorCode::mismatch, reason);
}

void require_inputs(Inputs inputs, std::size_t count) {
  require(inputs.size() == count,
          "takes " + std::to_string(count) + " inputs, but has " + std::to_string(inputs.size()));
}

void require_count(std::size_t count, std::size_t wanted, const std::string& what) {
  require(count == wanted,
          "has " + std::to_string(count) + " " + what + " for " + std::to_string(wanted) + " features");
}

/// Constants and types come one for all features or one each.
template <class List>
const auto& one_of(const List& list, std::size_t feature) {
  return list[list.size() == 1 ? 0 : feature];
}

void require_one_or_each(std::size_t count, std::size_t features, const std::string& what) {
  if (count != 1) require_count(count, features, what);
}

void require_type(const FixedPoint& type) {
  require(type.width >= 1 && type.width <= 64,
          "has a type of " + std::to_string(type.width) + " bits; 1 to 64 are known");
}

void require_fraction(int fraction) {
  require(fraction >= -1024 && fraction <= 2048, "has numbers of " + std::to_string(fraction) + " fractional bits");
}

void require_codes(const Constants& constants) {
  constexpr std::int64_t limit = std::int64_t{1} << 62;
  require_fraction(constants.fraction);
  require(std::ranges::all_of(constants.codes, [](std::int64_t c) { return -limit < c && c < limit; }),
          "has a constant of more than 62 bits");
}

/// One visitor; each call derives one kind of node.
class Deriver {
 public:
  explicit Deriver(Inputs inputs) : in_(inputs) {}

  Derived operator()(const Input& op) {
    require_inputs(in_, 0);
    require_type(op.type);
    require(op.features > 0, "has no features");
    out_.fraction = op.type.fraction();
    out_.ranges.assign(op.features, {op.type.min_code(), op.type.max_code()});
    return done(Range{op.type.min_code(), op.type.max_code()});
  }

  Derived operator()(const Quantise& op) {
    require_inputs(in_, 1);
    require_one_or_each(op.types.size(), features(), "types");
    for (const FixedPoint& type : op.types) require_type(type);
    out_.fraction = std::ranges::max(op.types, {}, &FixedPoint::fraction).fraction();
    for (std::size_t i = 0; i < features(); ++i) {
      const FixedPoint& type = one_of(op.types, i);
      const Range codes = intervals_.quantise(range(i), in_[0]->fraction, type);
      out_.ranges.push_back(intervals_.shift_left(codes, out_.fraction - type.fraction()));
    }
    return done();
  }

  Derived operator()(const Dense& op) {
    require_inputs(in_, 1);
    require_count(op.inputs, features(), "inputs");
    require(op.outputs > 0, "has no outputs");
    require_count(op.weights.codes.size(), op.inputs * op.outputs, "weights");
    if (!op.bias.codes.empty()) require_count(op.bias.codes.size(), op.outputs, "biases");
    require_codes(op.weights);
    require_codes(op.bias);
    return sums(op.outputs, op.product, op.accumulator, op.weights.fraction + in_[0]->fraction,
                op.bias.codes.empty() ? std::optional<int>() : op.bias.fraction, [&](RunningSum& sum, std::size_t o) {
                  const Code bias = op.bias.codes.empty() ? 0 : op.bias.codes[o];
                  sum.start({bias, bias});
                  for (std::size_t i = 0; i < op.inputs; ++i) {
                    const Code w = op.weights.codes[o * op.inputs + i];
                    if (w != 0) sum.add(intervals_.multiply(range(i), {w, w}));
                  }
                });
  }

  Derived operator()(const AddConstant& op) {
    require_inputs(in_, 1);
    require_one_or_each(op.constant.codes.size(), features(), "constants");
    require_codes(op.constant);
    out_.fraction = std::max(in_[0]->fraction, op.constant.fraction);
    for (std::size_t i = 0; i < features(); ++i) {
      const Code c = one_of(op.constant.codes, i);
      out_.ranges.push_back(
          intervals_.add(aligned(0, i), intervals_.shift_left({c, c}, out_.fraction - op.constant.fraction)));
    }
    return done();
  }

  Derived operator()(const MulConstant& op) {
    require_inputs(in_, 1);
    require_one_or_each(op.constant.codes.size(), features(), "constants");
    require_codes(op.constant);
    out_.fraction = in_[0]->fraction + op.constant.fraction;
    for (std::size_t i = 0; i < features(); ++i) {
      const Code c = one_of(op.constant.codes, i);
      out_.ranges.push_back(intervals_.multiply(range(i), {c, c}));
    }
    return done();
  }

  Derived operator()(const Add&) {
    align_two();
    for (std::size_t i = 0; i < features(); ++i) out_.ranges.push_back(intervals_.add(aligned(0, i), aligned(1, i)));
    return done();
  }

  Derived operator()(const Subtract&) {
    align_two();
    for (std::size_t i = 0; i < features(); ++i) {
      out_.ranges.push_back(intervals_.add(aligned(0, i), intervals_.negate(aligned(1, i))));
    }
    return done();
  }

  Derived operator()(const Multiply&) {
    align_two();
    out_.fraction = in_[0]->fraction + in_[1]->fraction;
    for (std::size_t i = 0; i < features(); ++i) out_.ranges.push_back(product(i));
    return done();
  }

  Derived operator()(const Relu&) {
    require_inputs(in_, 1);
    out_.fraction = in_[0]->fraction;
    for (const Range& r : in_[0]->ranges) out_.ranges.push_back({std::max(r.lo, Code{0}), std::max(r.hi, Code{0})});
    return done();
  }

  Derived operator()(const Gather& op) {
    require(!in_.empty() && !op.index.empty(), "gathers nothing");
    std::vector<Range> all;
    out_.fraction = std::ranges::max(in_, {}, &Tensor::fraction)->fraction;
    for (std::size_t k = 0; k < in_.size(); ++k) {
      for (std::size_t i = 0; i < in_[k]->features(); ++i) all.push_back(aligned(k, i));
    }
    for (const std::uint32_t i : op.index) {
      require(i < all.size(), "gathers feature " + std::to_string(i) + " of " + std::to_string(all.size()));
      out_.ranges.push_back(all[i]);
    }
    return done();
  }

  Derived operator()(const Sum& op) {
    require_inputs(in_, 1);
    require(op.group > 0 && features() % op.group == 0,
            "sums groups of " + std::to_string(op.group) + " of " + std::to_string(features()) + " features");
    return sums(features() / op.group, {}, {}, in_[0]->fraction, {}, [&](RunningSum& sum, std::size_t o) {
      sum.start({});
      for (std::size_t i = 0; i < op.group; ++i) sum.add(range(o * op.group + i));
    });
  }

  Derived operator()(const Dot& op) {
    align_two();
    return sums(1, op.product, op.accumulator, in_[0]->fraction + in_[1]->fraction, {},
                [&](RunningSum& sum, std::size_t) {
                  sum.start({});
                  for (std::size_t i = 0; i < features(); ++i) sum.add(product(i));
                });
  }

  Derived operator()(const MixtureDistance& op) {
    require_inputs(in_, 1);
    require(op.components > 0, "has no components");
    require_count(op.inputs, features(), "inputs");
    require_count(op.means.size(), op.components * op.inputs, "means");
    require_count(op.precisions.size(), op.components * op.inputs * op.inputs, "precisions");
    require_count(op.weights.size(), op.components, "weights");
    out_.exact = false;
    out_.ranges = {{}};
    return done();
  }

 private:
  std::size_t features() const { return in_[0]->features(); }
  Range range(std::size_t i) const { return in_[0]->ranges[i]; }
  /// Range of feature i of input k at the output's fraction.
  Range aligned(std::size_t k, std::size_t i) {
    return intervals_.shift_left(in_[k]->ranges[i], out_.fraction - in_[k]->fraction);
  }
  Range product(std::size_t i) {
    return in_[0] == in_[1] ? intervals_.square(range(i)) : intervals_.multiply(range(i), in_[1]->ranges[i]);
  }

  void align_two() {
    require_inputs(in_, 2);
    require_count(in_[1]->features(), features(), "features in its second input");
    out_.fraction = std::max(in_[0]->fraction, in_[1]->fraction);
  }

  template <class Fill>
  Derived sums(std::size_t outputs, const std::optional<FixedPoint>& product,
               const std::optional<FixedPoint>& accumulator, int term_fraction, std::optional<int> bias_fraction,
               const Fill& fill) {
    if (product) require_type(*product);
    if (accumulator) require_type(*accumulator);
    const int start = bias_fraction.value_or(product ? product->fraction() : term_fraction);
    RunningSum sum(intervals_, term_fraction, start, product, accumulator);
    out_.fraction = sum.fraction();
    for (std::size_t o = 0; o < outputs; ++o) {
      fill(sum, o);
      out_.ranges.push_back(sum.total());
    }
    return done();
  }

  Derived done(Range widest = {}) {
    require_fraction(out_.fraction);
    return {std::move(out_), std::max(intervals_.working_bits(), std::max(bits_of(widest), out_.bits()))};
  }

  Inputs in_;
  Intervals intervals_;
  Tensor out_;
};

}  // namespace

Derived derive(const Operation& operation, Inputs inputs) {
  for (const Tensor* input : inputs) require(input->exact, "follows a float score; only the last node may be one");
  return std::visit(Deriver(inputs), operation);
}

}  // namespace trigloop::model
