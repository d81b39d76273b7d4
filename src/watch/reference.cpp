// Building a reference: three readings of the files, each on all cores. Thresholds and outliers first, then the pooled
// histograms of all, which give the bins; then the bins of each lumisection, to which the models are fitted.
#include "watch/reference.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "scout/record/record.hpp"
#include "watch/course.hpp"

namespace trigloop::watch {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr double least_counts = 100;  // below, the rate of a point is not known well enough to watch

void refuse_few(const Reference& reference, std::size_t left) {
  if (left >= least_lumisections) return;
  throw Error(ErrorCode::mismatch, "a reference needs " + std::to_string(least_lumisections) + " lumisections; " +
                                       std::to_string(left) + " are left, " + std::to_string(reference.uncertified) +
                                       " are not certified and " + std::to_string(reference.outliers) + " are outliers")
      .remedy("Name more runs");
}

std::vector<fs::path> certified_files(const std::vector<fs::path>& files, const conditions::Conditions* conditions,
                                      Reference& reference) {
  std::vector<fs::path> kept;
  for (const fs::path& file : files) {
    const auto key = scout::lumi_of(file);
    if (conditions == nullptr || (key && conditions->certified(*key))) {
      kept.push_back(file);
    } else {
      ++reference.uncertified;
    }
  }
  return kept;
}

void take_pileup(Reference& reference, const std::vector<event::LumiKey>& keys,
                 const conditions::Conditions* conditions) {
  if (conditions == nullptr) return;
  std::vector<double> values;
  for (const event::LumiKey& key : keys) {
    if (const auto pileup = conditions->pileup(key)) values.push_back(pileup->value);
  }
  if (values.size() < keys.size()) return;  // for some it is not known: then it explains nothing
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double spread = std::sqrt(squares / static_cast<double>(values.size()));
  if (spread < 1e-3 * mean || spread == 0) return;  // a constant explains nothing either
  reference.knows_pileup = true;
  reference.pileup_mean = mean;
  reference.pileup_spread = spread;
}

void take_proxy(Reference& reference, const std::vector<event::LumiKey>& keys,
                const std::vector<std::optional<double>>& objects, const conditions::Conditions* conditions) {
  if (!reference.knows_pileup) return;
  std::vector<double> numbers, values;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto pileup = conditions->pileup(keys[i]);
    if (!objects[i] || !pileup) continue;
    numbers.push_back(*objects[i]);
    values.push_back(pileup->value);
  }
  reference.proxy = fit_proxy(numbers, values);
}

void take_runs(Reference& reference, std::vector<event::LumiKey> keys) {
  std::ranges::sort(keys);
  for (const event::LumiKey& key : keys) {
    auto& ranges = reference.runs[key.run];
    if (!ranges.empty() && ranges.back().second + 1 == key.lumisection) {
      ++ranges.back().second;
    } else {
      ranges.emplace_back(key.lumisection, key.lumisection);
    }
  }
  reference.lumisections = keys.size();
}

/// Sums of the pooled histograms of all files.
std::vector<Histogram> sum_histograms(const std::vector<fs::path>& files, const Course& course, unsigned threads) {
  std::vector<scout::InputHistograms> sums(threads == 0 ? core::available_cores() : threads);
  core::parallel_for(files.size(), static_cast<unsigned>(sums.size()), [&](std::size_t i, unsigned worker) {
    const Lumi lumi = read_lumi(files[i], LumiPart::whole);
    if (lumi.inputs.names.empty()) return;
    if (sums[worker].names.empty()) {
      sums[worker] = lumi.inputs;
    } else {
      scout::add(sums[worker], lumi.inputs);
    }
  });
  scout::InputHistograms all;
  for (auto& sum : sums) {
    if (sum.names.empty()) continue;
    if (all.names.empty()) {
      all = std::move(sum);
    } else {
      scout::add(all, sum);
    }
  }
  std::vector<Histogram> histograms = pool(all);
  histograms.push_back({"score", "score", course.all.bins()});
  return histograms;
}

/// A curvature needs twice the least number of lumisections.
std::size_t terms_of(const Reference& reference, std::size_t lumisections) {
  if (!reference.knows_pileup) return 1;
  return lumisections >= 2 * least_lumisections ? 3 : 2;
}

void fit_rates(Reference& reference, const std::vector<Sample>& samples) {
  std::vector<RateReference> kept;
  for (std::size_t r = 0; r < reference.rates.size(); ++r) {
    std::vector<drift::Count> counts;
    double total = 0;
    for (const Sample& sample : samples) {
      counts.push_back(sample.counts[r]);
      total += sample.counts[r].count;
    }
    if (total < least_counts) continue;
    kept.push_back(reference.rates[r]);
    kept.back().model = drift::fit_rate(counts, terms_of(reference, counts.size()));
  }
  reference.rates = std::move(kept);
}

drift::ShapeModel fit_test(const Reference& reference, const HistogramReference& histogram, std::size_t h,
                           std::size_t test, const std::vector<Sample>& samples) {
  std::vector<drift::Shape> shapes;
  for (const Sample& sample : samples) {
    if (sample.bins[h].empty()) continue;
    drift::Shape shape{bins_of_test(sample.bins[h], histogram.change(), test), 0, sample.z};
    for (const double n : shape.counts) shape.total += n;
    if (shape.total > 0) shapes.push_back(std::move(shape));
  }
  const std::size_t terms = terms_of(reference, shapes.size());
  const drift::ShapeModel plain = drift::fit_shape(shapes, {}, terms);
  std::vector<std::vector<double>> directions;
  for (const auto& one : alternatives_of(histogram.change(), histogram.fine, histogram.edges, plain.shares)) {
    directions.push_back(one.shares);
  }
  return drift::fit_shape(shapes, directions, terms);
}

}  // namespace

void fit_reference(Reference& reference, const std::vector<Sample>& samples, unsigned threads) {
  fit_rates(reference, samples);
  for (std::size_t h = 0; h < reference.histograms.size(); ++h) {
    HistogramReference& histogram = reference.histograms[h];
    histogram.tests.resize(tests_of(histogram.change(), histogram.edges));
    core::parallel_for(histogram.tests.size(), threads, [&](std::size_t t, unsigned) {
      histogram.tests[t] = fit_test(reference, histogram, h, t, samples);
    });
  }
}

Reference build_reference(const std::vector<fs::path>& files, const conditions::Conditions* conditions,
                          const ReferenceOptions& options) {
  Reference reference;
  if (conditions != nullptr) reference.conditions = conditions->version;
  const std::vector<fs::path> certified = certified_files(files, conditions, reference);
  refuse_few(reference, certified.size());
  const Course course = follow_course(certified, {options.points, {}, options.bunches, options.threads});
  reference.fraction = course.all.fraction();
  std::vector<fs::path> kept;
  std::vector<event::LumiKey> keys;
  for (std::size_t l = 0; l < course.lumis.size(); ++l) {
    if (course.lumis[l].outlier) {
      ++reference.outliers;
    } else {
      kept.push_back(certified[l]);
      keys.push_back(course.lumis[l].key);
    }
  }
  refuse_few(reference, kept.size());
  take_runs(reference, keys);
  take_pileup(reference, keys, conditions);
  for (const PointCourse& point : course.points) {
    if (point.threshold) reference.rates.push_back({point.point, *point.threshold, {}});
  }
  for (Histogram& histogram : sum_histograms(kept, course, options.threads)) {
    Edges edges = edges_for(histogram, keys.size());
    if (edges.size() < 3) continue;
    reference.histograms.push_back(
        {histogram.object, histogram.quantity, std::move(edges), std::move(histogram.counts), {}});
  }
  std::vector<Sample> samples(kept.size());
  std::vector<std::string> models(kept.size());
  std::vector<std::optional<double>> objects(kept.size());
  core::parallel_for(kept.size(), options.threads, [&](std::size_t i, unsigned) {
    const Lumi lumi = read_lumi(kept[i], LumiPart::whole);
    models[i] = lumi.model;
    objects[i] = objects_an_event(lumi.inputs);
    samples[i] = sample_of(lumi, reference, conditions);
  });
  if (std::ranges::adjacent_find(models, std::not_equal_to<>()) != models.end()) {
    throw Error(ErrorCode::mismatch, "the lumisections were scored by different models").remedy("Choose those of one");
  }
  reference.model = models.front();
  take_proxy(reference, keys, objects, conditions);
  fit_reference(reference, samples, options.threads);
  return reference;
}

}  // namespace trigloop::watch
