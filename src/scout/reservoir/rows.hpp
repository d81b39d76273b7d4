#pragma once
// A kept event as the training package has it: 33 objects of pt, eta, phi (MET, 12 e/gammas, 8 muons, 12 jets; absent
// ones are zeros), the sums ET and HT, and whether a seed took it.
#include <array>
#include <cstdint>
#include <vector>

#include "scout/record/record.hpp"

namespace trigloop::scout {

inline constexpr std::size_t package_objects = 33;

struct PackageRow {
  std::array<std::int16_t, 3 * package_objects> objects{};
  float et = 0;  ///< in the trigger's unit, half a GeV
  float ht = 0;  ///< in GeV
  bool fired = false;
};

/// Finds the objects of an event by the names that menus know: collections EtSum, EG, Mu, Jet with fields pt, eta, phi
/// (type, of EtSum; without it sums stand at the place of their number).
class RowMaker {
 public:
  /// Error: mismatch, if a collection or a field is missing.
  RowMaker(const TailLayout& layout, const ReservoirRule& rule);
  /// Numbers beyond 16 bits become the nearest. Error: damaged, if the event's values are not those of the layout.
  PackageRow operator()(const TailEvent& event);

 private:
  /// Where a collection's numbers stand in an event's values.
  struct Place {
    std::size_t first = 0;
    std::uint32_t items = 0;
  };
  struct Fields {
    std::size_t collection = 0, width = 0;
    std::array<int, 4> at{};  ///< pt, eta, phi, type; -1: none
  };
  Fields fields_of(const char* collection, std::initializer_list<const char*> required) const;
  void find_places(const TailEvent& event);
  std::int32_t value(const TailEvent& event, const Fields& of, std::uint32_t item, std::size_t field) const;
  void take_objects(const TailEvent& event, const Fields& of, std::uint32_t most, std::int16_t* out) const;
  /// The item of a sum; none: the number of items.
  std::uint32_t sum(const TailEvent& event, std::int32_t type) const;

  TailLayout layout_;
  ReservoirRule rule_;
  Fields sums_, egs_, muons_, jets_;
  std::vector<Place> places_;
};

}  // namespace trigloop::scout
