#include "train/arrays.hpp"

namespace trigloop::train {

void ArrayWriter::add(const std::string& group, const std::string& name, std::span<const float> values,
                      std::size_t columns) {
  io::ColumnSpec column{name, event::Type::float32, {}, ""};
  if (columns > 1) column.shape = {columns};
  arrays_.push_back({group, column, std::as_bytes(values).data(), values.size() / columns, values.size()});
}

void ArrayWriter::add(const std::string& group, const std::string& name, std::span<const double> values) {
  arrays_.push_back(
      {group, {name, event::Type::float64, {}, ""}, std::as_bytes(values).data(), values.size(), values.size()});
}

void ArrayWriter::write(const std::filesystem::path& path) const {
  io::hdf5::Writer writer(path, {.deflate = 0, .shuffle = false, .chunk_entries = 256});
  for (const Array& array : arrays_) writer.add_table({array.group, "", {array.column}});
  for (std::size_t k = 0; k < arrays_.size(); ++k) {
    const Array& array = arrays_[k];
    if (array.rows == 0) continue;
    event::ColumnView view{array.column.type, false,        static_cast<std::uint32_t>(array.values / array.rows),
                           array.data,        array.values, {}};
    writer.append(k, {0, array.rows, {view}});
  }
  for (const auto& [name, text] : attributes_) writer.set_attribute("", name, text);
  writer.commit();
}

}  // namespace trigloop::train
