#include "bundle/write.hpp"

#include "bundle/files.hpp"
#include "io/source.hpp"

namespace trigloop::bundle {
namespace {

constexpr const char* weights = "model/trimmed_encoder/model_weights";

void put_all(io::hdf5::Writer& writer, const Bundle& bundle, const WriteOptions& options) {
  Put put(writer);
  writer.set_attribute("", "config", options.package_config);
  put_results(put, bundle);
  put_history(put, "history", bundle);
  if (options.keras) add_weights(writer, weights, *options.keras);
  put_extras(put, bundle);
}

/// All tables of a packed file, one after the other; they must be declared before anything is appended.
void copy_packed(io::hdf5::Writer& writer, const io::Source& packed) {
  std::vector<std::pair<std::size_t, io::Selection>> copies;
  for (const io::TableInfo& table : packed.info().tables) {
    io::TableSpec spec{"data/" + table.name, "", {}};
    io::Selection selection{table.name, 0, {}};
    for (const io::ColumnInfo& column : table.columns) {
      if (!column.type) continue;
      spec.columns.push_back({column.name, *column.type, column.shape, ""});
      selection.columns.push_back(column.name);
    }
    if (!spec.columns.empty()) copies.push_back({writer.add_table(spec), selection});
  }
  for (const auto& [number, selection] : copies) {
    const auto reader = packed.read(selection);
    for (event::Columns cluster; reader->next(cluster);) writer.append(number, cluster);
  }
}

}  // namespace

void write_lite(const std::filesystem::path& path, const Bundle& bundle, const WriteOptions& options) {
  io::hdf5::Writer writer(path);
  put_all(writer, bundle, options);
  writer.commit();
}

void write_complete(const std::filesystem::path& path, const Bundle& bundle, const WriteOptions& options,
                    const std::filesystem::path& packed) {
  const auto source = io::hdf5::open(packed);
  io::hdf5::Writer writer(path, {.threads = 0});
  // The package keeps these two for networks that it does not trim.
  writer.add_table({"model/encoder", "", {}});
  writer.add_table({"model/decoder", "", {}});
  put_all(writer, bundle, options);
  copy_packed(writer, *source);
  writer.commit();
}

}  // namespace trigloop::bundle
