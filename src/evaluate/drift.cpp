#include "evaluate/drift.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/yaml.hpp"
#include "evaluate/side.hpp"

namespace trigloop::evaluate {
namespace {

using curate::Object;
using curate::ObjectKind;

constexpr std::uint64_t seed = 1;  // of what simulated drifts round and draw

std::int16_t limited(double pt, ObjectKind kind) {
  const double most = curate::saturation_of(kind);
  return static_cast<std::int16_t>(std::clamp(std::nearbyint(pt), 0.0, most));
}

simulate::Objects* collection(simulate::Event& event, ObjectKind kind) {
  switch (kind) {
    case ObjectKind::egamma:
      return &event.egs;
    case ObjectKind::muon:
      return &event.muons;
    case ObjectKind::jet:
      return &event.jets;
    default:
      return nullptr;
  }
}

/// The objects of an event that are there, in their order.
simulate::Event to_event(const std::int16_t* values, std::span<const Object> objects) {
  simulate::Event event;
  for (std::size_t k = 0; k < objects.size(); ++k) {
    const std::int16_t* v = values + 3 * k;
    simulate::Objects* into = collection(event, objects[k].kind);
    if (into == nullptr) {
      event.met = v[0];
      event.met_phi = v[2];
    } else if (v[0] != 0 && into->count < simulate::Objects::room) {
      const auto at = static_cast<std::size_t>(into->count++);
      into->pt[at] = v[0], into->eta[at] = v[1], into->phi[at] = v[2];
    }
  }
  return event;
}

/// As many of them as the network sees; absent ones are 0, 0, 0.
void from_event(simulate::Event& event, std::span<const Object> objects, std::int16_t* values) {
  std::size_t next[curate::object_kinds] = {};
  for (std::size_t k = 0; k < objects.size(); ++k) {
    std::int16_t* v = values + 3 * k;
    const simulate::Objects* from = collection(event, objects[k].kind);
    const std::size_t at = next[static_cast<std::size_t>(objects[k].kind)]++;
    if (from == nullptr) {
      v[0] = static_cast<std::int16_t>(event.met), v[1] = 0, v[2] = static_cast<std::int16_t>(event.met_phi);
    } else if (at < static_cast<std::size_t>(from->count)) {
      v[0] = from->pt[at], v[1] = from->eta[at], v[2] = from->phi[at];
    } else {
      v[0] = v[1] = v[2] = 0;
    }
  }
}

}  // namespace

Drift Drift::load(const std::filesystem::path& path) {
  const core::YamlNode root = core::parse_yaml(core::read_text(path, 1u << 20), path.native());
  const core::Section section(root, path.native());
  Drift drift;
  drift.name_ = section.text("name");
  const auto line = [&](const std::string& key, Line& out) {
    if (!section.has(key)) return;
    const core::Section one = section.section(key);
    out = {one.number("scale", 0, 10, 1.0), one.number("offset", -4095, 4095, 0.0)};
    one.refuse_unknown();
  };
  for (const auto kind : {ObjectKind::met, ObjectKind::egamma, ObjectKind::muon, ObjectKind::jet})
    line(std::string(curate::name_of(kind)), drift.kinds_[static_cast<std::size_t>(kind)]);
  line("HT", drift.ht_);
  if (section.has("simulate")) {
    for (const std::string& text : section.texts("simulate")) drift.drifts_.push_back(simulate::parse_drift(text));
  }
  section.refuse_unknown();
  for (const simulate::Drift& one : drift.drifts_) {
    if (one.kind == simulate::DriftKind::pile_up || one.kind == simulate::DriftKind::bunch_fill)
      throw core::Error(core::ErrorCode::unsupported, "pile-up and bunch-fill change streams, not events")
          .file(path.native())
          .remedy("Give jet-scale, dead-region or noisy-tower");
  }
  return drift;
}

void Drift::apply(curate::Batch& batch, const curate::SideTypes& sides, std::span<const Object> objects) const {
  if (!drifts_.empty()) simulate(batch, objects);
  move_objects(batch, objects);
  move_ht(batch, sides);
}

void Drift::simulate(curate::Batch& batch, std::span<const Object> objects) const {
  const std::size_t width = 3 * objects.size();
  for (std::size_t e = 0; e < batch.events; ++e) {
    simulate::Event event = to_event(batch.values.data() + e * width, objects);
    const std::uint64_t number = batch.first_entry + e;
    // A measured drift is there in full: no ramp, no start.
    constexpr simulate::StreamPosition at{~std::uint64_t{0}, ~std::uint32_t{0}};
    simulate::apply(drifts_, at, {seed, simulate::Purpose::drift, number}, event);
    from_event(event, objects, batch.values.data() + e * width);
  }
}

void Drift::move_objects(curate::Batch& batch, std::span<const Object> objects) const {
  const std::size_t width = 3 * objects.size();
  for (std::size_t k = 0; k < objects.size(); ++k) {
    const Line& line = kinds_[static_cast<std::size_t>(objects[k].kind)];
    if (!line.moves()) continue;
    for (std::size_t e = 0; e < batch.events; ++e) {
      std::int16_t* v = batch.values.data() + e * width + 3 * k;
      if (v[0] == 0) continue;
      v[0] = limited(line.scale * v[0] + line.offset, objects[k].kind);
      if (v[0] == 0) v[1] = v[2] = 0;
    }
  }
}

void Drift::move_ht(curate::Batch& batch, const curate::SideTypes& sides) const {
  if (!ht_.moves() || !sides[index(curate::Side::ht)]) return;
  const curate::SideType& type = *sides[index(curate::Side::ht)];
  std::byte* bytes = batch.sides[index(curate::Side::ht)].data();
  event::visit(type.type, [&](auto zero) {
    for (std::size_t e = 0; e < batch.events; ++e) {
      decltype(zero) value;
      std::memcpy(&value, bytes + e * type.bytes(), sizeof(value));
      value = static_cast<decltype(zero)>(ht_.scale * static_cast<double>(value) + ht_.offset);
      std::memcpy(bytes + e * type.bytes(), &value, sizeof(value));
    }
  });
}

}  // namespace trigloop::evaluate
