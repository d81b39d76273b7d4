#pragma once
// Random events in the CMS scouting layout, in memory; and what the 57 features of each must be, by a plain loop.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "test/support/fake_source.hpp"

namespace trigloop::test {

template <class T>
using Lists = std::vector<std::vector<T>>;

struct FakeScouting {
  std::vector<std::uint32_t> run, lumi, orbit, bx;
  std::array<Lists<std::int16_t>, 3> eg, mu, jet;  ///< pt, eta, phi
  Lists<std::int32_t> sum_pt, sum_phi, sum_type;

  FakeScouting(std::size_t entries, std::uint64_t seed) {
    core::Philox random(seed, 0);
    const auto below = [&](std::uint32_t n) { return random() % n; };
    const auto objects = [&](std::array<Lists<std::int16_t>, 3>& to, unsigned most) {
      const unsigned n = below(most + 1);
      for (auto& field : to) {
        auto& list = field.emplace_back();
        for (unsigned k = 0; k < n; ++k) list.push_back(static_cast<std::int16_t>(below(2000)) - 500);
      }
    };
    for (std::size_t i = 0; i < entries; ++i) {
      run.push_back(396102);
      lumi.push_back(static_cast<std::uint32_t>(214 + i / 1000));
      orbit.push_back(static_cast<std::uint32_t>(56098817 + i / 3));
      bx.push_back(1 + below(3564));
      objects(eg, 12);
      objects(mu, 8);
      objects(jet, 12);
      sum_pt.emplace_back();
      sum_phi.emplace_back();
      sum_type.emplace_back();
      const int types = below(20) == 0 ? 2 : 8;  // some events lack the MET entry
      for (int t = 0; t < types; ++t) {
        sum_pt.back().push_back(static_cast<std::int32_t>(below(40000)));
        sum_phi.back().push_back(static_cast<std::int32_t>(below(144)));
        sum_type.back().push_back(t);
      }
      // Where a type column is there, the order must not matter.
      if (types == 8 && below(4) == 0) {
        std::swap(sum_type.back()[2], sum_type.back()[5]);
      }
    }
  }

  std::size_t entries() const { return run.size(); }

  FakeSource source(std::size_t window = 100, bool with_types = true) const {
    std::vector<FakeColumn> columns{flat_column("run", run), flat_column("luminosityBlock", lumi),
                                    flat_column("bunchCrossing", bx), flat_column("orbitNumber", orbit)};
    const auto add = [&](const std::string& name, const auto& lists, const std::array<std::string, 3>& fields) {
      for (std::size_t f = 0; f < 3; ++f)
        columns.push_back(jagged_column("L1" + name + "_" + fields[f], lists[f], "nL1" + name));
    };
    add("EG", eg, {"hwPt", "hwEta", "hwPhi"});
    add("Mu", mu, {"hwPt", "hwEtaAtVtx", "hwPhiAtVtx"});
    add("Jet", jet, {"hwPt", "hwEta", "hwPhi"});
    columns.push_back(jagged_column("L1EtSum_hwPt", sum_pt, "nL1EtSum"));
    columns.push_back(jagged_column("L1EtSum_hwPhi", sum_phi, "nL1EtSum"));
    if (with_types) columns.push_back(jagged_column("L1EtSum_etSumType", sum_type, "nL1EtSum"));
    return {"Events", entries(), std::move(columns), window};
  }

  /// The 57 features of event i; counts what was cut to int16 and whether MET was missing.
  std::array<std::int16_t, 57> features(std::size_t i, bool with_types, std::uint64_t& saturated,
                                        std::uint64_t& missing) const {
    std::array<std::int16_t, 57> x{};
    std::size_t at = 2;
    if (with_types) at = static_cast<std::size_t>(std::ranges::find(sum_type[i], 2) - sum_type[i].begin());
    if (at < sum_pt[i].size()) {
      x[0] = static_cast<std::int16_t>(std::min(sum_pt[i][at], 32767));
      x[2] = static_cast<std::int16_t>(sum_phi[i][at]);
      saturated += sum_pt[i][at] > 32767;
    } else {
      ++missing;
    }
    std::size_t feature = 3;
    const auto take = [&](const auto& lists, std::size_t n) {
      for (std::size_t k = 0; k < n; ++k) {
        for (const auto& field : lists) x[feature++] = k < field[i].size() ? field[i][k] : std::int16_t{0};
      }
    };
    take(eg, 4);
    take(mu, 4);
    take(jet, 10);
    return x;
  }
};

}  // namespace trigloop::test
