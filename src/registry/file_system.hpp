#pragma once
// Which file systems can hold a registry. SQLite's locks and shared memory are promises of one kernel: over a network
// file system two machines may both believe that they write alone, and a database dies without a word.
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace trigloop::registry {

/// The name of a network (or user-space) file system by the magic number that statfs tells; "" for a local one.
std::string_view network_file_system(std::int64_t magic) noexcept;

/// Error: unsupported, with `advice`, if `folder` (or the nearest of its parents that exists) is on such a one.
void require_local(const std::filesystem::path& folder, std::string_view advice);

}  // namespace trigloop::registry
