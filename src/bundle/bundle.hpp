#pragma once
// A trained and evaluated network as people talk about it: thresholds, efficiencies, histograms, history, and what a
// report draws beside them. In memory it is the same wherever it came from: the training package's lite.h5 or
// complete.h5, ours of the same names, or the folder that `trigloop train` leaves.
//
// What a file does not tell is absent: an empty list, an empty optional, or a NaN (`unknown`). It is never zero.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/describe.hpp"
#include "model/graph.hpp"
#include "model/normalisation.hpp"

namespace trigloop::bundle {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
inline bool is_known(double value) noexcept { return !std::isnan(value); }

/// A number with the ends of its 68.27 % interval, which only our files tell.
struct Measured {
  double value = unknown, low = unknown, high = unknown;
  bool has_error() const noexcept { return is_known(low) && is_known(high); }
};

/// Where things came from: "data" -> SHA-256 of Data.h5, "signal haa4b-ma15" -> "tune 0123456789abcdef", "code" -> ...
struct LineageId {
  std::string of, id;
};

/// A threshold of the firmware's rule, code >= T. Only our files tell it.
struct FirmwareThreshold {
  std::int64_t code = 0;
  double error = unknown;     ///< of the code, by bootstrap
  std::uint64_t passing = 0;  ///< background events of the kind (all, or pure ones) that pass
  bool is_sparse = false;     ///< fewer than 10 of them: do not trust it
  Measured tail;              ///< code by a fit of the tail: an extrapolation, to be marked as such
};

/// Thresholds for one target rate. `raw` and `pure` are scores t of the package's rule, score > t.
struct Threshold {
  double rate_khz = unknown;
  double raw = unknown, pure = unknown;
  std::optional<FirmwareThreshold> firmware_raw, firmware_pure;
};

/// The raw rate at which the pure rate is `pure`, both kHz: raw_wrt_pure of the package.
struct RawOfPure {
  double pure = unknown, raw = unknown;
};

/// The columns of the package's tables in its order. "X-Y": events that are X, above the threshold of kind Y.
enum class Column : std::uint8_t { raw_raw, pure_raw, raw_pure, pure_pure, l1, ht };
inline constexpr std::size_t columns = 6;
/// "AXO raw-raw", ..., "L1 Efficiency", "HT Efficiency": the names of data sets in lite.h5.
std::string_view name_of(Column column) noexcept;

/// Efficiencies at one target rate, by the package's rule; percent, one a signal.
struct EfficiencyTable {
  double rate_khz = unknown;
  std::vector<std::string> signals;
  std::vector<Measured> values[columns];  ///< each as long as `signals`
  const std::vector<Measured>& of(Column column) const noexcept { return values[static_cast<std::size_t>(column)]; }
};

/// counts[i]: edges[i] <= x < edges[i + 1]; the last bin is closed in the package's files.
struct Histogram {
  std::string name;  ///< of the sample; "background", "background pure"
  std::vector<double> edges, counts;
};

struct HistoryColumn {
  std::string name;  ///< "total_vae_loss", "raw-pure/haa4b-ma15" (percent)
  std::vector<double> values;
};

/// Scores against something else, as a histogram of both.
struct Plane {
  std::string sample;    ///< "background", or a signal's name
  std::string quantity;  ///< "pile-up", "HT", "leading jet pt", "subleading muon pt", ...
  std::string unit;      ///< "", "GeV"
  std::vector<double> x_edges, score_edges;
  std::vector<double> counts;  ///< [x][score]
};

/// The rate that crossings of a pile-up would have, if all were like that; kHz.
struct PileupBin {
  double low = 0, high = 0;
  std::uint64_t events = 0;
  std::vector<Measured> rates;  ///< one a target rate, by the firmware's raw threshold
};
struct PileupTable {
  std::string sample;
  std::vector<PileupBin> bins;
};

/// Hidden features of events in the plane of their two greatest principal components, which the background defines.
struct Embedding {
  struct Sample {
    std::string name;
    std::vector<float> x, y, score;  ///< one an event
  };
  std::string tensor;                 ///< which layer
  std::vector<double> explained;      ///< share of the variance of each component, falling
  std::vector<double> mean;           ///< of the features
  std::vector<double> first, second;  ///< the components
  std::vector<Sample> samples;        ///< the background first
};

/// How well a feature is rebuilt, over events of a sample.
struct Reconstruction {
  std::string sample, feature;
  std::vector<double> edges, input, rebuilt;  ///< counts in common bins
  double bias = unknown, rms = unknown;       ///< of rebuilt - input
  double correlation = unknown;
};

/// What the package's report computes from complete data. Absent from lite.h5 of the package, kept in ours.
struct Plots {
  std::vector<Plane> planes;
  std::vector<PileupTable> pileup;
  std::optional<Embedding> embedding;
  std::vector<Reconstruction> reconstruction;
};

struct Bundle {
  std::filesystem::path path;
  std::string format;  ///< "lite.h5", "complete.h5", "trigloop bundle"
  std::string name;    ///< of the model or its recipe, for people
  std::string config;  ///< JSON (package's files) or YAML; "" if absent
  std::vector<LineageId> lineage;
  std::vector<std::string> warnings;

  double crossings_khz = unknown;                            ///< rate of colliding crossings
  std::uint64_t background_events = 0, background_pure = 0;  ///< 0: not told
  int fraction = -1;                                         ///< score = code x 2^-fraction; -1: not told

  std::optional<model::Normalisation> normalisation;
  std::vector<Threshold> thresholds;  ///< by target rate, ascending, as are `efficiencies`
  std::vector<RawOfPure> raw_of_pure;
  std::vector<EfficiencyTable> efficiencies;
  /// Efficiencies of the same signals moved by a measured drift; `drift` says which. Empty if none was given.
  std::string drift;
  std::vector<EfficiencyTable> drifted;
  std::optional<Histogram> background;
  std::vector<Histogram> signals;
  /// Background, pure background, signals in common bins, so that ROC curves at their edges are exact. Ours alone.
  std::vector<Histogram> spectra;
  std::vector<HistoryColumn> history;
  Plots plots;
  std::shared_ptr<const model::Graph> model;  ///< null if absent
  std::vector<model::Layer> layers;           ///< bits and EBOPs of `model`; empty if absent

  const std::vector<double>* find_history(std::string_view column) const noexcept;
};

/// Reads lite.h5, complete.h5 (the package's or ours) or the folder of `trigloop train`, by content. Our files hold the
/// model; beside the package's, build.h5 is taken if it has the same weights, with the normalisation of complete.h5.
/// Errors: those of the reader; mismatch, if it is no bundle; damaged, if its tables do not fit together; limit.
Bundle read(const std::filesystem::path& path);

}  // namespace trigloop::bundle
