#pragma once
// Random events for menus, as a source in the CMS scouting layout and as plain objects.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "test/menu/naive.hpp"
#include "test/support/fake_source.hpp"

namespace trigloop::test {

struct MenuEvents {
  std::vector<NaiveEvent> events;
  std::vector<std::uint32_t> run, orbit, bx;
  bool with_types = true;  ///< the type column is there, and the order of sums may vary

  /// `sorted`: lists descend in pt, as the trigger's do. pts follow a falling spectrum up to `hardest`.
  MenuEvents(std::size_t entries, std::uint64_t seed, bool sorted, int hardest = 400) {
    core::Philox random(seed, 0);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const auto spectrum = [&] { return below(1 + below(1 + below(hardest))); };
    for (std::size_t e = 0; e < entries; ++e) {
      run.push_back(1);
      orbit.push_back(static_cast<std::uint32_t>(e / 3));
      bx.push_back(1 + random() % 3564);
      NaiveEvent& event = events.emplace_back();
      const auto add = [&](menu::Kind kind, int most, int etas, int phis) {
        auto& list = event[kind];
        for (int n = below(most + 1); n > 0; --n) {
          list.push_back({spectrum(), below(2 * etas + 1) - etas, below(phis), below(4), below(16), 2 * below(2) - 1});
        }
        if (sorted) std::ranges::stable_sort(list, std::ranges::greater{}, &NaiveObject::pt);
      };
      add(menu::Kind::mu, 4, 225, 576);
      add(menu::Kind::eg, 8, 115, 144);
      add(menu::Kind::tau, 4, 115, 144);
      add(menu::Kind::jet, 12, 115, 144);
      for (std::size_t k = menu::object_kinds; k < menu::kinds; ++k)
        event[static_cast<menu::Kind>(k)].push_back({4 * spectrum(), 0, below(144), 0, 0, 0});
    }
  }

  /// Objects in lists of T; scouting files have int16.
  template <class T = std::int16_t>
  FakeSource source(std::size_t window = 100) const {
    std::vector<FakeColumn> columns{flat_column("run", run), flat_column("luminosityBlock", run),
                                    flat_column("bunchCrossing", bx), flat_column("orbitNumber", orbit)};
    const auto add = [&](menu::Kind kind, const std::string& name, const std::string& field, int NaiveObject::*member) {
      std::vector<std::vector<T>> lists;
      for (const NaiveEvent& event : events) {
        lists.emplace_back();
        for (const NaiveObject& o : event.at(kind)) lists.back().push_back(static_cast<T>(o.*member));
      }
      columns.push_back(jagged_column("L1" + name + "_" + field, lists, "nL1" + name));
    };
    add_objects(add, menu::Kind::mu, "Mu", "hwEtaAtVtx", "hwPhiAtVtx");
    add(menu::Kind::mu, "Mu", "hwQual", &NaiveObject::quality);
    add(menu::Kind::mu, "Mu", "hwCharge", &NaiveObject::charge);
    add_objects(add, menu::Kind::eg, "EG", "hwEta", "hwPhi");
    add(menu::Kind::eg, "EG", "hwIso", &NaiveObject::iso);
    add_objects(add, menu::Kind::tau, "Tau", "hwEta", "hwPhi");
    add(menu::Kind::tau, "Tau", "hwIso", &NaiveObject::iso);
    add_objects(add, menu::Kind::jet, "Jet", "hwEta", "hwPhi");
    add(menu::Kind::jet, "Jet", "hwQual", &NaiveObject::quality);
    add_sums(columns);
    return {"Events", events.size(), std::move(columns), window};
  }

 private:
  template <class Add>
  static void add_objects(const Add& add, menu::Kind kind, const std::string& name, const char* eta, const char* phi) {
    add(kind, name, "hwPt", &NaiveObject::pt);
    add(kind, name, eta, &NaiveObject::eta);
    add(kind, name, phi, &NaiveObject::phi);
  }

  void add_sums(std::vector<FakeColumn>& columns) const {
    std::vector<std::vector<std::int32_t>> pt, phi, type;
    for (std::size_t e = 0; e < events.size(); ++e) {
      pt.emplace_back();
      phi.emplace_back();
      type.emplace_back();
      for (std::size_t i = 0; i < menu::kinds - menu::object_kinds; ++i) {
        // Where a type column is there, the order must not matter.
        const std::size_t k = with_types && e % 5 == 0 ? 7 - i : i;
        const NaiveObject& o = events[e].at(static_cast<menu::Kind>(k + menu::object_kinds))[0];
        pt.back().push_back(o.pt);
        phi.back().push_back(o.phi);
        type.back().push_back(static_cast<std::int32_t>(k));
      }
    }
    columns.push_back(jagged_column("L1EtSum_hwPt", pt, "nL1EtSum"));
    columns.push_back(jagged_column("L1EtSum_hwPhi", phi, "nL1EtSum"));
    if (with_types) columns.push_back(jagged_column("L1EtSum_etSumType", type, "nL1EtSum"));
  }
};

}  // namespace trigloop::test
