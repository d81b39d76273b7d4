#include <fmt/format.h>

#include "bundle/files.hpp"

namespace trigloop::bundle {
namespace {

void put_histogram(Put& put, const std::string& group, const Histogram& histogram) {
  put.numbers<float>(group + "/bin", histogram.edges);
  put.numbers<std::int64_t>(group + "/count", histogram.counts);
}

std::string place(const std::string& group, const EfficiencyTable& table) {
  return group + "/" + fmt::format("{}", table.rate_khz) + "/";
}

/// The package keeps epochs as integers, and what Keras computes as float32.
void put_column(Put& put, const std::string& node, const HistoryColumn& column) {
  const std::string& name = column.name;
  if (name.starts_with("epoch") || name.starts_with("Epoch")) {
    put.numbers<std::int64_t>(node, column.values);
  } else if (name.starts_with("lr") || name.starts_with("Lr") || name.find('/') != name.npos) {
    put.numbers<double>(node, column.values);
  } else {
    put.numbers<float>(node, column.values);
  }
}

}  // namespace

void put_tables(Put& put, const std::string& group, const std::vector<EfficiencyTable>& tables) {
  for (const EfficiencyTable& table : tables) {
    put.strings(place(group, table) + "Signal Name", table.signals);
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string name(name_of(static_cast<Column>(c)));
      put.numbers<double>(place(group, table) + name, each(table.values[c], &Measured::value));
    }
  }
}

void put_errors(Put& put, const std::string& group, const std::vector<EfficiencyTable>& tables) {
  for (const EfficiencyTable& table : tables) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string name = place(group, table) + std::string(name_of(static_cast<Column>(c)));
      put.numbers<double>(name + " low", each(table.values[c], &Measured::low));
      put.numbers<double>(name + " high", each(table.values[c], &Measured::high));
    }
  }
}

void put_results(Put& put, const Bundle& bundle) {
  put.numbers<double>("results/threshold/rate", each(bundle.thresholds, &Threshold::rate_khz));
  put.numbers<double>("results/threshold/raw", each(bundle.thresholds, &Threshold::raw));
  put.numbers<double>("results/threshold/pure", each(bundle.thresholds, &Threshold::pure));
  put.numbers<double>("results/raw_wrt_pure/raw", each(bundle.raw_of_pure, &RawOfPure::raw));
  put.numbers<double>("results/raw_wrt_pure/pure", each(bundle.raw_of_pure, &RawOfPure::pure));
  put_tables(put, "results/axo_scores", bundle.efficiencies);
  if (bundle.background) put_histogram(put, "results/score_hist/background", *bundle.background);
  for (const Histogram& signal : bundle.signals) put_histogram(put, "results/score_hist/signal/" + signal.name, signal);
}

void put_history(Put& put, const std::string& group, const Bundle& bundle) {
  for (const HistoryColumn& column : bundle.history) put_column(put, group + "/" + column.name, column);
}

}  // namespace trigloop::bundle
