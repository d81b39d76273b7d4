#pragma once
// Records of scouted lumisections as tests of watching want them: smooth spectra, known exposure.
#include <cmath>
#include <filesystem>

#include "core/units.hpp"
#include "scout/record/record.hpp"

namespace trigloop::test {

/// A lumisection of 2^18 orbits of 2544 bunches, all crossings kept; `scale` stretches its scores, which fall as a
/// power.
inline scout::Record lumi_record(std::uint32_t lumisection, double scale = 1) {
  scout::Record record;
  record.identity.fraction = 4;
  record.identity.menu = "menu";
  record.identity.stream.sampling = scout::Sampling::nonempty;
  record.identity.stream.colliding_bunches = 2544;
  record.sum.lumi = {400000, lumisection};
  record.sum.orbits_stated = core::orbits_per_lumisection;
  record.shares.emplace_back();
  record.shares.back().orbits_stated = core::orbits_per_lumisection;
  record.sum.crossings.resize(core::crossings_per_orbit + 1);
  for (std::int64_t code = 100; code < 20000; code += 10) {
    const double above = 4e9 * std::pow(static_cast<double>(code) / scale, -2);
    const double next = 4e9 * std::pow(static_cast<double>(code + 10) / scale, -2);
    const auto n = static_cast<std::uint64_t>(above - next);
    if (n == 0) continue;
    record.sum.all.emplace_back(code, n);
    if (n > 1) record.sum.pure.emplace_back(code, n / 2);
  }
  return record;
}

inline void write_lumi(const std::filesystem::path& folder, std::uint32_t lumisection, double scale = 1) {
  const scout::Record record = lumi_record(lumisection, scale);
  scout::write_record(folder / scout::record_name(record.lumi()), record);
}

}  // namespace trigloop::test
