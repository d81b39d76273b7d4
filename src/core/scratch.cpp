#include "core/scratch.hpp"

#include <stdlib.h>

#include <string>
#include <system_error>

#include "core/error.hpp"

namespace trigloop::core {

ScratchFolder::ScratchFolder() {
  std::error_code nowhere;
  std::string name = std::filesystem::temp_directory_path(nowhere) / "trigloop-XXXXXX";
  if (nowhere || ::mkdtemp(name.data()) == nullptr)
    throw Error(ErrorCode::output, "cannot make a temporary folder").file(name).remedy("Set TMPDIR");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace trigloop::core
