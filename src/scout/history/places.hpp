#pragma once
// Where records are: in output folders, or named one by one.
#include <filesystem>
#include <vector>

namespace trigloop::scout {

/// A record file, or a folder with records in it.
bool holds_records(const std::filesystem::path& path);

/// Records of folders and single files, by lumisection within each. Error: not_found, for a folder without any.
std::vector<std::filesystem::path> find_records(const std::vector<std::filesystem::path>& places);

}  // namespace trigloop::scout
