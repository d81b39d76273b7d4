#pragma once
// The lock of a journal file, as Optuna takes it, so that both exclude each other.
//
// A symbolic link FILE.lock (whose making is atomic even over NFSv2, where O_EXCL is not) stands while somebody writes.
// It says nothing about who that is. A holder that died leaves it behind: if neither the link nor the journal has
// changed for the grace period, it is broken by renaming it away. Whoever renamed another's fresh lock by mistake (two
// broke the dead one at a time) puts it back.
#include <sys/types.h>

#include <chrono>
#include <filesystem>

namespace trigloop::tune {

class JournalLock {
 public:
  static constexpr std::chrono::milliseconds usual_grace{30'000};  ///< Optuna's

  /// Waits for the lock of `journal`, an absolute path. Errors: output, where no link can be made.
  explicit JournalLock(const std::filesystem::path& journal, std::chrono::milliseconds grace = usual_grace);
  /// Removes it, if it is still this one: it may have been broken while this process stood still.
  ~JournalLock();
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;

 private:
  bool take(const std::filesystem::path& journal);

  std::filesystem::path link_;
  ino_t inode_ = 0;
};

}  // namespace trigloop::tune
