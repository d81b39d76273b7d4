#include "report/scout/objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "event/convert.hpp"
#include "report/quantity.hpp"

namespace trigloop::report::scouting {
namespace {

using core::Error;
using core::ErrorCode;

/// Of the CMS layout's collections; others are called as the layout calls them.
std::string singular(const std::string& collection) {
  if (collection == "EG") return "e/gamma";
  if (collection == "Mu") return "muon";
  if (collection == "Tau") return "tau";
  if (collection == "Jet") return "jet";
  return collection;
}

/// The sums of the scouting ntuple, in the order of their types.
constexpr std::array<std::string_view, 8> sum_names{"total energy",
                                                    "electromagnetic energy",
                                                    "missing energy",
                                                    "total jet energy",
                                                    "missing jet energy",
                                                    "missing energy with forward",
                                                    "missing jet energy with forward",
                                                    "tower count"};
constexpr std::size_t tower_count = 7;

std::size_t field_number(const scout::TailLayout::Collection& collection, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(collection.fields, name) - collection.fields.begin());
}

}  // namespace

ObjectReader::ObjectReader(event::Layout layout, scout::TailLayout tail)
    : layout_(std::move(layout)), tail_(std::move(tail)) {
  for (const event::Collection& one : layout_.collections) {
    const auto found = std::ranges::find(tail_.collections, one.name, &scout::TailLayout::Collection::name);
    if (found == tail_.collections.end()) {
      throw Error(ErrorCode::mismatch,
                  "the kept events have no collection '" + one.name + "' of layout '" + layout_.name + "'")
          .remedy("Give the layout with which they were examined by --layout");
    }
    tail_of_.push_back(static_cast<std::size_t>(found - tail_.collections.begin()));
  }
}

std::vector<std::size_t> ObjectReader::places(const scout::TailEvent& event) const {
  std::vector<std::size_t> places;
  std::size_t at = 0;
  for (const auto& collection : tail_.collections) {
    if (at >= event.values.size() || event.values[at] < 0) break;
    const auto items = static_cast<std::size_t>(event.values[at]);
    places.push_back(++at);
    if (items > event.values.size()) break;
    at += items * collection.fields.size();
  }
  if (places.size() == tail_.collections.size() && at == event.values.size()) return places;
  throw Error(ErrorCode::damaged, "a kept event has other numbers than its collections need");
}

std::uint32_t ObjectReader::items(const scout::TailEvent& event, std::size_t collection) const {
  return static_cast<std::uint32_t>(event.values[places(event)[collection] - 1]);
}

std::optional<std::int32_t> ObjectReader::value(const scout::TailEvent& event, std::size_t collection,
                                                std::uint32_t item, const std::string& field) const {
  const auto& fields = tail_.collections[collection].fields;
  const std::size_t number = field_number(tail_.collections[collection], field);
  if (number == fields.size() || item >= items(event, collection)) return {};
  return event.values[places(event)[collection] + item * fields.size() + number];
}

std::uint32_t ObjectReader::chosen_item(const scout::TailEvent& event, std::size_t collection,
                                        const event::ItemBlock& block) const {
  if (!block.where) return block.else_index;
  const std::string& field = layout_.collections[block.collection].fields[*block.where].name;
  const std::uint32_t n = items(event, collection);
  bool known = false;
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto type = value(event, collection, i, field);
    if (type == block.value) return i;
    known = known || (type && *type >= 0);  // -1: the input lacks the column
  }
  return known ? n : block.else_index;
}

Object ObjectReader::describe_sum(const scout::TailEvent& event, std::size_t collection, std::uint32_t item) const {
  const auto stored = value(event, collection, item, "type");
  const auto type = static_cast<std::size_t>(stored && *stored >= 0 ? *stored : static_cast<std::int32_t>(item));
  Object object{collection, item, "EtSum of type " + std::to_string(type), "", {}};
  if (type < sum_names.size()) object.name = sum_names[type];
  const std::int32_t pt = value(event, collection, item, "pt").value_or(0);
  object.words = object.name + (type == tower_count ? fmt::format(" {}", pt) : fmt::format(" {:.1f} GeV", 0.5 * pt));
  if (object.name.starts_with("missing")) {
    const Quantity phi = quantity_of(layout_, {"EtSum", "", {}}, "phi");
    object.words += fmt::format(" at phi {:.2f}", phi.scale * value(event, collection, item, "phi").value_or(0));
  }
  return object;
}

Object ObjectReader::describe(const scout::TailEvent& event, std::size_t collection, std::uint32_t item) const {
  const std::string& kind = tail_.collections[collection].name;
  const bool units = layout_.name == event::cms_l1_scouting;
  if (units && kind == "EtSum") return describe_sum(event, collection, item);
  Object object{collection, item, singular(kind) + " " + std::to_string(item + 1), singular(kind), {}};
  const char* joint = " at ";
  for (const std::string& field : tail_.collections[collection].fields) {
    const std::int32_t raw = value(event, collection, item, field).value_or(0);
    const double number = quantity_of(layout_, {kind, "", {}}, field).scale * raw;
    if (field == "pt") {
      object.words += fmt::format(" {:.1f}{}", number, units ? " GeV" : "");
    } else if (field == "eta" || field == "phi") {
      object.words += fmt::format("{}{} {:.2f}", joint, field, number);
      joint = ", ";
    } else if (!units) {
      object.words += fmt::format(", {} {}", field, raw);
    }
  }
  return object;
}

std::vector<Object> ObjectReader::objects(const scout::TailEvent& event) const {
  std::vector<Object> objects;
  for (std::size_t c = 0; c < tail_.collections.size(); ++c) {
    for (std::uint32_t i = 0; i < items(event, c); ++i) objects.push_back(describe(event, c, i));
  }
  std::uint32_t feature = 0;
  const auto assign = [&](std::size_t collection, std::uint32_t item, std::size_t width) {
    for (Object& object : objects) {
      if (object.collection != tail_of_[collection] || object.item != item) continue;
      for (std::uint32_t f = 0; f < width; ++f) object.features.push_back(feature + f);
    }
    feature += static_cast<std::uint32_t>(width);
  };
  for (const event::Block& block : layout_.blocks) {
    if (const auto* list = std::get_if<event::ObjectBlock>(&block)) {
      for (std::uint32_t i = 0; i < list->count; ++i) assign(list->collection, i, list->fields.size());
    } else if (const auto* item = std::get_if<event::ItemBlock>(&block)) {
      assign(item->collection, chosen_item(event, tail_of_[item->collection], *item), item->fields.size());
    } else {
      feature += std::get<event::ValueBlock>(block).length;
    }
  }
  return objects;
}

std::vector<std::int16_t> ObjectReader::features(const scout::TailEvent& event) const {
  std::vector<std::int16_t> features;
  event::TileCounts ignored;
  const auto append = [&](std::size_t collection, std::uint32_t item, const std::vector<event::FieldIndex>& fields) {
    for (const event::FieldIndex index : fields) {
      if (index == event::zero_field) {
        features.push_back(0);
        continue;
      }
      const event::Field& field = layout_.collections[collection].fields[static_cast<std::size_t>(index)];
      const event::Convert<std::int16_t, std::int32_t> convert(field.use.scale, field.use.offset, ignored);
      const auto raw = value(event, tail_of_[collection], item, field.name);
      features.push_back(raw ? convert(*raw) : std::int16_t{0});
    }
  };
  for (const event::Block& block : layout_.blocks) {
    if (const auto* list = std::get_if<event::ObjectBlock>(&block)) {
      for (std::uint32_t i = 0; i < list->count; ++i) append(list->collection, i, list->fields);
    } else if (const auto* item = std::get_if<event::ItemBlock>(&block)) {
      append(item->collection, chosen_item(event, tail_of_[item->collection], *item), item->fields);
    } else {
      throw Error(ErrorCode::unsupported, "layout '" + layout_.name + "' has features that are no objects");
    }
  }
  return features;
}

}  // namespace trigloop::report::scouting
