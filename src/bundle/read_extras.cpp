#include <algorithm>

#include "bundle/files.hpp"
#include "core/error.hpp"
#include "model/qonnx_import.hpp"

namespace trigloop::bundle {
namespace {

const std::string root = "trigloop";

/// Lists of a group that must have one length.
class Lists {
 public:
  Lists(const Tree& tree, std::string group) : tree_(tree), group_(std::move(group)) {}

  std::vector<double> numbers(const std::string& name) { return same(tree_.numbers(group_, name)); }
  std::vector<std::string> strings(const std::string& name) { return same(tree_.strings(group_, name)); }
  std::size_t size() const noexcept { return size_; }

 private:
  template <class T>
  std::vector<T> same(std::vector<T> list) {
    if (!started_) size_ = list.size();
    started_ = true;
    require_equal(list.size(), size_, group_);
    return list;
  }

  const Tree& tree_;
  std::string group_;
  std::size_t size_ = 0;
  bool started_ = false;
};

/// Whole numbers stand in files as such, and below 2^53.
std::uint64_t whole(double value) {
  return value >= 0 && value < 9007199254740992.0 ? static_cast<std::uint64_t>(value) : 0;
}

std::vector<float> floats(const std::vector<double>& values) {
  std::vector<float> out;
  for (const double v : values) out.push_back(static_cast<float>(v));
  return out;
}

void read_summary(const Tree& tree, Bundle& bundle) {
  const auto first = [&](const char* name, double otherwise) {
    const auto values = tree.numbers(root, name);
    return values.empty() ? otherwise : values.front();
  };
  bundle.crossings_khz = first("crossings_khz", bundle.crossings_khz);
  bundle.background_events = whole(first("background_events", 0));
  bundle.background_pure = whole(first("background_pure", 0));
  const double fraction = first("fraction", -1);
  bundle.fraction = fraction >= 0 && fraction < 64 ? static_cast<int>(fraction) : -1;
  Lists lineage(tree, root + "/lineage");
  const auto of = lineage.strings("of"), id = lineage.strings("id");
  for (std::size_t k = 0; k < of.size(); ++k) bundle.lineage.push_back({of[k], id[k]});
  bundle.warnings = tree.strings(root, "warnings");
  bundle.name = tree.attribute(root, "name");
  if (std::string yaml = tree.attribute(root, "config"); !yaml.empty()) bundle.config = std::move(yaml);
}

std::vector<FirmwareThreshold> read_firmware(const Tree& tree, const std::string& kind) {
  Lists lists(tree, root + "/threshold/" + kind);
  const auto code = lists.numbers("code"), error = lists.numbers("error"), passing = lists.numbers("passing"),
             sparse = lists.numbers("is_sparse"), tail = lists.numbers("tail"), low = lists.numbers("tail_low"),
             high = lists.numbers("tail_high");
  std::vector<FirmwareThreshold> out;
  for (std::size_t k = 0; k < code.size(); ++k) {
    if (!(std::abs(code[k]) < 9e15)) throw core::Error(core::ErrorCode::damaged, "a threshold is no code");
    out.push_back(
        {static_cast<std::int64_t>(code[k]), error[k], whole(passing[k]), sparse[k] != 0, {tail[k], low[k], high[k]}});
  }
  return out;
}

void read_thresholds(const Tree& tree, Bundle& bundle) {
  const auto raw = read_firmware(tree, "raw"), pure = read_firmware(tree, "pure");
  require_equal(raw.size(), bundle.thresholds.size(), "trigloop/threshold/raw");
  require_equal(pure.size(), bundle.thresholds.size(), "trigloop/threshold/pure");
  for (std::size_t k = 0; k < raw.size(); ++k) {
    bundle.thresholds[k].firmware_raw = raw[k];
    bundle.thresholds[k].firmware_pure = pure[k];
  }
}

void read_spectra(const Tree& tree, Bundle& bundle) {
  const std::string group = root + "/spectra";
  const auto edges = tree.numbers(group, "edges"), counts = tree.numbers(group, "counts");
  const auto names = tree.strings(group, "names");
  if (names.empty()) return;
  if (edges.empty()) throw core::Error(core::ErrorCode::damaged, "its spectra have no edges");
  const std::size_t bins = edges.size() - 1;
  require_equal(counts.size(), names.size() * bins, group);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto begin = counts.begin() + static_cast<std::ptrdiff_t>(k * bins);
    bundle.spectra.push_back({names[k], edges, {begin, begin + static_cast<std::ptrdiff_t>(bins)}});
  }
}

void read_planes(const Tree& tree, Plots& plots) {
  const std::string group = root + "/planes";
  Lists lists(tree, group);
  const auto sample = lists.strings("sample"), quantity = lists.strings("quantity"), unit = lists.strings("unit");
  for (std::size_t k = 0; k < lists.size(); ++k) {
    const std::string place = group + "/" + std::to_string(k);
    Plane plane{sample[k],
                quantity[k],
                unit[k],
                tree.numbers(place, "x_edges"),
                tree.numbers(place, "score_edges"),
                tree.numbers(place, "counts")};
    const auto bins = [](const std::vector<double>& edges) { return edges.empty() ? 0 : edges.size() - 1; };
    require_equal(plane.counts.size(), bins(plane.x_edges) * bins(plane.score_edges), place);
    plots.planes.push_back(std::move(plane));
  }
}

void read_pileup(const Tree& tree, std::size_t rates, Plots& plots) {
  const std::string group = root + "/pileup";
  for (const std::string& name : tree.groups(group)) {
    Lists lists(tree, group + "/" + name);
    const auto low = lists.numbers("low"), high = lists.numbers("high"), events = lists.numbers("events");
    Lists cells(tree, group + "/" + name);
    const auto rate = cells.numbers("rate"), rate_low = cells.numbers("rate_low"),
               rate_high = cells.numbers("rate_high");
    require_equal(cells.size(), low.size() * rates, group);
    PileupTable table{name, {}};
    for (std::size_t b = 0; b < low.size(); ++b) {
      PileupBin& bin = table.bins.emplace_back(PileupBin{low[b], high[b], whole(events[b]), {}});
      for (std::size_t r = b * rates; r < (b + 1) * rates; ++r)
        bin.rates.push_back({rate[r], rate_low[r], rate_high[r]});
    }
    plots.pileup.push_back(std::move(table));
  }
}

void read_model(const Tree& tree, Bundle& bundle) {
  const auto codes = tree.numbers(root + "/model", "onnx");
  if (codes.empty()) return;
  std::vector<std::byte> bytes;
  for (const double code : codes) bytes.push_back(static_cast<std::byte>(whole(code) & 0xff));
  bundle.model = std::make_shared<const model::Graph>(model::import_qonnx(bytes));
  bundle.layers = model::describe(*bundle.model);
}

void read_embedding(const Tree& tree, Plots& plots) {
  const std::string group = root + "/embedding";
  if (!tree.has(group, "explained")) return;
  Embedding& e = plots.embedding.emplace();
  e.tensor = tree.attribute(group, "tensor");
  e.explained = tree.numbers(group, "explained");
  Lists components(tree, group);
  e.mean = components.numbers("mean");
  e.first = components.numbers("first");
  e.second = components.numbers("second");
  const auto names = tree.strings(group, "samples");
  for (std::size_t k = 0; k < names.size(); ++k) {
    Lists events(tree, group + "/" + std::to_string(k));
    const auto x = events.numbers("x"), y = events.numbers("y"), score = events.numbers("score");
    e.samples.push_back({names[k], floats(x), floats(y), floats(score)});
  }
}

void read_reconstruction(const Tree& tree, Plots& plots) {
  const std::string group = root + "/reconstruction";
  Lists lists(tree, group);
  const auto sample = lists.strings("sample"), feature = lists.strings("feature");
  const auto bias = lists.numbers("bias"), rms = lists.numbers("rms"), correlation = lists.numbers("correlation");
  for (std::size_t k = 0; k < lists.size(); ++k) {
    const std::string place = group + "/" + std::to_string(k);
    Reconstruction r{sample[k],
                     feature[k],
                     tree.numbers(place, "edges"),
                     tree.numbers(place, "input"),
                     tree.numbers(place, "rebuilt"),
                     bias[k],
                     rms[k],
                     correlation[k]};
    require_equal(r.edges.size(), r.input.size() + 1, place);
    require_equal(r.input.size(), r.rebuilt.size(), place);
    plots.reconstruction.push_back(std::move(r));
  }
}

}  // namespace

void read_extras(const Tree& tree, Bundle& bundle) {
  if (!tree.has(root, "version")) return;
  read_summary(tree, bundle);
  read_thresholds(tree, bundle);
  read_spectra(tree, bundle);
  read_model(tree, bundle);
  bundle.drift = tree.attribute(root, "drift");
  bundle.drifted = read_tables(tree, root + "/drifted", root + "/drifted");
  read_planes(tree, bundle.plots);
  read_pileup(tree, bundle.thresholds.size(), bundle.plots);
  read_embedding(tree, bundle.plots);
  read_reconstruction(tree, bundle.plots);
}

}  // namespace trigloop::bundle
