#pragma once
// One lumisection as it is watched: score spectra, exposure, histograms of the model's inputs. From a record of
// scouting, or from an `.axo` file of the Scouting Analyser, which has the scores alone.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "event/lumi.hpp"
#include "score/spectrum.hpp"
#include "scout/history/history.hpp"
#include "scout/record/record.hpp"

namespace trigloop::watch {

struct Lumi {
  event::LumiKey key;
  score::Exposure exposure;  ///< rows alone, where nothing else is known (`.axo`)
  int fraction = 0;          ///< score = code x 2^-fraction
  scout::Counts all, pure;   ///< score codes, ascending
  bool has_pure = false;     ///< a menu told pure events
  scout::InputHistograms inputs;
  std::string model;  ///< SHA-256 of the model's file; empty if not known
};

enum class LumiPart : std::uint8_t { spectra, whole };  ///< whole: with the inputs

Lumi lumi_from(scout::Record record);
/// A `.record` or `.axo` file. Errors: those of reading records and `.axo` files, with the file.
Lumi read_lumi(const std::filesystem::path& path, LumiPart part);

/// Records of the folders (or single files), by lumisection; where a folder has no records, its `.axo` files. Error:
/// not_found, if there are none; mismatch, if a lumisection is in two of the places.
std::vector<std::filesystem::path> find_lumis(const std::vector<std::filesystem::path>& places);

using scout::at_least;

}  // namespace trigloop::watch
