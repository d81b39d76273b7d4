#pragma once
// Job files of a batch system, as `scout submit` and `tune submit` hand them over.
#include <filesystem>
#include <iostream>
#include <system_error>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::app {

/// Prints the files, or writes them into `folder`, which is made. A JobFile has a name, a text, and whether it is
/// executable. Error: output.
template <class JobFile>
void hand_over(const std::vector<JobFile>& files, const std::filesystem::path& folder, bool print) {
  namespace fs = std::filesystem;
  if (print) {
    for (const JobFile& job : files) std::cout << "==> " << job.name << " <==\n" << job.text << '\n';
    return;
  }
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw core::Error(core::ErrorCode::output, "cannot make the folder: " + failed.message()).file(folder.native());
  for (const JobFile& job : files) {
    core::OutputFile file(folder / job.name);
    file.write(job.text);
    file.commit();
    if (job.executable) fs::permissions(folder / job.name, fs::perms::owner_exec, fs::perm_options::add);
  }
}

}  // namespace trigloop::app
