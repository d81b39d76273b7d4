// Element-wise nodes.
#include <algorithm>

#include "core/error.hpp"
#include "model/qonnx_importer.hpp"

namespace trigloop::model::onnx_file {

void Importer::add(const Node& node) { output(node, build_.add(input(node, 0), input(node, 1))); }
void Importer::subtract(const Node& node) { output(node, build_.subtract(input(node, 0), input(node, 1))); }
void Importer::multiply(const Node& node) { output(node, build_.multiply(input(node, 0), input(node, 1))); }
void Importer::negate(const Node& node) { output(node, build_.negate(input(node, 0))); }
void Importer::relu(const Node& node) { output(node, build_.relu(input(node, 0))); }
void Importer::divide(const Node& node) { output(node, quotient(input(node, 0), input(node, 1))); }

Value Importer::quotient(const Value& a, const Value& b) {
  if (!b.is_constant) refuse("divides by features", "a product");
  if (!a.is_constant) {
    Value inverse = b;
    for (Dyadic& d : inverse.constants) {
      const auto one_over = Dyadic(1).divided_by(d);
      if (!one_over)
        refuse("divides by " + std::to_string(d.to_double()), "a power of two as divisor, or Mul by a constant");
      d = *one_over;
    }
    return build_.multiply(a, inverse);
  }
  const Shape shape = broadcast(a.shape, b.shape);
  Value out = build_.remap(a, broadcast_index(a.shape, shape), shape);
  const Value by = build_.remap(b, broadcast_index(b.shape, shape), shape);
  for (std::size_t i = 0; i < out.constants.size(); ++i) {
    const auto exact = out.constants[i].divided_by(by.constants[i]);
    if (!exact) refuse("divides constants without an exact result", "the quotient as a constant");
    out.constants[i] = *exact;
  }
  return out;
}

void Importer::absolute(const Node& node) {
  const Value x = input(node, 0);
  output(node, build_.add(build_.relu(x), build_.relu(build_.negate(x))));
}

void Importer::power(const Node& node) {
  const Value x = input(node, 0);
  const auto exponent = scalar_input(node, 1, "exponent").integer();
  if (!exponent || *exponent < 1 || *exponent > 8)
    refuse("has an exponent that is not 1 to 8", "Mul, or an exponent of 2");
  Value y = x;
  for (std::int64_t k = 1; k < *exponent; ++k) y = build_.multiply(y, x);
  output(node, std::move(y));
}

void Importer::square_root(const Node& node) {
  Value x = input(node, 0);
  if (!x.is_constant) refuse("takes a root of features", "the square: both order events alike");
  for (Dyadic& d : x.constants) {
    const auto root = d.square_root();
    if (!root) refuse("takes a root that is not exact", "the root as a constant");
    d = *root;
  }
  output(node, std::move(x));
}

void Importer::clip(const Node& node) {
  Value x = input(node, 0);
  const auto limit = [&](std::size_t k, const char* name) {
    const bool is_attribute = node.attributes.contains(name);
    return is_attribute ? Dyadic::from_double(number(node, name, 0)) : scalar_input(node, k, name);
  };
  if (has_input(node, 1) || node.attributes.contains("min")) x = build_.at_least(x, Builder::constant(limit(1, "min")));
  if (has_input(node, 2) || node.attributes.contains("max")) x = build_.at_most(x, Builder::constant(limit(2, "max")));
  output(node, std::move(x));
}

void Importer::minimum(const Node& node) {
  Value x = input(node, 0);
  for (std::size_t k = 1; k < node.inputs.size(); ++k) x = build_.at_most(x, input(node, k));
  output(node, std::move(x));
}

void Importer::maximum(const Node& node) {
  Value x = input(node, 0);
  for (std::size_t k = 1; k < node.inputs.size(); ++k) x = build_.at_least(x, input(node, k));
  output(node, std::move(x));
}

void Importer::round_to_integer(const Node& node) {
  const auto rounding = node.op == "Floor"  ? core::Rounding::floor
                        : node.op == "Ceil" ? core::Rounding::ceil
                                            : core::Rounding::half_even;
  output(node, build_.round(input(node, 0), 0, rounding));
}

/// To a float nothing happens (the graph has more digits than any float); to an integer the fraction is cut off.
void Importer::cast(const Node& node) {
  struct IntegerType {
    std::int64_t number;
    int width;
    bool is_signed;
  };
  static constexpr IntegerType types[] = {{2, 8, false}, {3, 8, true},    {4, 16, false}, {5, 16, true},
                                          {6, 32, true}, {12, 32, false}, {7, 64, true},  {13, 64, false}};
  const Value& x = input(node, 0);
  const std::int64_t to = integer(node, "to", 1);
  if (to == 1 || to == 10 || to == 11 || to == 16) return output(node, x);
  const auto type = std::ranges::find(types, to, &IntegerType::number);
  if (type == std::end(types)) refuse("casts to ONNX type " + std::to_string(to), "a float or an integer");
  // C++ and NumPy leave out-of-range casts undefined, so they must be impossible.
  const FixedPoint target{type->width, type->width, type->is_signed, core::Rounding::toward_zero,
                          core::Overflow::saturate};
  const Value whole = build_.round(x, 0, core::Rounding::toward_zero);
  for (const Range& r : whole.is_constant ? std::vector<Range>{} : build_.tensor(whole).ranges) {
    if (r.lo < target.min_code() || r.hi > target.max_code())
      refuse("casts values beyond the integer's range", "Quant");
  }
  output(node, whole);
}

/// y = (x - mean) / sqrt(var + epsilon) * scale + bias, folded where that factor is exact.
void Importer::batch_normalization(const Node& node) {
  const Value x = input(node, 0);
  if (x.is_constant || x.shape.empty()) refuse("normalises no features", "features");
  const Dyadic epsilon = Dyadic::from_double(static_cast<float>(number(node, "epsilon", 1e-5F)));
  const auto column = [&](std::size_t k, const char* what) {
    Value v = constant_input(node, k, what);
    v.shape = Shape(x.shape.size(), 1);
    v.shape[0] = static_cast<std::int64_t>(v.constants.size());
    return v;
  };
  Value factor = column(1, "scale");
  const Value variance = column(4, "variance");
  if (variance.constants.size() != factor.constants.size())
    throw core::Error(core::ErrorCode::damaged, "its constants differ in number");
  for (std::size_t i = 0; i < factor.constants.size(); ++i) {
    const auto deviation = (variance.constants[i] + epsilon).square_root();
    const auto exact = deviation ? factor.constants[i].divided_by(*deviation) : std::nullopt;
    if (!exact) {
      refuse("scale / sqrt(variance + epsilon) has no exact binary form",
             "the batch normalisation folded into the dense layer before its weights are quantised (QDenseBatchnorm)");
    }
    factor.constants[i] = *exact;
  }
  output(node, build_.add(build_.multiply(build_.subtract(x, column(3, "mean")), factor), column(2, "bias")));
}

}  // namespace trigloop::model::onnx_file
