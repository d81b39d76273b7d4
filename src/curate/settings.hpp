#pragma once
// What the configuration asks of curation, checked for sense.
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "curate/scheme.hpp"
#include "curate/signal_sets.hpp"
#include "io/source.hpp"

namespace trigloop::curate {

enum class ObjectKind : std::uint8_t { met, egamma, muon, jet };
inline constexpr std::size_t object_kinds = 4;
/// "MET", "EGAMMA", "MUON", "JET": the keys of `constituents`.
std::string_view name_of(ObjectKind kind) noexcept;
/// pt of an object that saturates the trigger's number, and above.
int saturation_of(ObjectKind kind) noexcept;
inline constexpr double saturated_et = 4095;

/// An object that networks see.
struct Object {
  ObjectKind kind = ObjectKind::met;
  std::uint32_t rank = 0;  ///< among its kind, from 0
  std::uint32_t row = 0;   ///< among the rows of the package's arrays
};

enum class Saturation : std::uint8_t { mask, drop };

struct Settings {
  std::filesystem::path background, signals;  ///< signals: empty, if there are none
  io::EntryRange train, test;                 ///< as asked for; they may reach beyond the input
  std::uint64_t most_signal_events = 0;       ///< of each set
  std::vector<Object> objects;
  std::uint32_t rows = 0;  ///< that an event of the package's arrays must have at least
  Saturation saturation = Saturation::mask;
  bool drop_saturated_et = true;
  Scheme scheme;
  bool shared_scales = false;  ///< objects of a kind have the scales of its first, the hardest
  std::filesystem::path output;
  int deflate = 0;  ///< gzip level; 0: none
  bool compat = false;
  SignalTable signal_table;
  std::string config_json;  ///< the section data_config as the package writes it
  std::string extra_json;   ///< what of ours the packed file depends on
};

/// Of each object, the number of the first of its kind.
std::vector<std::size_t> first_of_kind(const std::vector<Object>& objects);

/// Errors: usage, naming the key and its line; those of the file of signal sets.
Settings read_settings(const config::Config& config);

}  // namespace trigloop::curate
