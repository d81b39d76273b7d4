#pragma once
// Spectra of committed records, and sums of many.
#include <cstdint>
#include <filesystem>

#include "score/spectrum.hpp"

namespace trigloop::scout {

/// Whose events: all in colliding crossings, those that no seed of the menu took, those in other crossings.
enum class Events : std::uint8_t { all, pure, noncolliding };

/// A record file, or a folder with records in it.
bool holds_records(const std::filesystem::path& path);

/// The spectrum of a record, or the sum of a folder's, on all cores. Errors: those of read_record and of Record's
/// spectra, with the file; mismatch, if records of another model are in it.
score::Spectrum read_spectra(const std::filesystem::path& path, Events events);

}  // namespace trigloop::scout
