// A lumisection seen through a reference.
#include <algorithm>

#include "core/error.hpp"
#include "watch/reference.hpp"

namespace trigloop::watch {
namespace {

void refuse_other_model(const Lumi& lumi, const Reference& reference) {
  const bool other_model = !lumi.model.empty() && !reference.model.empty() && lumi.model != reference.model;
  if (!other_model && lumi.fraction == reference.fraction) return;
  throw core::Error(core::ErrorCode::mismatch, "run " + std::to_string(lumi.key.run) + ", lumisection " +
                                                   std::to_string(lumi.key.lumisection) +
                                                   ": its scores are of another model than the reference's")
      .remedy("Build a reference for this model with `trigloop reference build`");
}

}  // namespace

double examined(const score::Exposure& exposure) noexcept {
  const auto rows = static_cast<double>(exposure.rows);
  if (exposure.colliding_crossings == 0 || exposure.offered == 0) return rows;
  return static_cast<double>(exposure.colliding_crossings) * rows / static_cast<double>(exposure.offered);
}

Sample sample_of(const Lumi& lumi, const Reference& reference, const conditions::Conditions* conditions) {
  refuse_other_model(lumi, reference);
  Sample sample;
  sample.key = lumi.key;
  double z_variance = 0;
  if (reference.knows_pileup) {
    auto pileup = conditions != nullptr ? conditions->pileup(lumi.key) : std::nullopt;
    if (!pileup && reference.proxy) {
      const auto objects = objects_an_event(lumi.inputs);
      if (objects) pileup = conditions::PileUp{reference.proxy->at(*objects), reference.proxy->error};
      sample.pileup_of_proxy = objects.has_value();
    }
    sample.pileup_missing = !pileup;
    sample.z = pileup ? (pileup->value - reference.pileup_mean) / reference.pileup_spread : 0;
    const double error = pileup ? pileup->error / reference.pileup_spread : 1;
    z_variance = error * error;
  }
  for (const RateReference& rate : reference.rates) {
    const std::uint64_t n = at_least(rate.point.pure ? lumi.pure : lumi.all, rate.threshold);
    sample.counts.push_back({static_cast<double>(n), examined(lumi.exposure), sample.z, z_variance});
  }
  const std::vector<Histogram> inputs = pool(lumi.inputs);
  for (const HistogramReference& histogram : reference.histograms) {
    if (histogram.object == "score") {
      sample.bins.push_back(binned(lumi.all, histogram.edges));
      continue;
    }
    const auto same = std::ranges::find_if(
        inputs, [&](const Histogram& h) { return h.object == histogram.object && h.quantity == histogram.quantity; });
    sample.bins.push_back(same == inputs.end() ? std::vector<double>() : binned(same->counts, histogram.edges));
  }
  return sample;
}

}  // namespace trigloop::watch
