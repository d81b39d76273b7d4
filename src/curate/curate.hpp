#pragma once
// Curation: events as the detector gave them become the packed file that training, evaluation and the training package
// read.
//
// Two passes, and no event is kept: the first counts the training events' hardware integers, from which percentiles are
// exact; the second cuts, scales and writes. Any number of events needs the same memory, and the file does not depend
// on the number of threads.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "curate/cuts.hpp"
#include "curate/scheme.hpp"
#include "curate/settings.hpp"

namespace trigloop::curate {

struct Part {
  std::string name;  ///< "Train", "Test", or that of a signal set
  CutCounts counts;
  std::string role, hash;  ///< of signal sets
};

struct Report {
  bool reused = false;  ///< the file was there already; nothing below is filled
  std::vector<Part> parts;
  Scaling scaling;
  std::vector<std::string> warnings;
};

struct CurateOptions {
  unsigned threads = 0;                             ///< 0: all cores
  bool rebuild = false;                             ///< even if the file is there already
  std::size_t keep_bytes = std::size_t{512} << 20;  ///< of training events that may be kept between the passes
};

/// Is told how many events more were read.
using Advance = std::function<void(std::uint64_t)>;

/// Makes the packed file, or finds that it is there. It appears whole or not at all. Errors: those of the inputs;
/// mismatch, if an input lacks what is asked for, or a signal set has changed; output; interrupted.
Report curate(const Settings& settings, const CurateOptions& options = {}, const Advance& advance = {});

}  // namespace trigloop::curate
