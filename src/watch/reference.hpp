#pragma once
// What is normal: a model of each rate and each histogram, fitted to chosen lumisections, in a file of its own whose
// name is its content's hash (docs/formats.md, "References"). A new reference is a new promise: evidence starts over.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conditions/conditions.hpp"
#include "event/lumi.hpp"
#include "watch/alternatives.hpp"
#include "watch/drift/rate_model.hpp"
#include "watch/drift/shape_model.hpp"
#include "watch/lumi.hpp"
#include "watch/pileup_proxy.hpp"
#include "watch/points.hpp"

namespace trigloop::watch {

struct RateReference {
  Point point;
  std::int64_t threshold = 0;
  drift::RateModel model;
};

struct HistogramReference {
  std::string object, quantity;
  Edges edges;
  scout::Counts fine;                    ///< of all lumisections, for alternatives
  std::vector<drift::ShapeModel> tests;  ///< one, or one a region
  std::string name() const { return object == quantity ? object : object + "." + quantity; }
  Change change() const noexcept { return change_of(quantity); }
};

struct Reference {
  std::string id;          ///< SHA-256 of its file
  std::string model;       ///< of the scores; empty: not known
  std::string conditions;  ///< their version; empty: none were given
  int fraction = 0;
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>> runs;  ///< ranges of lumisections used
  std::uint64_t lumisections = 0, outliers = 0, uncertified = 0;  ///< used; left out by Tukey's rule; not certified
  bool knows_pileup = false;
  double pileup_mean = 0, pileup_spread = 1;
  std::optional<PileUpProxy> proxy;  ///< for lumisections of which nothing tells the pile-up
  std::vector<RateReference> rates;
  std::vector<HistogramReference> histograms;
};

/// One lumisection as the reference's detectors see it.
struct Sample {
  event::LumiKey key;
  bool pileup_missing = false;  ///< the reference depends on it, and nothing tells it
  bool pileup_of_proxy = false;
  std::vector<drift::Count> counts;
  std::vector<std::vector<double>> bins;  ///< of each histogram; empty: it was not recorded
  double z = 0;
};

struct ReferenceOptions {
  std::vector<Point> points = usual_points();
  unsigned bunches = 0, threads = 0;
};

/// A reference needs this many lumisections.
inline constexpr std::size_t least_lumisections = 30;

/// Errors: those of reading; mismatch, if too few lumisections are left, or models differ.
Reference build_reference(const std::vector<std::filesystem::path>& files, const conditions::Conditions* conditions,
                          const ReferenceOptions& options);

/// Fits the models of rates and histograms, whose thresholds, bins and fine counts are there, to samples.
void fit_reference(Reference& reference, const std::vector<Sample>& samples, unsigned threads = 0);

/// The file's text; its hash is the id.
std::string format_reference(const Reference& reference);
/// Errors: damaged, unsupported (a later version).
Reference parse_reference(const std::string& text, const std::string& name);
Reference load_reference(const std::filesystem::path& path);

/// Crossings that were examined, or rows where that is not known: what counts are proportional to.
double examined(const score::Exposure& exposure) noexcept;
/// Error: mismatch, if the scores are of another model or another step.
Sample sample_of(const Lumi& lumi, const Reference& reference, const conditions::Conditions* conditions);

}  // namespace trigloop::watch
