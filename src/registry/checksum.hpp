#pragma once
// Adler-32 of whole files: the checksum that EOS, XRootD and Rucio keep of theirs.
#include <filesystem>
#include <string>
#include <string_view>

namespace trigloop::registry {

/// Eight hexadecimal digits. Errors: those of InputFile.
std::string adler32_of_file(const std::filesystem::path& path);

/// "adler32:1a2b3c4d" or "sha256:...", of the kind that `like` is of. Error: usage, for another kind.
std::string checksum_of_file(const std::filesystem::path& path, std::string_view like);

}  // namespace trigloop::registry
