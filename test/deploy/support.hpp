#pragma once
// Products on disk, the compiler, and the ap_types of the hls4ml package.
#include <dlfcn.h>

#include <filesystem>

#include "deploy/cpp/library.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {

inline void write_files(const deploy::Files& files, const std::filesystem::path& folder) {
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_file(folder / name, text);
  }
}

/// `make` there, with a quick optimisation; what the compiler said, if it failed.
inline std::string make(const std::filesystem::path& folder, const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> words{"make", "-s", "-C", folder.string(), "CXXFLAGS=-O1 -Wall -Wextra -Werror"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const CommandResult result = run_command(words);
  return result.status == 0 ? "" : "make failed: " + result.out + result.err;
}

/// The folder of ap_fixed.h in the hls4ml package of the peers' Python; empty if absent.
inline std::filesystem::path ap_types() {
  if (peer_python().empty()) return {};
  const auto lib = peer_python().parent_path().parent_path() / "lib";
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(lib, none)) {
    const auto found = entry.path() / "site-packages/hls4ml/templates/vivado/ap_types";
    if (std::filesystem::exists(found / "ap_fixed.h")) return found;
  }
  return {};
}

/// A loaded library.
class Library {
 public:
  explicit Library(const std::filesystem::path& path) : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) ADD_FAILURE() << ::dlerror();
  }
  ~Library() {
    if (handle_ != nullptr) ::dlclose(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  template <class Function>
  Function* get(const std::string& name) const {
    return reinterpret_cast<Function*>(::dlsym(handle_, name.c_str()));
  }

 private:
  void* handle_;
};

}  // namespace trigloop::test

#define TRIGLOOP_NEEDS_AP_TYPES()           \
  if (::trigloop::test::ap_types().empty()) \
  GTEST_SKIP() << "the ap_types of the peers' hls4ml package are not here; ./run test installs it"
