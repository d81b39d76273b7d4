#pragma once
// Inputs that the stream goes on without: OUTPUT/quarantine, one JSON record each (docs/formats.md, "Quarantine").
//
// The folder is the truth: a record stands for one content of an input, so an input that is replaced is read again, and
// a record that somebody removes (`trigloop scout quarantine retry`) lifts the quarantine, also of a running process.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "scout/follow/watch.hpp"

namespace trigloop::scout {

struct QuarantineRecord {
  std::string name;            ///< below the folder that is followed
  std::filesystem::path path;  ///< where the input lay
  std::string id;              ///< InputId::hash; empty, where it could not be read
  std::uint64_t bytes = 0;     ///< these two tell whether the input was replaced
  std::int64_t modified_ns = 0;
  std::string at;       ///< when, UTC
  int code = 0;         ///< exit code of the error
  std::string message;  ///< the error in one line
  std::string reason, place, remedy;
  std::optional<std::uint64_t> offset;
  std::filesystem::path moved_to;  ///< empty: the input was left where it is
};

/// `at`: seconds since 1970.
QuarantineRecord quarantine_record(const std::filesystem::path& folder, const Sighting& seen, const std::string& id,
                                   const core::Error& why, std::int64_t at);

std::string format_quarantine(const QuarantineRecord& record);
/// Errors: damaged; unsupported, for a later version.
QuarantineRecord parse_quarantine(const std::string& text);

class Quarantine {
 public:
  /// The folder is made when it is needed.
  explicit Quarantine(const std::filesystem::path& output) : folder_(output / "quarantine") {}

  const std::filesystem::path& folder() const noexcept { return folder_; }

  /// Writes the record; then moves the input beside it, if `move` and both are on one file system. Error: output.
  void add(QuarantineRecord record, bool move);
  /// By name. What cannot be read is left out, and counted in `unreadable`.
  std::vector<QuarantineRecord> list(std::size_t* unreadable = nullptr) const;
  /// Whether there is a record of this content of the input.
  bool holds(const Sighting& seen) const;
  /// Removes the records of an input that was left where it is: it has been replaced and read.
  void resolve(const std::string& name);
  /// Lifts the quarantine, and moves the input back if it was moved and its place is free. Error: output.
  void lift(const QuarantineRecord& record);

 private:
  std::filesystem::path file_of(const QuarantineRecord& record) const;
  std::filesystem::path folder_;
};

}  // namespace trigloop::scout
