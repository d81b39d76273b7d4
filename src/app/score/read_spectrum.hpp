#pragma once
// Spectra from wherever they are kept.
#include <string>

#include "score/spectrum.hpp"
#include "scout/record/record.hpp"

namespace trigloop::app {

/// Reads a spectrum file, an `.axo` file, a scouting record, or a folder of records or `.axo` files (their sum). Error:
/// usage, if `events` or `model` (of a folder of records: its SHA-256, or the beginning) ask for what only records
/// hold; those of reading.
score::Spectrum read_spectrum(const std::string& path, scout::Events events = scout::Events::all,
                              const std::string& model = "");

}  // namespace trigloop::app
