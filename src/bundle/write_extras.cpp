#include "bundle/files.hpp"
#include "model/qonnx_export.hpp"

namespace trigloop::bundle {
namespace {

const std::string root = "trigloop/";

void put_summary(Put& put, const Bundle& bundle) {
  put.numbers<std::int64_t>(root + "version", std::vector<int>{1});
  put.numbers<double>(root + "crossings_khz", std::vector<double>{bundle.crossings_khz});
  put.numbers<std::int64_t>(root + "background_events", std::vector<std::uint64_t>{bundle.background_events});
  put.numbers<std::int64_t>(root + "background_pure", std::vector<std::uint64_t>{bundle.background_pure});
  put.numbers<std::int64_t>(root + "fraction", std::vector<int>{bundle.fraction});
  put.strings(root + "lineage/of", each(bundle.lineage, &LineageId::of));
  put.strings(root + "lineage/id", each(bundle.lineage, &LineageId::id));
  put.strings(root + "warnings", bundle.warnings);
  put.attribute("trigloop", "name", bundle.name);
  put.attribute("trigloop", "config", bundle.config);
  put.attribute("trigloop", "drift", bundle.drift);
}

void put_firmware(Put& put, const std::string& kind, const std::vector<FirmwareThreshold>& thresholds) {
  const std::string group = root + "threshold/" + kind + "/";
  put.numbers<std::int64_t>(group + "code", each(thresholds, &FirmwareThreshold::code));
  put.numbers<double>(group + "error", each(thresholds, &FirmwareThreshold::error));
  put.numbers<std::int64_t>(group + "passing", each(thresholds, &FirmwareThreshold::passing));
  put.numbers<std::int64_t>(group + "is_sparse", each(thresholds, [](const auto& t) { return int{t.is_sparse}; }));
  put.numbers<double>(group + "tail", each(thresholds, [](const auto& t) { return t.tail.value; }));
  put.numbers<double>(group + "tail_low", each(thresholds, [](const auto& t) { return t.tail.low; }));
  put.numbers<double>(group + "tail_high", each(thresholds, [](const auto& t) { return t.tail.high; }));
}

void put_thresholds(Put& put, const Bundle& bundle) {
  std::vector<FirmwareThreshold> raw, pure;
  for (const Threshold& t : bundle.thresholds) {
    raw.push_back(t.firmware_raw.value_or(FirmwareThreshold()));
    pure.push_back(t.firmware_pure.value_or(FirmwareThreshold()));
  }
  put_firmware(put, "raw", raw);
  put_firmware(put, "pure", pure);
}

void put_spectra(Put& put, const std::vector<Histogram>& spectra) {
  if (spectra.empty()) return;
  std::vector<double> counts;
  for (const Histogram& s : spectra) counts.insert(counts.end(), s.counts.begin(), s.counts.end());
  put.numbers<double>(root + "spectra/edges", spectra.front().edges);
  put.numbers<std::int64_t>(root + "spectra/counts", counts, {spectra.size(), spectra.front().counts.size()});
  put.strings(root + "spectra/names", each(spectra, &Histogram::name));
}

void put_planes(Put& put, const std::vector<Plane>& planes) {
  put.strings(root + "planes/sample", each(planes, &Plane::sample));
  put.strings(root + "planes/quantity", each(planes, &Plane::quantity));
  put.strings(root + "planes/unit", each(planes, &Plane::unit));
  for (std::size_t k = 0; k < planes.size(); ++k) {
    const std::string group = root + "planes/" + std::to_string(k) + "/";
    const Plane& p = planes[k];
    put.numbers<double>(group + "x_edges", p.x_edges);
    put.numbers<double>(group + "score_edges", p.score_edges);
    put.numbers<std::int64_t>(group + "counts", p.counts, {p.x_edges.size() - 1, p.score_edges.size() - 1});
  }
}

void put_pileup(Put& put, const std::vector<PileupTable>& tables) {
  for (const PileupTable& table : tables) {
    const std::string group = root + "pileup/" + table.sample + "/";
    put.numbers<double>(group + "low", each(table.bins, &PileupBin::low));
    put.numbers<double>(group + "high", each(table.bins, &PileupBin::high));
    put.numbers<std::int64_t>(group + "events", each(table.bins, &PileupBin::events));
    std::vector<Measured> rates;
    for (const PileupBin& bin : table.bins) rates.insert(rates.end(), bin.rates.begin(), bin.rates.end());
    const std::vector<std::uint64_t> shape{table.bins.size(), table.bins.empty() ? 0 : table.bins[0].rates.size()};
    put.numbers<double>(group + "rate", each(rates, &Measured::value), shape);
    put.numbers<double>(group + "rate_low", each(rates, &Measured::low), shape);
    put.numbers<double>(group + "rate_high", each(rates, &Measured::high), shape);
  }
}

void put_embedding(Put& put, const Embedding& e) {
  const std::string group = root + "embedding";
  put.numbers<double>(group + "/explained", e.explained);
  put.numbers<double>(group + "/mean", e.mean);
  put.numbers<double>(group + "/first", e.first);
  put.numbers<double>(group + "/second", e.second);
  put.strings(group + "/samples", each(e.samples, &Embedding::Sample::name));
  put.attribute(group, "tensor", e.tensor);
  for (std::size_t k = 0; k < e.samples.size(); ++k) {
    const std::string place = group + "/" + std::to_string(k) + "/";
    put.numbers<float>(place + "x", e.samples[k].x);
    put.numbers<float>(place + "y", e.samples[k].y);
    put.numbers<float>(place + "score", e.samples[k].score);
  }
}

void put_reconstruction(Put& put, const std::vector<Reconstruction>& all) {
  const std::string group = root + "reconstruction/";
  put.strings(group + "sample", each(all, &Reconstruction::sample));
  put.strings(group + "feature", each(all, &Reconstruction::feature));
  put.numbers<double>(group + "bias", each(all, &Reconstruction::bias));
  put.numbers<double>(group + "rms", each(all, &Reconstruction::rms));
  put.numbers<double>(group + "correlation", each(all, &Reconstruction::correlation));
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::string place = group + std::to_string(k) + "/";
    put.numbers<double>(place + "edges", all[k].edges);
    put.numbers<std::int64_t>(place + "input", all[k].input);
    put.numbers<std::int64_t>(place + "rebuilt", all[k].rebuilt);
  }
}

void put_model(Put& put, const Bundle& bundle) {
  if (bundle.normalisation) {
    put.numbers<double>(root + "Normalisation/norm_bias", bundle.normalisation->bias);
    put.numbers<double>(root + "Normalisation/norm_scale", bundle.normalisation->scale);
  }
  if (!bundle.model) return;
  const std::string onnx = model::export_qonnx(*bundle.model);
  put.numbers<std::uint8_t>(root + "model/onnx", std::vector<char>(onnx.begin(), onnx.end()));
}

}  // namespace

void put_extras(Put& put, const Bundle& bundle) {
  put_summary(put, bundle);
  put_thresholds(put, bundle);
  put_errors(put, root + "axo_scores", bundle.efficiencies);
  put_spectra(put, bundle.spectra);
  put_tables(put, root + "drifted", bundle.drifted);
  put_errors(put, root + "drifted", bundle.drifted);
  put_planes(put, bundle.plots.planes);
  put_pileup(put, bundle.plots.pileup);
  if (bundle.plots.embedding) put_embedding(put, *bundle.plots.embedding);
  put_reconstruction(put, bundle.plots.reconstruction);
  put_model(put, bundle);
}

}  // namespace trigloop::bundle
