#pragma once
// Spectra in files: trigloop's own format (docs/formats.md, "Spectra"), and those of others.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "score/spectrum.hpp"

namespace trigloop::score {

/// The bytes of a spectrum file.
std::vector<std::byte> encode(const Spectrum& spectrum);
/// Error: damaged (with the byte), unsupported (a later version).
Spectrum decode(std::span<const std::byte> bytes);

/// Writes a spectrum file; it appears whole or not at all. Error: output.
void write_spectrum(const std::filesystem::path& path, const Spectrum& spectrum);

/// Reads a spectrum file, an `.axo` file of the Scouting Analyser, or a folder of such files (their sum; files in the
/// order of their names). Errors: damaged, unsupported, mismatch, not_found; each with the file.
Spectrum read_spectrum(const std::filesystem::path& path);

/// An `.axo` file: bins of whole scores, exposure in rows only. Error: damaged.
Spectrum parse_axo(std::string_view text);
/// Bins of whole scores 0 .. 19998, as the Scouting Analyser counts them. `time`: "YYYY-MM-DD HH:MM:SS", UTC. Error:
/// mismatch, if a score lies outside of its bins: that format would lose it.
std::string format_axo(const Spectrum& spectrum, const std::string& time);

/// code,score,count; non-zero bins.
std::string format_csv(const Spectrum& spectrum);
/// Everything, as one JSON object (docs/formats.md).
std::string format_json(const Spectrum& spectrum);

}  // namespace trigloop::score
