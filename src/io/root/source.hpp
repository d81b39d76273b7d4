#pragma once
// ROOT files as a Source: what the rest of the program sees of this folder.
#include <memory>
#include <span>

#include "io/source.hpp"

namespace trigloop::io::root {

/// Opens a ROOT file and reads the metadata of all its trees. Errors: not_found, mismatch (not a ROOT file), damaged.
std::unique_ptr<Source> open(const std::filesystem::path& path);

/// True if a file beginning with these bytes may be a ROOT file.
bool looks_like_root(std::span<const std::byte> first) noexcept;

}  // namespace trigloop::io::root
