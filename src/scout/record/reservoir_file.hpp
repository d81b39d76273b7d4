#pragma once
// Reservoirs as files beside their records: `reservoir/run_<run>_lumi_<ls>.<generation>.reservoir`. It belongs to the
// record of that generation alone: a record that was committed anew has another one, or none.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "scout/record/record.hpp"

namespace trigloop::scout {

struct ReservoirHead {
  event::LumiKey lumi;
  std::uint32_t generation = 0;
  std::int64_t committed_at = 0;  ///< seconds of 1970, UTC
  ReservoirRule rule;
  std::uint64_t events = 0;  ///< that are kept
  std::uint64_t rows = 0;    ///< of which: all events in colliding crossings
  /// How many events of the lumisection each one stands for.
  double prescale() const noexcept { return events == 0 ? 0 : static_cast<double>(rows) / static_cast<double>(events); }
};

struct StoredReservoir {
  ReservoirHead head;
  Identity identity;
  Reservoir reservoir;
};

/// Of a record with a reservoir.
std::vector<std::byte> encode_reservoir(const Record& record);
/// Errors: damaged (with the byte), unsupported (a later version), limit.
StoredReservoir decode_reservoir(std::span<const std::byte> bytes);

/// Both name the file in errors. Error, besides those of decoding: not_found.
ReservoirHead read_reservoir_head(const std::filesystem::path& path);
StoredReservoir read_reservoir(const std::filesystem::path& path);

inline constexpr const char* reservoir_folder = "reservoir";  ///< in an output folder of scouting
std::string reservoir_name(event::LumiKey lumi, std::uint32_t generation);

/// A file of a reservoir folder.
struct ReservoirFile {
  event::LumiKey lumi;
  std::uint32_t generation = 0;
  std::filesystem::path path;
};
/// Those of an output folder, by lumisection and generation; none, if it has no folder of them.
std::vector<ReservoirFile> list_reservoirs(const std::filesystem::path& output);

}  // namespace trigloop::scout
