#include "model/normalisation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/yaml.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/numbers.hpp"

namespace trigloop::model {
namespace {

using core::Error;
using core::ErrorCode;

constexpr FixedPoint signed_type(int width, int integer) {
  return {width, integer, true, core::Rounding::half_even, core::Overflow::saturate};
}

std::vector<double> read_column(const io::Source& source, const std::string& table, const std::string& column) {
  constexpr std::uint64_t max_features = 1u << 16;
  return io::read_numbers(source, table, column, max_features);
}

Normalisation from_hdf5(const std::filesystem::path& path) {
  const auto source = io::hdf5::open(path);
  for (const char* table : {"Normalisation", "data/Normalisation", "trigloop/Normalisation"}) {
    if (std::ranges::find(source->info().tables, table, &io::TableInfo::name) == source->info().tables.end()) continue;
    return {read_column(*source, table, "norm_bias"), read_column(*source, table, "norm_scale")};
  }
  throw Error(ErrorCode::mismatch, "has no group 'Normalisation'")
      .remedy("Give the packed Data.h5 or complete.h5 of the training, or a YAML file with norm_bias and norm_scale");
}

std::vector<double> numbers(const core::Section& section, const char* key) {
  std::vector<double> out;
  for (const std::string& text : section.texts(key)) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      throw section.error(key, "holds '" + text + "' where numbers are needed");
    out.push_back(value);
  }
  return out;
}

Normalisation from_yaml(const core::InputFile& file) {
  std::string text(std::min<std::uint64_t>(file.size(), core::YamlLimits{}.bytes + 1), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  const core::YamlNode root = core::parse_yaml(text, file.path().native());
  const core::Section section(root, file.path().native());
  Normalisation out{numbers(section, "norm_bias"), numbers(section, "norm_scale")};
  section.refuse_unknown();
  return out;
}

void check(const Normalisation& n) {
  if (n.bias.size() != n.scale.size()) {
    throw Error(ErrorCode::mismatch, "norm_bias has " + std::to_string(n.bias.size()) + " values, norm_scale " +
                                         std::to_string(n.scale.size()));
  }
  const auto is_usable = [](double v) { return std::isfinite(v) && std::abs(v) < 1e6; };
  const bool whole = std::ranges::all_of(n.bias, is_usable) && std::ranges::all_of(n.scale, is_usable) &&
                     std::ranges::all_of(n.scale, [](double v) { return std::abs(v) > 1e-6; });
  if (!whole) throw Error(ErrorCode::unsupported, "has a bias above 10^6, or a scale outside 10^-6 to 10^6");
}

}  // namespace

FixedPoint normalised_type() { return signed_type(14, 6); }
FixedPoint score_type() { return signed_type(18, 14); }

Normalisation read_normalisation(const std::filesystem::path& path) {
  try {
    const core::InputFile file(path);
    Normalisation out = io::hdf5::is_hdf5(file) ? from_hdf5(path) : from_yaml(file);
    check(out);
    return out;
  } catch (Error& e) {
    e.in("normalisation").file(path.native());
    throw;
  }
}

Value normalised(Builder& build, const Value& hardware, const Normalisation& normalisation, const FixedPoint& type) {
  const std::size_t features = count_of(hardware.shape);
  if (normalisation.bias.size() != features) {
    throw Error(ErrorCode::mismatch, "the normalisation is of " + std::to_string(normalisation.bias.size()) +
                                         " features, the network of " + std::to_string(features));
  }
  std::vector<Dyadic> offset, factor;
  for (std::size_t i = 0; i < features; ++i) {
    offset.push_back(Dyadic::from_double(static_cast<float>(-normalisation.bias[i])));
    factor.push_back(Dyadic::from_double(static_cast<float>(1 / normalisation.scale[i])));
  }
  const FixedPoint wide = signed_type(18, 13);
  build.set_label("normalisation.shift");
  Value x = build.quantise(build.add(hardware, Builder::constant(hardware.shape, offset)), {wide});
  build.set_label("normalisation.scale");
  x = build.quantise(build.multiply(x, Builder::constant(hardware.shape, factor)), {wide});
  build.set_label("normalisation");
  return build.quantise(x, {type});
}

}  // namespace trigloop::model
