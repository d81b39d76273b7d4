// Folders of histograms, whoever wrote them.
#include <algorithm>
#include <system_error>

#include "core/error.hpp"
#include "core/file.hpp"
#include "score/spectrum_file.hpp"
#include "scout/record/record.hpp"
#include "scout/stores/parity.hpp"

namespace trigloop::scout::stores {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

/// By whole score; a fraction is a number of bits to drop. Codes at most leave int64 for absurd fractions.
Counts whole_scores(const Counts& codes, int fraction) {
  Counts whole;
  for (const auto& [code, n] : codes) {
    const std::int64_t score = fraction >= 0 ? code >> std::min(fraction, 62) : code << std::min(-fraction, 40);
    if (!whole.empty() && whole.back().first == score) {
      whole.back().second += n;
    } else {
      whole.emplace_back(score, n);
    }
  }
  return whole;
}

std::uint64_t exactly_19999(const Counts& codes, int fraction) {
  if (fraction < 0 || fraction > 40) return 0;
  const auto found = std::ranges::find(codes, std::int64_t{19'999} << fraction, &Counts::value_type::first);
  return found == codes.end() ? 0 : found->second;
}

LumiScores from_record(const Record& record) {
  LumiScores scores;
  scores.native = true;
  scores.whole = whole_scores(record.sum.all, record.identity.fraction);
  scores.at_end = exactly_19999(record.sum.all, record.identity.fraction);
  scores.noncolliding = whole_scores(record.sum.noncolliding, record.identity.fraction);
  scores.exposure = record.exposure();
  scores.orbits_stated = !record.shares.empty();
  for (const InputShare& share : record.shares) {
    scores.orbits_stated = scores.orbits_stated && share.orbits_stated > 0;
    scores.repeated_rows += share.repeated_rows;
    scores.duplicate_orbits += share.duplicate_orbits;
  }
  return scores;
}

}  // namespace

std::map<event::LumiKey, LumiScores> read_scores(const fs::path& folder) {
  std::error_code failed;
  std::map<event::LumiKey, LumiScores> lumis;
  std::vector<fs::path> axo;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().native();
    if (name.starts_with('.')) continue;
    if (at->path().extension() == ".axo") axo.push_back(at->path());
    if (at->path().extension() != ".record") continue;
    const Record record = read_record(at->path(), RecordPart::spectra);
    lumis[record.lumi()] = from_record(record);
  }
  if (failed) throw Error(ErrorCode::not_found, "cannot read the folder: " + failed.message()).file(folder.native());
  std::ranges::sort(axo);
  for (const fs::path& path : axo) {
    const score::Spectrum spectrum = score::read_spectrum(path);
    const event::LumiKey lumi = spectrum.lumisections.at(0);
    const auto found = lumis.find(lumi);
    if (found != lumis.end() && found->second.native) continue;
    if (found != lumis.end()) {
      throw Error(ErrorCode::mismatch, "is the second file of its lumisection in this folder").file(path.native());
    }
    lumis[lumi].whole = spectrum.bins();
    lumis[lumi].exposure.rows = spectrum.total();
  }
  if (lumis.empty()) throw Error(ErrorCode::not_found, "holds no .record and no .axo file").file(folder.native());
  return lumis;
}

std::vector<LumiParity> compare_folders(const fs::path& old_folder, const fs::path& new_folder) {
  const auto old_lumis = read_scores(old_folder), new_lumis = read_scores(new_folder);
  std::map<event::LumiKey, LumiParity> parities;
  for (const auto& [lumi, one] : old_lumis) {
    const auto other = new_lumis.find(lumi);
    if (other != new_lumis.end()) {
      parities[lumi] = compare(lumi, one, other->second);
      continue;
    }
    LumiParity& parity = parities[lumi] = {lumi, total(one.whole), 0, {}};
    parity.differences.push_back({Cause::only_old, false, parity.old_rows, "NEW has nothing of this lumisection"});
  }
  for (const auto& [lumi, one] : new_lumis) {
    if (old_lumis.contains(lumi)) continue;
    LumiParity& parity = parities[lumi] = {lumi, 0, total(one.whole), {}};
    parity.differences.push_back(
        {Cause::only_new, true, parity.new_rows,
         "OLD has no file of this lumisection: it writes none until exactly 32 shards are there, and loses those in "
         "flight when it stops"});
  }
  std::vector<LumiParity> list;
  for (auto& [lumi, parity] : parities) list.push_back(std::move(parity));
  return list;
}

}  // namespace trigloop::scout::stores
