#pragma once
// A kept event as physics objects: for people in words, for a model as the features of the layout.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/layout.hpp"
#include "scout/record/tail.hpp"

namespace trigloop::report::scouting {

struct Object {
  std::size_t collection = 0;           ///< of the TailLayout
  std::uint32_t item = 0;               ///< from 0, in the order of the trigger
  std::string name;                     ///< "jet 1", "missing energy"
  std::string words;                    ///< "jet 512.5 GeV at eta 1.22, phi 0.31"
  std::vector<std::uint32_t> features;  ///< of the model, which are this object; empty: the model does not see it
};

/// Reads TailEvent::values by the layout with which the events were examined.
class ObjectReader {
 public:
  /// Error: mismatch, if the layout is not the one of the events.
  ObjectReader(event::Layout layout, scout::TailLayout tail);

  /// Error: damaged, if the values are not those of the collections.
  std::vector<Object> objects(const scout::TailEvent& event) const;
  /// What the model saw. Error: as above; unsupported, for layouts with features that are no objects.
  std::vector<std::int16_t> features(const scout::TailEvent& event) const;

  /// A field of an item; none, if the collection has no such field.
  std::optional<std::int32_t> value(const scout::TailEvent& event, std::size_t collection, std::uint32_t item,
                                    const std::string& field) const;
  std::uint32_t items(const scout::TailEvent& event, std::size_t collection) const;
  const event::Layout& layout() const noexcept { return layout_; }
  const scout::TailLayout& tail_layout() const noexcept { return tail_; }

 private:
  /// Where the items of each collection begin in the values, and behind the last.
  std::vector<std::size_t> places(const scout::TailEvent& event) const;
  std::uint32_t chosen_item(const scout::TailEvent& event, std::size_t collection, const event::ItemBlock& block) const;
  Object describe_sum(const scout::TailEvent& event, std::size_t collection, std::uint32_t item) const;
  Object describe(const scout::TailEvent& event, std::size_t collection, std::uint32_t item) const;

  event::Layout layout_;
  scout::TailLayout tail_;
  std::vector<std::size_t> tail_of_;  ///< of each collection of the layout: its number in the TailLayout
};

}  // namespace trigloop::report::scouting
