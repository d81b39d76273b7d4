#include "curate/array_input.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.hpp"

namespace trigloop::curate {
namespace {

using core::Error;
using core::ErrorCode;
using event::ColumnView;
using event::Type;

/// Rows that stand together in the input and in a batch.
struct Run {
  std::uint32_t from = 0, rows = 0;
};

std::vector<Run> runs_of(const std::vector<std::uint32_t>& rows) {
  std::vector<Run> runs;
  for (const std::uint32_t row : rows) {
    if (!runs.empty() && runs.back().from + runs.back().rows == row) {
      ++runs.back().rows;
    } else {
      runs.push_back({row, 1});
    }
  }
  return runs;
}

[[noreturn]] void refuse_value(double value, std::uint64_t entry, const std::string& column) {
  throw Error(ErrorCode::mismatch, "entry " + std::to_string(entry) + " holds " + std::to_string(value) +
                                       ", which is no hardware integer of 16 bits")
      .in("'" + column + "'")
      .remedy("Objects are needed as the trigger's integers, not in physical units");
}

template <class T>
void to_int16(std::span<const T> in, std::int16_t* out, std::uint64_t first, std::size_t width,
              const std::string& column) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto value = static_cast<double>(in[i]);
    // Written so that NaN fails.
    if (!(value >= -32768 && value <= 32767) || value != std::nearbyint(value))
      refuse_value(value, first + i / width, column);
    out[i] = static_cast<std::int16_t>(in[i]);
  }
}

/// Undoes a scaling. What was an integer comes back within the rounding of a double; anything else never was one.
template <class T>
void unscale(std::span<const T> in, std::int16_t* out, std::uint64_t first, const Scaling& scaling,
             const std::string& column) {
  constexpr double tolerance = 1e-3;
  const std::size_t width = scaling.scale.size();
  for (std::size_t i = 0; i < in.size(); ++i) {
    const double value = static_cast<double>(in[i]) * scaling.scale[i % width] + scaling.bias[i % width];
    const double whole = std::nearbyint(value);
    if (!(whole >= -32768 && whole <= 32767) || std::abs(value - whole) > tolerance)
      refuse_value(value, first + i / width, column);
    out[i] = static_cast<std::int16_t>(whole);
  }
}

struct Shape {
  io::Selection selection;
  std::string objects;
  std::vector<Run> runs;
  std::uint32_t width = 0;  ///< values of an event in the input
  std::size_t objects_kept = 0;
  std::array<int, side_count> side_columns{};  ///< number among the columns read; -1: none
  SideTypes sides;
  bool hashed = false;
  std::optional<Scaling> scaling;
};

class ArrayReader final : public EventReader {
 public:
  ArrayReader(const io::Source& source, const Shape& shape) : shape_(shape), reader_(source.read(shape.selection)) {}

  void rewind(io::EntryRange range) override { reader_->rewind(range); }

  bool next(Batch& batch) override {
    if (!reader_->next(columns_)) return false;
    batch.first_entry = columns_.first_entry;
    batch.events = columns_.entries;
    const std::int16_t* all = integers(columns_.columns[0]);
    keep(all, batch);
    for (std::size_t side = 0; side < side_count; ++side) take_side(side, batch);
    batch.content = shape_.hashed ? content(all) : 0;
    return true;
  }

 private:
  const std::int16_t* integers(const ColumnView& column) {
    if (column.type == Type::int16 && !shape_.scaling) return column.as<std::int16_t>().data();
    scratch_.resize_discard(column.values);
    event::visit(column.type, [&](auto zero) {
      const auto values = column.as<decltype(zero)>();
      if (shape_.scaling)
        return unscale(values, scratch_.data(), columns_.first_entry, *shape_.scaling, shape_.objects);
      to_int16(values, scratch_.data(), columns_.first_entry, shape_.width, shape_.objects);
    });
    return scratch_.data();
  }

  void keep(const std::int16_t* all, Batch& batch) const {
    batch.values.resize_discard(batch.events * 3 * shape_.objects_kept);
    std::int16_t* out = batch.values.data();
    for (std::size_t i = 0; i < batch.events; ++i, all += shape_.width) {
      for (const Run& run : shape_.runs) {
        std::memcpy(out, all + 3 * run.from, run.rows * 3 * sizeof(std::int16_t));
        out += 3 * run.rows;
      }
    }
  }

  void take_side(std::size_t side, Batch& batch) const {
    const int number = shape_.side_columns[side];
    if (number < 0) return;
    const ColumnView& column = columns_.columns[static_cast<std::size_t>(number)];
    const std::size_t bytes = column.values * event::size_of(column.type);
    batch.sides[side].resize_discard(bytes);
    if (bytes > 0) std::memcpy(batch.sides[side].data(), column.data, bytes);
  }

  /// Objects as int16 and the rest as double, whatever they are stored as; the entry number is the seed, so that the
  /// same events in another order are other content.
  std::uint64_t content(const std::int16_t* all) {
    const std::size_t objects = shape_.width * sizeof(std::int16_t);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < columns_.entries; ++i) {
      row_.resize_discard(objects);
      std::memcpy(row_.data(), all + i * shape_.width, objects);
      for (const int number : shape_.side_columns) {
        if (number >= 0) append_doubles(columns_.columns[static_cast<std::size_t>(number)], i);
      }
      sum += XXH3_64bits_withSeed(row_.data(), row_.size(), columns_.first_entry + i);
    }
    return sum;
  }

  void append_doubles(const ColumnView& column, std::size_t event) {
    event::visit(column.type, [&](auto zero) {
      using T = decltype(zero);
      const std::span<const T> values = column.as<T>().subspan(event * column.inner, column.inner);
      const std::size_t at = row_.size();
      row_.resize(at + values.size() * sizeof(double));
      for (std::size_t k = 0; k < values.size(); ++k) {
        const auto value = static_cast<double>(values[k]);
        std::memcpy(row_.data() + at + k * sizeof(double), &value, sizeof(value));
      }
    });
  }

  const Shape& shape_;
  std::unique_ptr<io::ColumnReader> reader_;
  event::Columns columns_;
  core::AlignedBuffer<std::int16_t> scratch_;
  core::ByteBuffer row_;
};

class ArrayInput final : public EventInput {
 public:
  ArrayInput(std::shared_ptr<const io::Source> source, Shape shape, std::uint64_t entries)
      : source_(std::move(source)), shape_(std::move(shape)) {
    entries_ = entries;
    sides_ = shape_.sides;
    path_ = source_->info().path.native();
  }
  std::unique_ptr<EventReader> open() const override { return std::make_unique<ArrayReader>(*source_, shape_); }
  std::vector<io::EntryRange> split(std::uint64_t target) const override {
    return source_->split(shape_.selection, target);
  }

 private:
  std::shared_ptr<const io::Source> source_;
  Shape shape_;
};

/// Of a packed file: all objects that it has, which must be those of the configuration.
std::vector<std::uint32_t> all_rows(const io::ColumnInfo& column, const Scaling& scaling, const Settings& settings) {
  const std::vector<std::uint64_t> wanted{settings.objects.size(), 3};
  if (column.shape != wanted || scaling.scale.size() != 3 * wanted[0] || scaling.bias.size() != 3 * wanted[0]) {
    throw Error(ErrorCode::mismatch, "has other objects than the configuration's " + std::to_string(wanted[0]))
        .in("'" + column.name + "'")
        .remedy("Give the configuration that the file was made with");
  }
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < wanted[0]; ++row) rows.push_back(row);
  return rows;
}

/// The input's rows of the wanted objects.
std::vector<std::uint32_t> rows_in(const io::ColumnInfo& column, const Settings& settings) {
  const bool packed = column.shape.size() == 1 && column.shape[0] == 57;
  if (!packed && (column.shape.size() != 2 || column.shape[1] != 3)) {
    throw Error(ErrorCode::mismatch, "is " + column.type_name + " where (events, objects, 3) or (events, 57) is needed")
        .in("'" + column.name + "'");
  }
  std::vector<std::uint32_t> rows;
  for (const Object& object : settings.objects) rows.push_back(packed ? packed_row(object) : object.row);
  if (!packed && column.shape[0] < settings.rows) {
    throw Error(ErrorCode::mismatch, "has " + std::to_string(column.shape[0]) +
                                         " objects an event; object_ranges reach to " + std::to_string(settings.rows))
        .in("'" + column.name + "'");
  }
  return rows;
}

}  // namespace

std::uint32_t packed_row(const Object& object) {
  const auto kind = static_cast<std::size_t>(object.kind);
  if (object.rank < packed_count[kind]) return packed_first[kind] + object.rank;
  throw Error(ErrorCode::mismatch, "constituents." + std::string(name_of(object.kind)) + " asks for object number " +
                                       std::to_string(object.rank + 1) + "; the input holds " +
                                       std::to_string(packed_count[kind]));
}

std::unique_ptr<EventInput> open_arrays(std::shared_ptr<const io::Source> source, const ArrayColumns& columns,
                                        const Settings& settings, bool hashed) {
  const io::SourceInfo& info = source->info();
  const io::TableInfo& table = io::find_table(info, columns.table);
  const io::ColumnInfo& objects = io::find_column(info, table, columns.objects);
  try {
    Shape shape;
    shape.selection = {columns.table, 0, {columns.objects}};
    shape.objects = columns.objects;
    shape.scaling = columns.scaling;
    shape.runs = runs_of(shape.scaling ? all_rows(objects, *shape.scaling, settings) : rows_in(objects, settings));
    shape.width = 1;
    for (const std::uint64_t extent : objects.shape) shape.width *= static_cast<std::uint32_t>(extent);
    shape.objects_kept = settings.objects.size();
    shape.hashed = hashed;
    for (std::size_t side = 0; side < side_count; ++side) {
      shape.side_columns[side] = -1;
      if (columns.sides[side].empty()) continue;
      const io::ColumnInfo& column = io::find_column(info, table, columns.sides[side]);
      if (!column.type) throw Error(ErrorCode::unsupported, column.why_not).in("'" + column.name + "'");
      shape.side_columns[side] = static_cast<int>(shape.selection.columns.size());
      shape.selection.columns.push_back(columns.sides[side]);
      shape.sides[side] = SideType{*column.type, column.shape};
    }
    return std::make_unique<ArrayInput>(std::move(source), std::move(shape), objects.entries);
  } catch (Error& e) {
    e.file(info.path.native());
    throw;
  }
}

}  // namespace trigloop::curate
