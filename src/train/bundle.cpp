#include "train/bundle.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/folder.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "io/numbers.hpp"
#include "model/describe.hpp"
#include "model/qonnx_export.hpp"
#include "model/simplify.hpp"
#include "train/arrays.hpp"

namespace trigloop::train {
namespace {

/// The folder's files with their hashes.
class Contents {
 public:
  explicit Contents(const std::filesystem::path& path) : folder_(path) {}

  void add(const std::string& name, std::string_view bytes) {
    folder_.write(name, bytes);
    sums_ += core::sha256_hex(bytes) + "  " + name + "\n";
  }
  /// An HDF5 file is made beside the folder first.
  void add(const std::string& name, const ArrayWriter& arrays) {
    const std::filesystem::path path = folder_.path().parent_path() / ("." + folder_.path().filename().native() + "." +
                                                                       std::to_string(::getpid()) + "." + name);
    arrays.write(path);
    const std::string bytes = core::read_text(path, std::uint64_t{1} << 30);
    std::filesystem::remove(path);
    add(name, bytes);
  }
  void commit() {
    folder_.write("SHA256SUMS", sums_);
    folder_.commit();
  }

 private:
  core::OutputFolder folder_;
  std::string sums_;
};

std::string yaml_list(const std::string& key, const std::vector<double>& values) {
  std::string text = key + ":\n";
  for (const double v : values) text += "  - " + core::JsonWriter().value(v).text() + "\n";
  return text;
}

/// Weights as they were trained; the model holds the rounded ones.
ArrayWriter weights_of(const Recipe& recipe, std::vector<std::vector<float>>& memory) {
  ArrayWriter writer;
  for (const auto& stage : recipe.stages) {
    for (std::size_t k = 0; k < stage->network.parameters.list().size(); ++k) {
      const Parameter& p = stage->network.parameters[k];
      std::vector<float>& dense = memory.emplace_back();
      for (std::size_t i = 0; i < p.rows; ++i) {
        const float* row = stage->network.parameters.data(k) + i * p.stride();
        dense.insert(dense.end(), row, row + p.columns);
      }
      const std::size_t slash = p.name.find('/');
      writer.add(stage->name + "/" + p.name.substr(0, slash), p.name.substr(slash + 1), std::span(dense), p.columns);
    }
  }
  if (recipe.mixture) {
    writer.add("mixture", "weights", recipe.mixture->weights);
    writer.add("mixture", "means", recipe.mixture->means);
    writer.add("mixture", "covariances", recipe.mixture->covariances);
  }
  return writer;
}

/// "raw-pure/NAME" is the column NAME of the group history/raw-pure, as in lite.h5.
ArrayWriter history_of(const History& history) {
  ArrayWriter writer;
  for (const auto& [name, values] : history.columns()) {
    const std::size_t slash = name.find('/');
    if (slash == name.npos)
      writer.add("history", name, std::span(values));
    else
      writer.add("history/" + name.substr(0, slash), name.substr(slash + 1), std::span(values));
  }
  return writer;
}

std::string description(const Recipe& recipe, const PackedFile& file, const model::Graph& graph) {
  std::uint64_t ebops = 0;
  for (const model::Layer& layer : model::describe(graph)) ebops += layer.ebops;
  core::JsonWriter json;
  json.begin_object().member("trigloop_bundle", 1).member("recipe", recipe.name).member("ebops", ebops);
  json.member("data", file.path().native()).member("data_sha256", core::sha256_of_file(file.path()));
  json.key("stages").begin_array();
  for (const auto& stage : recipe.stages) {
    json.begin_object().member("name", stage->name).member("epochs", stage->epochs).member("batch", stage->batch);
    json.member("events", stage->table.events).end_object();
  }
  return json.end_array().end_object().text() + "\n";
}

}  // namespace

namespace {

void load_mixture(const io::Source& source, Recipe& recipe) {
  const auto& tables = source.info().tables;
  if (recipe.score.kind != Score::Kind::mixture ||
      std::ranges::find(tables, "mixture", &io::TableInfo::name) == tables.end())
    return;
  const auto numbers = [&](const char* name) { return io::read_numbers(source, "mixture", name); };
  Mixture m{0, 0, numbers("weights"), numbers("means"), numbers("covariances")};
  m.components = m.weights.size();
  m.dimensions = m.components == 0 ? 0 : m.means.size() / m.components;
  const Stage& stage = recipe.stage(recipe.score.stage);
  const bool fits = m.components > 0 && m.dimensions == stage.network.features(stage.tensor(recipe.score.tensor)) &&
                    m.means.size() == m.components * m.dimensions &&
                    m.covariances.size() == m.means.size() * m.dimensions;
  if (!fits) throw core::Error(core::ErrorCode::mismatch, "its mixture has another shape than the recipe's embedding");
  recipe.mixture = std::move(m);
}

}  // namespace

void load_weights(const std::filesystem::path& bundle, Recipe& recipe) {
  const auto source = io::hdf5::open(bundle / "weights.h5");
  std::size_t taken = 0;
  for (const auto& stage : recipe.stages) {
    for (std::size_t k = 0; k < stage->network.parameters.list().size(); ++k) {
      const Parameter& p = stage->network.parameters[k];
      const std::size_t slash = p.name.find('/');
      const std::string group = stage->name + "/" + p.name.substr(0, slash);
      const auto& tables = source->info().tables;
      const auto table = std::ranges::find(tables, group, &io::TableInfo::name);
      if (table == tables.end()) continue;
      const std::string weight = p.name.substr(slash + 1);
      // A network whose bits were fixed has none to give.
      if (weight == "bits" && std::ranges::find(table->columns, weight, &io::ColumnInfo::name) == table->columns.end())
        continue;
      const std::vector<double> values = io::read_numbers(*source, group, weight);
      if (values.size() != p.rows * p.columns) {
        throw core::Error(core::ErrorCode::mismatch, "'" + group + "' has another shape than the recipe's layer")
            .file((bundle / "weights.h5").native());
      }
      for (std::size_t v = 0; v < values.size(); ++v)
        stage->network.parameters.data(k)[v / p.columns * p.stride() + v % p.columns] = static_cast<float>(values[v]);
      ++taken;
    }
  }
  if (taken == 0)
    throw core::Error(core::ErrorCode::mismatch, "has no layer of the recipe").file((bundle / "weights.h5").native());
  load_mixture(*source, recipe);
}

model::Graph trained_graph(const Recipe& recipe, const PackedFile& file) {
  model::Graph graph = export_graph(recipe, file.normalisation());
  graph = model::simplify(graph, graph.nodes().size() - 1);
  graph.name = recipe.name;
  return graph;
}

void write_bundle(const std::filesystem::path& path, const Recipe& recipe, const PackedFile& file,
                  const std::string& config_yaml, const History& history, const std::vector<ExtraFile>& extra) {
  const model::Normalisation& normalisation = file.normalisation();
  const model::Graph graph = trained_graph(recipe, file);
  std::vector<std::vector<float>> memory;
  Contents contents(path);
  contents.add("model.onnx", model::export_qonnx(graph));
  contents.add("weights.h5", weights_of(recipe, memory));
  contents.add("history.h5", history_of(history));
  contents.add("normalisation.yaml",
               yaml_list("norm_bias", normalisation.bias) + yaml_list("norm_scale", normalisation.scale));
  contents.add("config.yaml", config_yaml);
  contents.add("recipe.yml", recipe.text);
  for (const ExtraFile& one : extra) contents.add(one.name, std::string_view(one.bytes));
  contents.add("bundle.json", description(recipe, file, graph));
  contents.commit();
}

}  // namespace trigloop::train
