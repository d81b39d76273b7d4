#include "scout/record/record.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/units.hpp"
#include "score/spectrum_file.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 30;
constexpr std::int64_t most_dense_codes = 1 << 18;
constexpr std::uint64_t dense_rows_an_orbit = 10;  // e^-10 of the orbits have none

/// Orbits of the input that held something, counted or not.
std::uint64_t occupied_orbits(const InputShare& share) noexcept {
  return share.orbits + share.split_orbits + share.duplicate_orbits + share.contradicting_orbits;
}

/// Empty orbits have no identity: of an input of which a part was a duplicate, the same part of them is taken to be.
std::uint64_t empty_orbits(const InputShare& share) noexcept {
  const std::uint64_t occupied = occupied_orbits(share);
  const std::uint64_t stated = std::min<std::uint64_t>(share.orbits_stated, core::orbits_per_lumisection);
  if (stated <= occupied || occupied == 0) return occupied == 0 ? stated : 0;
  return (stated - occupied) * (share.orbits + share.split_orbits) / occupied;
}

bool all_stated(const std::vector<InputShare>& shares) {
  return std::ranges::all_of(shares, [](const auto& s) { return s.orbits_stated > 0 || s.orbits == 0; });
}

void check_stated(const std::vector<InputShare>& shares) {
  for (const InputShare& share : shares) {
    if (share.orbits_stated == 0 || share.orbits_stated >= occupied_orbits(share)) continue;
    throw Error(ErrorCode::mismatch, "states " + std::to_string(share.orbits_stated) + " orbits, but has events of " +
                                         std::to_string(occupied_orbits(share)))
        .file(share.input.name);
  }
}

score::Spectrum spectrum_of(const Record& record, const Counts& counts) {
  const bool dense = !counts.empty() && counts.back().first - counts.front().first < most_dense_codes;
  score::Spectrum spectrum(record.identity.fraction, dense ? counts.front().first : 0,
                           dense ? counts.back().first : -1);
  for (const auto& [code, n] : counts) spectrum.count(code, n);
  spectrum.lumisections = {record.lumi()};
  spectrum.model = record.identity.model_name;
  return spectrum;
}

/// a x b / c, rounded.
std::uint64_t scaled(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  __extension__ using Wide = unsigned __int128;
  return c == 0 ? 0 : static_cast<std::uint64_t>((static_cast<Wide>(a) * b + c / 2) / c);
}

std::string stem(event::LumiKey lumi) {
  return "run_" + std::to_string(lumi.run) + "_lumi_" + std::to_string(lumi.lumisection);
}

std::vector<std::byte> read_bytes(const core::InputFile& file, std::uint64_t bytes) {
  std::vector<std::byte> out(static_cast<std::size_t>(bytes));
  file.read(0, out);
  return out;
}

/// Only the bytes of the sections that spectra need: tails and orbits are most of a record.
Record read_front(const core::InputFile& file) {
  return decode_record(read_bytes(file, end_of_front(file)), RecordPart::spectra);
}

}  // namespace

score::Exposure Record::exposure() const {
  check_stated(shares);
  return exposure_of(identity.stream, {lumi(), total(sum.all), orbits_examined(), all_stated(shares), sum.crossings});
}

/// Some writers state the orbits of the lumisection, others those of their part of it. A statement of at least all
/// orbits that any input has is taken to be of the first kind.
std::uint64_t Record::orbits_examined() const noexcept {
  std::uint64_t occupied = 0, in_parts = 0, stated = 0;
  for (const InputShare& share : shares) {
    occupied += share.orbits;
    in_parts += share.orbits + empty_orbits(share);
    stated = std::max(stated, share.orbits_stated);
  }
  const bool dense = total(sum.all) >= dense_rows_an_orbit * occupied;
  if (completeness == Completeness::incomplete && dense) in_parts = stated = occupied;
  return std::min<std::uint64_t>(stated >= occupied && occupied > 0 ? stated : in_parts, core::orbits_per_lumisection);
}

score::Spectrum Record::all_spectrum() const {
  score::Spectrum spectrum = spectrum_of(*this, sum.all);
  spectrum.exposure = exposure();
  return spectrum;
}

score::Spectrum Record::pure_spectrum() const {
  if (identity.menu.empty()) {
    throw Error(ErrorCode::mismatch, "the record was made without a menu: it has no pure spectrum");
  }
  score::Spectrum spectrum = spectrum_of(*this, sum.pure);
  const std::uint64_t rows = spectrum.exposure.rows;
  spectrum.exposure = exposure();
  spectrum.exposure.offered = scaled(spectrum.exposure.offered, rows, spectrum.exposure.rows);
  spectrum.exposure.rows = rows;
  return spectrum;
}

score::Spectrum Record::noncolliding_spectrum() const { return spectrum_of(*this, sum.noncolliding); }

std::string record_name(event::LumiKey lumi) { return stem(lumi) + ".record"; }
std::string axo_name(event::LumiKey lumi) { return stem(lumi) + ".axo"; }

std::optional<std::string> axo_of(const Record& record) {
  const std::time_t time = record.committed_at;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  try {
    return score::format_axo(spectrum_of(record, record.sum.all), text);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::mismatch) throw;
    return {};
  }
}

Record read_record(const fs::path& path, RecordPart part) {
  const core::InputFile file(path);
  try {
    if (file.size() > max_file_bytes) {
      throw Error(ErrorCode::limit, "a record has at most " + std::to_string(max_file_bytes >> 20) + " MiB");
    }
    return part == RecordPart::spectra ? read_front(file) : decode_record(read_bytes(file, file.size()));
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

void write_record(const fs::path& path, const Record& record) {
  core::OutputFile file(path);
  file.write(encode(record));
  file.commit();
}

std::optional<event::LumiKey> lumi_of(const fs::path& path) {
  unsigned run = 0, lumisection = 0;
  char rest = 0;
  const std::string name = path.filename();
  if (std::sscanf(name.c_str(), "run_%9u_lumi_%9u.%c", &run, &lumisection, &rest) != 3) return {};
  return event::LumiKey{run, lumisection};
}

std::vector<fs::path> list_records(const fs::path& folder) {
  std::vector<std::pair<event::LumiKey, fs::path>> found;
  for (const fs::path& path : core::list_folder(folder)) {
    const auto lumi = lumi_of(path);
    if (lumi && path.filename() == record_name(*lumi)) found.emplace_back(*lumi, path);
  }
  std::ranges::sort(found);
  std::vector<fs::path> paths;
  for (auto& [lumi, path] : found) paths.push_back(std::move(path));
  return paths;
}

}  // namespace trigloop::scout
