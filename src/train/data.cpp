#include "train/data.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "io/hdf5/hdf5.hpp"
#include "model/normalisation.hpp"

namespace trigloop::train {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::uint64_t max_events = 100'000'000;  // 26 GB of rows
constexpr std::string_view signal_group = "Signal_data/";

/// Appends the values of a cluster to rows, which are padded.
void append(const event::ColumnView& column, std::size_t first, Table& out) {
  event::visit(column.type, [&](auto zero) {
    const auto values = column.as<decltype(zero)>();
    for (std::size_t e = 0; e < values.size() / out.features; ++e) {
      float* row = out.row(first + e);
      const auto* from = values.data() + e * out.features;
      for (std::size_t k = 0; k < out.features; ++k) row[k] = static_cast<float>(from[k]);
    }
  });
}

/// From one normalisation to another, by way of hardware units.
void rescale(const model::Normalisation& from, const model::Normalisation& to, Table& table) {
  if (from.scale == to.scale && from.bias == to.bias) return;
  for (std::size_t e = 0; e < table.events; ++e) {
    for (std::size_t k = 0; k < table.features; ++k) {
      const double hardware = static_cast<double>(table.row(e)[k]) * from.scale[k] + from.bias[k];
      table.row(e)[k] = static_cast<float>((hardware - to.bias[k]) / to.scale[k]);
    }
  }
}

void check_finite(const Table& table) {
  for (std::size_t e = 0; e < table.events; ++e) {
    for (std::size_t k = 0; k < table.features; ++k) {
      if (std::isfinite(table.row(e)[k])) continue;
      throw Error(ErrorCode::damaged,
                  "event " + std::to_string(e) + ", feature " + std::to_string(k) + " is not finite");
    }
  }
}

}  // namespace

PackedFile::PackedFile(std::filesystem::path path, std::optional<model::Normalisation> scaling)
    : path_(std::move(path)), source_(io::hdf5::open(path_)) {
  try {
    own_ = model::read_normalisation(path_);
    scaling_ = scaling ? std::move(*scaling) : own_;
    if (scaling_.scale.size() != own_.scale.size())
      throw Error(ErrorCode::mismatch, "its events have " + std::to_string(own_.scale.size()) +
                                           " features, the normalisation that is wanted " +
                                           std::to_string(scaling_.scale.size()));
    shape_.features = scaling_.scale.size();
    shape_.geometry = {scaling_.scale, scaling_.bias, axol1tl_phi_bins(), axol1tl_eta_units()};
    for (const io::TableInfo& table : source_->info().tables) {
      if (!table.name.starts_with(signal_group)) continue;
      const std::string name = table.name.substr(signal_group.size());
      if (name.find('/') == name.npos && !table.columns.empty()) signals_.push_back(name);
    }
    shape_.classes = signals_.size();
  } catch (Error& e) {
    e.file(path_.native());
    throw;
  }
}

std::string PackedFile::config() const { return io::hdf5::read_attribute(path_, "", "config").value_or(""); }

std::size_t PackedFile::events(const std::string& table) const {
  return io::find_column(source_->info(), io::find_table(source_->info(), table), "DATA").entries;
}

std::vector<float> PackedFile::read_column(const std::string& table, const std::string& column) const {
  try {
    const io::ColumnInfo& info = io::find_column(source_->info(), io::find_table(source_->info(), table), column);
    std::uint64_t width = 1;
    for (const std::uint64_t n : info.shape) width *= n;
    if (width != 1)
      throw Error(ErrorCode::mismatch, "has " + std::to_string(width) + " numbers an event, so it is no target");
    if (info.entries > max_events) throw Error(ErrorCode::limit, "has more than 100 million events");
    std::vector<float> out;
    const auto reader = source_->read({table, 0, {column}});
    for (event::Columns cluster; reader->next(cluster);) {
      event::visit(cluster.columns[0].type, [&](auto zero) {
        for (const auto v : cluster.columns[0].as<decltype(zero)>()) out.push_back(static_cast<float>(v));
      });
    }
    if (!std::ranges::all_of(out, [](float v) { return std::isfinite(v); }))
      throw Error(ErrorCode::damaged, "has a number that is not finite");
    return out;
  } catch (Error& e) {
    e.in("column '" + column + "' of '" + table + "'").file(path_.native());
    throw;
  }
}

Events PackedFile::read(const std::string& table, const Quantiser& quantiser) const {
  try {
    const io::TableInfo& info = io::find_table(source_->info(), table);
    const io::ColumnInfo& data = io::find_column(source_->info(), info, "DATA");
    std::uint64_t width = 1;
    for (const std::uint64_t n : data.shape) width *= n;
    if (width != shape_.features) {
      throw Error(ErrorCode::mismatch, "its events have " + std::to_string(width) + " features, the normalisation " +
                                           std::to_string(shape_.features));
    }
    if (data.entries > max_events)
      throw Error(ErrorCode::limit, "has " + std::to_string(data.entries) + " events, more than 100 million");
    Events out{table, Table(shape_.features, data.entries), {}};
    const auto reader = source_->read({table, 0, {"DATA"}});
    for (event::Columns cluster; reader->next(cluster);)
      append(cluster.columns[0], static_cast<std::size_t>(cluster.first_entry), out.rows);
    check_finite(out.rows);
    rescale(own_, scaling_, out.rows);
    kernel::quantise_flat(quantiser, out.rows.rows.data(), out.rows.rows.data(), out.rows.events * out.rows.stride());
    if (std::ranges::find(info.columns, "L1bits", &io::ColumnInfo::name) == info.columns.end()) return out;
    const auto bits = source_->read({table, 0, {"L1bits"}});
    for (event::Columns cluster; bits->next(cluster);) {
      event::visit(cluster.columns[0].type, [&](auto zero) {
        for (const auto bit : cluster.columns[0].as<decltype(zero)>()) out.fired.push_back(bit != 0);
      });
    }
    if (out.fired.size() != out.rows.events) throw Error(ErrorCode::damaged, "L1bits has another length than DATA");
    return out;
  } catch (Error& e) {
    e.in("group '" + table + "'").file(path_.native());
    throw;
  }
}

std::shared_ptr<const Codes> PackedFile::codes(const std::string& table, const Quantiser& quantiser) const {
  if (quantiser.kind != Quantiser::Kind::quantised_bits || quantiser.bits > 8) return nullptr;
  const std::lock_guard lock(codes_lock_);
  std::weak_ptr<const Codes>& place =
      codes_[table + "/" + std::to_string(quantiser.bits) + "." + std::to_string(quantiser.integer)];
  auto codes = place.lock();
  if (codes == nullptr) place = codes = codes_of(read(table, quantiser).rows, quantiser.step());
  return codes;
}

}  // namespace trigloop::train
