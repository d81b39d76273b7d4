#pragma once
// One error type for everything that a user, a file or the machine can do wrong.
//
// An Error says what happened (reason), where (file, place, byte offset) and what to do (remedy). A function that knows
// only the reason throws it; callers that know more add it on the way up:
//
//     try { decode(basket); } catch (Error& e) { e.in("branch 'L1Mu_hwPt', basket 3").file(path); throw; }
//
// Programming errors are assertions, not Errors. The hot path reports by value and never throws per event.
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace trigloop::core {

/// What kind of trouble. The value is the exit code of the program (docs/exit-codes.md).
enum class ErrorCode : int {
  internal = 1,     ///< a fault of trigloop itself
  usage = 2,        ///< wrong options or a wrong configuration
  not_found = 3,    ///< the input is missing or may not be read
  damaged = 4,      ///< the input is truncated, corrupted or contradicts itself
  unsupported = 5,  ///< the input is whole but holds something that trigloop does not read
  mismatch = 6,  ///< the input is fine but not what was asked for (a column is missing, physical for hardware values)
  output = 7,    ///< the output cannot be written (disk full, permission)
  limit = 8,     ///< a stated limit was reached (bytes, counts)
  interrupted = 130  ///< the user asked to stop
};

/// One sentence per code, as shown by `trigloop --help` and tested against docs/exit-codes.md.
std::string_view describe(ErrorCode code);

class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string reason);

  /// Sets the file if no file is set yet. Control characters in names are shown escaped.
  Error& file(std::string_view path);
  /// Adds an outer place ("tree 'Events'") in front of those known already ("basket 3").
  Error& in(std::string_view place);
  /// Sets the byte offset in the file if none is set yet.
  Error& offset(std::uint64_t byte);
  /// Says what the user can do, if nothing was said yet.
  Error& remedy(std::string_view advice);
  /// Notes the system's error number (ENOSPC, EMFILE, EIO...), by which trouble of the machine is told from trouble of
  /// a file. Not shown: the reason says it in words.
  Error& cause(int system_error) noexcept;

  ErrorCode code() const noexcept { return code_; }
  const std::string& reason() const noexcept { return reason_; }
  const std::string& file_name() const noexcept { return file_; }
  const std::string& place() const noexcept { return place_; }
  const std::string& advice() const noexcept { return remedy_; }
  bool has_offset() const noexcept { return has_offset_; }
  std::uint64_t byte_offset() const noexcept { return offset_; }
  int system_error() const noexcept { return system_error_; }  ///< errno's value; 0: the system had no part in it

  /// "FILE: PLACE, byte OFFSET: REASON. REMEDY" on one line.
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  void compose();

  ErrorCode code_;
  std::string reason_, file_, place_, remedy_, text_;
  std::uint64_t offset_ = 0;
  int system_error_ = 0;
  bool has_offset_ = false;
};

/// `text` with control characters, quotes and backslashes escaped, so that it fits on one line of a terminal.
std::string escaped(std::string_view text);

}  // namespace trigloop::core
