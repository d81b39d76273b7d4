#pragma once
// The file under a journal: lines that are appended whole or not at all, and read from where one stopped.
//
// Optuna's readers stand a torn last line, but not one that another has appended to; then the file is broken for ever.
// So whoever appends here looks first, under the lock: a last line without its end is cut off (its writer died before
// it was told that it had written), and damaged bytes that a reader found further up become spaces, which JSON ignores.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tune/storage/journal_lock.hpp"

namespace trigloop::tune {

class JournalFile {
 public:
  /// Called with each line (without its end) and its offset.
  using Take = std::function<void(std::string_view line, std::uint64_t offset)>;
  /// What to append, whole lines; decided under the lock, when all that others wrote was taken. Empty: nothing.
  using Decide = std::function<std::string()>;

  /// Makes the file where it is missing. Errors: output.
  explicit JournalFile(const std::filesystem::path& path, std::chrono::milliseconds grace = JournalLock::usual_grace);
  ~JournalFile();
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Takes the whole lines behind those taken so far. Errors: damaged, if the file became shorter; limit, for a line
  /// beyond 64 MB; not_found, for errors of reading.
  void read(const Take& take);

  /// Under the lock: takes what is new, appends what `decide` then says, makes it durable, and takes that. Errors:
  /// output (disk full...): nothing was appended.
  void append(const Take& take, const Decide& decide);

  /// [offset, offset + bytes) is damage: the next append turns it into spaces.
  void mend_later(std::uint64_t offset, std::uint64_t bytes) { damage_.push_back({offset, bytes}); }

 private:
  struct Range {
    std::uint64_t offset, bytes;
  };
  std::uint64_t size() const;
  void repair();
  void put(std::string_view lines);
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path path_;
  std::chrono::milliseconds grace_;
  int fd_ = -1;
  std::uint64_t taken_ = 0;  ///< offset behind the last line taken
  std::string rest_;         ///< bytes read of the line under way
  std::vector<Range> damage_;
};

}  // namespace trigloop::tune
