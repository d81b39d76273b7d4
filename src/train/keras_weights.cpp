// The weights of a Keras model, by the names of its layers.
#include <algorithm>

#include "core/error.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/numbers.hpp"
#include "train/keras.hpp"
#include "train/nodes/layers.hpp"

namespace trigloop::train {
namespace {

using core::Error;
using core::ErrorCode;

/// The group of a layer's weights: `[...]model_weights/NAME/[...]NAME`, below whatever models it is in. Null, if it is
/// not there.
const io::TableInfo* find_layer(const io::SourceInfo& info, const std::string& name) {
  const auto found = std::ranges::find_if(info.tables, [&](const io::TableInfo& table) {
    return table.name.ends_with("/" + name) && table.name.find("model_weights/" + name + "/") != std::string::npos &&
           std::ranges::find(table.columns, "kernel:0", &io::ColumnInfo::name) != table.columns.end();
  });
  return found == info.tables.end() ? nullptr : &*found;
}

void take(const io::Source& source, const std::string& group, const char* weight, const Parameter& p, float* to) {
  const std::vector<double> values = io::read_numbers(source, group, weight);
  const io::ColumnInfo& column = io::find_column(source.info(), io::find_table(source.info(), group), weight);
  const std::uint64_t rows = p.rows > 1 ? p.rows : p.columns;  // Keras' biases have one dimension
  if (column.entries != rows || values.size() != p.rows * p.columns)
    throw Error(ErrorCode::mismatch, "has another shape than the recipe's layer").in("'" + group + "/" + weight + "'");
  for (std::size_t v = 0; v < values.size(); ++v)
    to[v / p.columns * p.stride() + v % p.columns] = static_cast<float>(values[v]);
}

void take_layer(const io::Source& source, const std::string& group, const Dense& dense, Parameters& parameters) {
  take(source, group, "kernel:0", parameters[dense.kernel()], parameters.data(dense.kernel()));
  take(source, group, "bias:0", parameters[dense.bias()], parameters.data(dense.bias()));
}

}  // namespace

std::vector<std::string> load_keras(const std::filesystem::path& path, Recipe& recipe) {
  const auto source = io::hdf5::open(path);
  const auto names = keras_names(recipe);
  std::vector<std::string> absent;
  std::size_t taken = 0;
  try {
    for (const auto& stage : recipe.stages) {
      for (const auto& node : stage->network.nodes()) {
        const auto* dense = dynamic_cast<const Dense*>(node.get());
        if (dense == nullptr) continue;
        const auto name = names.find(dense);
        const io::TableInfo* group = name == names.end() ? nullptr : find_layer(source->info(), name->second);
        if (group == nullptr) {
          absent.push_back(dense->name);
          continue;
        }
        take_layer(*source, group->name, *dense, stage->network.parameters);
        ++taken;
      }
    }
    if (taken == 0) throw Error(ErrorCode::mismatch, "holds no layer of the recipe as Keras names them (q_dense, ...)");
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
  return absent;
}

}  // namespace trigloop::train
