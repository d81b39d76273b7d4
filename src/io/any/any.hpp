#pragma once
// Opens whatever comes.
#include <filesystem>
#include <memory>
#include <system_error>

#include "io/source.hpp"

namespace trigloop::io {

/// Opens a file or store by its content, never by its name's ending. Errors: not_found; damaged (an empty file);
/// unsupported, naming the formats that are read, when none fits.
/// Orbit files of CMSSW appear as the events that they hold (io/orbits).
std::unique_ptr<Source> open(const std::filesystem::path& path);

/// The same with tables as they are stored: an orbit tree with an entry an orbit.
std::unique_ptr<Source> open_stored(const std::filesystem::path& path);

/// Whether a file is one of several that make an input, and not the one that is opened: raw files of further sources
/// ("NAME.raw_1") are read together with the first.
bool is_companion(const std::filesystem::path& path);

/// Removes an input: a file with its companions, or a store.
void remove(const std::filesystem::path& path, std::error_code& error);

}  // namespace trigloop::io
