#include "curate/pack.hpp"

namespace trigloop::curate {
namespace {

event::ColumnView view(event::Type type, std::size_t inner, const void* data, std::size_t values) {
  return {type, false, static_cast<std::uint32_t>(inner), static_cast<const std::byte*>(data), values, {}};
}

/// Calls each(out, in, feature) for all values of all features.
template <class T, class Each>
void for_all(const Batch& batch, std::size_t width, core::ByteBuffer& data, const Each& each) {
  data.resize_discard(batch.events * width * sizeof(T));
  T* out = reinterpret_cast<T*>(data.data());
  const std::int16_t* in = batch.values.data();
  for (std::size_t i = 0; i < batch.events; ++i, in += width, out += width) {
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

void Scaler::apply(const Batch& batch, core::ByteBuffer& data) const {
  const std::size_t width = scaling_.scale.size();
  if (narrow_) {
    const float *bias = bias_.data(), *factor = factor_.data();
    for_all<float>(batch, width, data,
                   [=](int x, std::size_t f) { return (static_cast<float>(x) - bias[f]) * factor[f]; });
  } else {
    const double *bias = scaling_.bias.data(), *scale = scaling_.scale.data();
    for_all<double>(batch, width, data, [=](int x, std::size_t f) { return (x - bias[f]) / scale[f]; });
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

void append(io::hdf5::Writer& writer, std::size_t table, const SideTypes& sides, const Batch& batch, event::Type type,
            const core::ByteBuffer& scaled) {
  if (batch.events == 0) return;
  event::Columns columns{0, batch.events, {}};
  const std::size_t values = scaled.size() / event::size_of(type);
  columns.columns.push_back(view(type, values / batch.events, scaled.data(), values));
  for (std::size_t side = 0; side < side_count; ++side) {
    if (!sides[side]) continue;
    const std::size_t inner = sides[side]->bytes() / event::size_of(sides[side]->type);
    columns.columns.push_back(view(sides[side]->type, inner, batch.sides[side].data(), inner * batch.events));
  }
  writer.append(table, columns);
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
