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

}  // namespace

const Counts& Record::counts(Events events) const noexcept {
  return events == Events::all ? sum.all : events == Events::pure ? sum.pure : sum.noncolliding;
}

Exposures Record::exposures() const {
  const std::uint64_t rows = total(sum.all), pure = total(sum.pure);
  const std::uint64_t orbits = orbits_examined(shares, !complete());
  Exposures exposures;
  auto& all = exposures[static_cast<std::size_t>(Events::all)];
  all = exposure_of(identity.stream, {lumi(), rows, orbits, orbits_are_stated(shares), sum.crossings});
  auto& of_pure = exposures[static_cast<std::size_t>(Events::pure)] = all;
  of_pure.offered = scaled(all.offered, pure, rows);
  of_pure.rows = pure;
  exposures[static_cast<std::size_t>(Events::noncolliding)].rows = total(sum.noncolliding);
  return exposures;
}

score::Spectrum Record::spectrum(Events events) const {
  if (events == Events::pure && !has_menu()) {
    throw Error(ErrorCode::mismatch, "the record was made without a menu: it has no pure spectrum");
  }
  score::Spectrum spectrum = spectrum_of(*this, counts(events));
  spectrum.exposure = exposure(events);
  return spectrum;
}

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
    return decode_record(read_bytes(file, end_of(part, file)), part);
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

void write_record(const fs::path& path, const Record& record) { core::write_file(path, encode(record)); }

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
