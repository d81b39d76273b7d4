#include "curate/pack.hpp"

#include <cstring>

namespace trigloop::curate {
namespace {

event::ColumnView view(event::Type type, std::size_t inner, const void* data, std::size_t values) {
  return {type, false, static_cast<std::uint32_t>(inner), static_cast<const std::byte*>(data), values, {}};
}

/// Calls each(in, feature) for all values of all features.
template <class T, class Each>
void for_all(const std::int16_t* in, std::size_t events, std::size_t width, std::byte* to, const Each& each) {
  T* out = reinterpret_cast<T*>(to);
  for (std::size_t i = 0; i < events; ++i, in += width, out += width) {
    for (std::size_t f = 0; f < width; ++f) out[f] = each(in[f], f);
  }
}

}  // namespace

Scaler::Scaler(const Scaling& scaling, bool narrow) : scaling_(scaling), narrow_(narrow) {
  for (std::size_t f = 0; narrow && f < scaling.scale.size(); ++f) {
    bias_.push_back(static_cast<float>(scaling.bias[f]));
    factor_.push_back(static_cast<float>(1 / scaling.scale[f]));
  }
}

void Scaler::apply(const std::int16_t* values, std::size_t events, std::byte* out) const {
  const std::size_t width = scaling_.scale.size();
  if (narrow_) {
    const float *bias = bias_.data(), *factor = factor_.data();
    for_all<float>(values, events, width, out,
                   [=](int x, std::size_t f) { return (static_cast<float>(x) - bias[f]) * factor[f]; });
  } else {
    const double *bias = scaling_.bias.data(), *scale = scaling_.scale.data();
    for_all<double>(values, events, width, out, [=](int x, std::size_t f) { return (x - bias[f]) / scale[f]; });
  }
}

io::TableSpec event_table(const std::string& name, std::size_t objects, const SideTypes& sides, event::Type data) {
  io::TableSpec table{name, "", {{"DATA", data, {objects, 3}, ""}}};
  for (std::size_t side = 0; side < side_count; ++side) {
    if (sides[side])
      table.columns.push_back({std::string(side_names[side]), sides[side]->type, sides[side]->shape, ""});
  }
  return table;
}

void append(io::hdf5::Writer& writer, std::size_t table, const SideTypes& sides, const Batch& batch,
            io::EntryRange range, const Scaler& scaler) {
  std::vector<std::size_t> columns;  // of the sides that are there
  for (std::size_t side = 0; side < side_count; ++side) {
    if (sides[side]) columns.push_back(side);
  }
  const auto fill = [&](std::size_t column, std::uint64_t begin, std::uint64_t rows, std::byte* to) {
    begin += range.begin;
    if (column == 0) return scaler.apply(batch.values.data() + begin * scaler.width(), rows, to);
    const std::size_t side = columns[column - 1], bytes = sides[side]->bytes();
    if (bytes > 0) std::memcpy(to, batch.sides[side].data() + begin * bytes, rows * bytes);
  };
  writer.append(table, range.end - range.begin, fill);
}

io::TableSpec normalisation_table() {
  return {"Normalisation",
          "",
          {{"norm_scale", event::Type::float64, {3}, ""}, {"norm_bias", event::Type::float64, {3}, ""}}};
}

void append_normalisation(io::hdf5::Writer& writer, std::size_t table, const Scaling& scaling) {
  const std::size_t n = scaling.scale.size();
  const auto scale = view(event::Type::float64, 3, scaling.scale.data(), n);
  const auto bias = view(event::Type::float64, 3, scaling.bias.data(), n);
  writer.append(table, {0, n / 3, {scale, bias}});
}

}  // namespace trigloop::curate
