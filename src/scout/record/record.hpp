#pragma once
// The committed state of one lumisection: the sum of what its inputs gave, each orbit once. One file a lumisection,
// `run_<run>_lumi_<ls>.record`, framed and checksummed (docs/formats.md, "Records"); it is the truth of the output
// folder. The `.axo` file beside it is derived from it, and made again where it is missing.
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

/// An input's part in a record.
struct InputShare {
  InputId input;
  std::uint64_t orbits_stated = 0;
  std::uint64_t rows = 0;                  ///< that were added
  std::uint64_t orbits = 0;                ///< that were added and new: their sum is the record's number of orbits
  std::uint64_t split_orbits = 0;          ///< that were added to what another input had of them
  std::uint64_t duplicate_orbits = 0;      ///< left out: already there with the same events
  std::uint64_t repeated_rows = 0;         ///< left out: twice in the input itself
  std::uint64_t contradicting_orbits = 0;  ///< left out: already there with other events
  bool operator==(const InputShare&) const = default;
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
  incomplete,  ///< something was waited for in vain; `why` says what
};

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
  std::uint64_t orbits_examined() const noexcept;  ///< seen, empty ones included where inputs state them
  /// Of all events, without their spectrum. Errors as all_spectrum.
  score::Exposure exposure() const;
  /// Exposures as exposure_of tells them; its errors, and mismatch where an input has events of more orbits than it
  /// states. The pure spectrum has the kept fraction of all events.
  score::Spectrum all_spectrum() const;
  score::Spectrum pure_spectrum() const;
  score::Spectrum noncolliding_spectrum() const;  ///< exposure in rows only
};

enum class RecordPart : std::uint8_t {
  whole,
  spectra,  ///< what the spectra need; contradictions, input histograms, tail and orbits stay empty
};

std::vector<std::byte> encode(const Record& record);
/// Errors: damaged (with the byte), unsupported (a later version), limit.
Record decode_record(std::span<const std::byte> bytes, RecordPart part = RecordPart::whole);
/// Where the part `spectra` of a record file ends; at most its size.
std::uint64_t end_of_front(const core::InputFile& file);

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
