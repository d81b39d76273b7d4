#pragma once
// The committed state of one lumisection: the sum of what its inputs gave, each orbit once. One file a lumisection,
// `run_<run>_lumi_<ls>.record`, framed and checksummed (docs/formats.md, "Records"); it is the truth of the output
// folder. The `.axo` file beside it is derived from it, and made again where it is missing.
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "score/spectrum.hpp"
#include "scout/record/contribution.hpp"
#include "scout/record/orbits.hpp"
#include "scout/record/stream.hpp"

namespace trigloop::scout {

/// By what the events were examined. Records of another identity are never added to.
struct Identity {
  std::string model, model_name;   ///< SHA-256 of the model file, and its name
  int fraction = 0;                ///< score = code x 2^-fraction
  std::string menu, menu_name;     ///< id of the menu; empty: none, then there are no pure counts
  std::vector<std::string> seeds;  ///< names of the menu's seeds, in the order of TailEvent::seeds
  std::string layout;              ///< name of the layout
  StreamDescription stream;
  TailRule tail_rule;
  TailLayout tail_layout;
  std::uint32_t inputs_every = 1;  ///< InputHistograms::every
  bool operator==(const Identity&) const = default;
};

/// An orbit on which inputs disagree. What was committed first stays; nothing is averaged.
struct Contradiction {
  std::uint32_t orbit = 0;
  std::string kept, refused;  ///< names of inputs; equal where an input disagrees with itself
  std::uint64_t kept_events = 0, refused_events = 0, kept_hash = 0, refused_hash = 0;
  bool operator==(const Contradiction&) const = default;
};

enum class Completeness : std::uint8_t {
  complete,    ///< all orbits that the inputs state, or nothing is stated and no input is missing
  incomplete,  ///< something is missing; `why` says what
};

/// Whose events: all in colliding crossings, those that no seed of the menu took, those in other crossings.
enum class Events : std::uint8_t { all, pure, noncolliding };
inline constexpr std::array every_events = {Events::all, Events::pure, Events::noncolliding};
using Exposures = std::array<score::Exposure, every_events.size()>;  ///< by Events

struct Record {
  Identity identity;
  Contribution sum;  ///< `input` is empty; orbits_stated: of all inputs
  std::vector<InputShare> shares;
  std::vector<Contradiction> contradictions;
  Completeness completeness = Completeness::complete;
  std::string why;
  std::uint32_t generation = 1;   ///< grows with every commit of this lumisection
  std::int64_t committed_at = 0;  ///< seconds of 1970, UTC; of $SOURCE_DATE_EPOCH where that is set
  /// Stretches of the orbits that came in more than one, by orbit and crossing: so that a second copy of one of them is
  /// told from a contradiction.
  std::vector<event::OrbitEntry> pieces;

  event::LumiKey lumi() const noexcept { return sum.lumi; }
  bool complete() const noexcept { return completeness == Completeness::complete; }
  bool has_menu() const noexcept { return !identity.menu.empty(); }
  const Counts& counts(Events events) const noexcept;
  /// Exposures as exposure_of tells them; pure events have the kept fraction of all, others but rows. Errors: those of
  /// exposure_of and orbits_examined.
  Exposures exposures() const;
  score::Exposure exposure(Events events = Events::all) const { return exposures()[static_cast<std::size_t>(events)]; }
  /// Errors: those of exposure; mismatch, for pure events without a menu.
  score::Spectrum spectrum(Events events) const;
};

enum class RecordPart : std::uint8_t {
  whole,
  tail,     ///< all but orbits, which are most of a record
  spectra,  ///< what the spectra need; contradictions, input histograms and tail stay empty, too
};

std::vector<std::byte> encode(const Record& record);
/// Errors: damaged (with the byte), unsupported (a later version), limit.
Record decode_record(std::span<const std::byte> bytes, RecordPart part = RecordPart::whole);
/// Where a part of a record file ends; at most its size.
std::uint64_t end_of(RecordPart part, const core::InputFile& file);

std::string record_name(event::LumiKey lumi);  ///< "run_396102_lumi_214.record"
/// The `.axo` file that belongs to a record: a function of the record alone, its third line the time of the commit.
/// None, if a score has no bin there.
std::optional<std::string> axo_of(const Record& record);
std::string axo_name(event::LumiKey lumi);  ///< "run_396102_lumi_214.axo"
Record read_record(const std::filesystem::path& path, RecordPart part = RecordPart::whole);
/// Appears whole or not at all. Error: output.
void write_record(const std::filesystem::path& path, const Record& record);
/// Whose record or `.axo` file this is, by its name; none, if it is neither.
std::optional<event::LumiKey> lumi_of(const std::filesystem::path& path);
/// Records of a folder, by lumisection.
std::vector<std::filesystem::path> list_records(const std::filesystem::path& folder);

}  // namespace trigloop::scout
