#pragma once
// What tests share: scratch folders, the optional test data, the peers' Python, and running commands.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace trigloop::test {

/// A folder of its own, removed at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The project's root, and the optional data beside it ($TRIGLOOP_SHARED or ../shared); empty if absent.
std::filesystem::path project_root();
std::filesystem::path shared_root();
/// The Python of the peers (uproot, zarr-python, ...): $TRIGLOOP_PYTHON or .venv/bin/python; empty if absent.
std::filesystem::path peer_python();

/// The built program; a test that runs it adds a dependency on the target `trigloop`.
std::filesystem::path program();

struct CommandResult {
  int status = 0;  ///< exit code, or 128 + signal
  std::string out, err;
};
/// Runs a program with arguments; no shell.
CommandResult run_command(const std::vector<std::string>& words);

void write_file(const std::filesystem::path& path, std::string_view bytes);
std::string read_file(const std::filesystem::path& path);

}  // namespace trigloop::test

/// Skips the test, with the reason, where ../shared/NAME is not there.
#define TRIGLOOP_NEEDS_SHARED(name)                                                                                  \
  if (::trigloop::test::shared_root().empty() || !std::filesystem::exists(::trigloop::test::shared_root() / (name))) \
  GTEST_SKIP() << "the optional test data shared/" << (name) << " is not here"

/// Skips the test, with the reason, where the peers' Python is not installed (./run test installs it).
#define TRIGLOOP_NEEDS_PEERS()                 \
  if (::trigloop::test::peer_python().empty()) \
  GTEST_SKIP() << "the peers' Python (.venv) is not here; ./run test installs it"
