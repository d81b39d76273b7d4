#include "scout/reservoir/rows.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::array<const char*, 4> field_names = {"pt", "eta", "phi", "type"};
constexpr std::size_t pt = 0, phi = 2, type = 3;
constexpr std::int32_t missing_et = 2;
constexpr std::uint32_t most_egs = 12, most_muons = 8, most_jets = 12;

std::int16_t nearest(std::int32_t value) {
  return static_cast<std::int16_t>(std::clamp<std::int32_t>(value, INT16_MIN, INT16_MAX));
}

}  // namespace

RowMaker::RowMaker(const TailLayout& layout, const ReservoirRule& rule)
    : layout_(layout),
      rule_(rule),
      sums_(fields_of("EtSum", {"pt", "phi"})),
      egs_(fields_of("EG", {"pt", "eta", "phi"})),
      muons_(fields_of("Mu", {"pt", "eta", "phi"})),
      jets_(fields_of("Jet", {"pt", "eta", "phi"})),
      places_(layout.collections.size()) {}

RowMaker::Fields RowMaker::fields_of(const char* collection, std::initializer_list<const char*> required) const {
  const auto found = std::ranges::find(layout_.collections, collection, &TailLayout::Collection::name);
  const auto refuse = [&](const std::string& what) {
    return Error(ErrorCode::mismatch,
                 "its events have " + what + ": they do not make the training package's 33 objects");
  };
  if (found == layout_.collections.end()) throw refuse(std::string("no collection ") + collection);
  Fields fields{static_cast<std::size_t>(found - layout_.collections.begin()), found->fields.size(), {-1, -1, -1, -1}};
  for (std::size_t i = 0; i < field_names.size(); ++i) {
    const auto field = std::ranges::find(found->fields, field_names[i]);
    if (field != found->fields.end()) fields.at[i] = static_cast<int>(field - found->fields.begin());
  }
  for (const char* name : required) {
    if (std::ranges::find(found->fields, name) == found->fields.end())
      throw refuse(std::string("no ") + name + " in collection " + collection);
  }
  return fields;
}

void RowMaker::find_places(const TailEvent& event) {
  const auto refuse = [] { throw Error(ErrorCode::damaged, "an event's values are not those of its layout"); };
  std::size_t at = 0;
  for (std::size_t c = 0; c < places_.size(); ++c) {
    if (at >= event.values.size() || event.values[at] < 0) refuse();
    places_[c] = {at + 1, static_cast<std::uint32_t>(event.values[at])};
    const std::size_t values = places_[c].items * layout_.collections[c].fields.size();
    if (values > event.values.size() - at - 1) refuse();
    at += 1 + values;
  }
  if (at != event.values.size()) refuse();
}

std::int32_t RowMaker::value(const TailEvent& event, const Fields& of, std::uint32_t item, std::size_t field) const {
  return event.values[places_[of.collection].first + item * of.width + static_cast<std::size_t>(of.at[field])];
}

void RowMaker::take_objects(const TailEvent& event, const Fields& of, std::uint32_t most, std::int16_t* out) const {
  for (std::uint32_t item = 0; item < std::min(most, places_[of.collection].items); ++item) {
    for (std::size_t field = pt; field <= phi; ++field) *out++ = nearest(value(event, of, item, field));
  }
}

std::uint32_t RowMaker::sum(const TailEvent& event, std::int32_t wanted) const {
  const std::uint32_t items = places_[sums_.collection].items;
  // An input without the column of types has -1 there.
  if (sums_.at[type] < 0 || items == 0 || value(event, sums_, 0, type) == -1) {
    return std::min(items, static_cast<std::uint32_t>(wanted));
  }
  std::uint32_t item = 0;
  while (item < items && value(event, sums_, item, type) != wanted) ++item;
  return item;
}

PackageRow RowMaker::operator()(const TailEvent& event) {
  find_places(event);
  const std::uint32_t sums = places_[sums_.collection].items;
  PackageRow row;
  if (const std::uint32_t met = sum(event, missing_et); met < sums) {
    row.objects[0] = nearest(value(event, sums_, met, pt));
    row.objects[2] = nearest(value(event, sums_, met, phi));
  }
  std::int16_t* out = row.objects.data() + 3;
  take_objects(event, egs_, most_egs, out);
  take_objects(event, muons_, most_muons, out += 3 * most_egs);
  take_objects(event, jets_, most_jets, out += 3 * most_muons);
  const std::uint32_t et = sum(event, rule_.et_type), ht = sum(event, rule_.ht_type);
  if (et < sums) row.et = static_cast<float>(value(event, sums_, et, pt));
  if (ht < sums) row.ht = 0.5f * static_cast<float>(value(event, sums_, ht, pt));
  row.fired = std::ranges::any_of(event.seeds, [](std::uint64_t word) { return word != 0; });
  return row;
}

}  // namespace trigloop::scout
