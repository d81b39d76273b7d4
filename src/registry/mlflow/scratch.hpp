#pragma once
// A folder for what is on its way, removed at the end.
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "core/error.hpp"

namespace trigloop::registry::mlflow {

class Scratch {
 public:
  Scratch() {
    std::string name = std::filesystem::temp_directory_path() / "trigloop-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
      throw core::Error(core::ErrorCode::output, "cannot make a temporary folder").file(name).remedy("Set TMPDIR");
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace trigloop::registry::mlflow
