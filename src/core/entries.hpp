#pragma once
// The names in a folder.
#include <filesystem>
#include <vector>

namespace trigloop::core {

/// What a folder holds, by name. Error: not_found.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

/// Removes a file, durably; false, if there is none. Error: output.
bool remove_file(const std::filesystem::path& path);

}  // namespace trigloop::core
