#pragma once
// Where records are: in output folders, or named one by one.
#include <filesystem>
#include <string>
#include <vector>

namespace trigloop::scout {

/// A record file, or a folder with records in it.
bool holds_records(const std::filesystem::path& path);

/// Records of folders and single files, by lumisection within each. With a `model` (its SHA-256, or the beginning),
/// those of others are left out: scores of two networks do not add up, and a folder has both after a switch. Error:
/// not_found, for a folder without any, and if none is of the model.
std::vector<std::filesystem::path> find_records(const std::vector<std::filesystem::path>& places,
                                                const std::string& model = "");

}  // namespace trigloop::scout
