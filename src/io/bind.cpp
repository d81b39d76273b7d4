#include "io/bind.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"

namespace trigloop::io {
namespace {

using core::Error;
using core::ErrorCode;
using event::ColumnUse;
using event::FieldIndex;

bool has_column(const TableInfo& table, const std::string& name) {
  return std::ranges::find(table.columns, name, &ColumnInfo::name) != table.columns.end();
}

std::uint64_t values_per_item(const ColumnInfo& column) {
  std::uint64_t product = 1;
  for (const std::uint64_t n : column.shape) product = n != 0 && product > UINT32_MAX / n ? UINT32_MAX : product * n;
  return product;
}

/// Turns the names of a layout into numbers of columns, each asked for once.
class Binder {
 public:
  Binder(const event::Layout& layout, const SourceInfo& info, const TableInfo& table)
      : layout_(layout), info_(info), table_(table) {}

  event::TilePlan plan() {
    event::TilePlan plan;
    plan.element = layout_.element;
    plan.features = layout_.features();
    bind_key(plan);
    for (const event::Block& block : layout_.blocks) {
      std::visit([&](const auto& one) { plan.blocks.push_back(bind_block(one)); }, block);
    }
    plan.columns = std::move(columns_);
    for (auto& members : members_) {
      if (members.size() > 1) plan.collections.push_back(std::move(members));
    }
    return plan;
  }

  /// Everything that the layout names.
  std::vector<std::string> all_columns() {
    event::TilePlan plan;
    bind_key(plan);
    for (const event::Block& block : layout_.blocks) {
      std::visit([&](const auto& one) { bind_block(one); }, block);
    }
    for (std::size_t c = 0; c < layout_.collections.size(); ++c) {
      for (std::size_t f = 0; f < layout_.collections[c].fields.size(); ++f) field(c, static_cast<FieldIndex>(f));
    }
    return columns_;
  }

 private:
  Error mismatch(const std::string& column, std::string reason) const {
    Error error(ErrorCode::mismatch, std::move(reason));
    error.in("column '" + column + "'");
    if (!table_.name.empty()) error.in("table '" + table_.name + "'");
    return std::move(error.file(info_.path.native()));
  }

  std::int32_t number_of(const std::string& column) {
    const auto found = std::ranges::find(columns_, column);
    if (found != columns_.end()) return static_cast<std::int32_t>(found - columns_.begin());
    columns_.push_back(column);
    return static_cast<std::int32_t>(columns_.size() - 1);
  }

  const ColumnInfo& find(const ColumnUse& use) const {
    if (!has_column(table_, use.column) && layout_.hardware && has_column(table_, use.physical)) {
      throw mismatch(use.column, "is not there, only '" + use.physical + "' in physical units; layout '" +
                                     layout_.name + "' needs hardware values")
          .remedy(
              "Write the ntuple with hardware values (CMSSW: addHardwareValues), or use a layout with `values: "
              "physical`");
    }
    const ColumnInfo& column = find_column(info_, table_, use.column);
    if (!column.type) {
      throw Error(ErrorCode::unsupported,
                  column.why_not.empty() ? "is not numeric (" + column.type_name + ")" : column.why_not)
          .in("column '" + use.column + "'")
          .file(info_.path.native());
    }
    if (layout_.hardware && event::is_float(*column.type)) {
      throw mismatch(use.column, "is of type " + column.type_name + ": physical values, but layout '" + layout_.name +
                                     "' needs hardware integers")
          .remedy(
              "Write the ntuple with hardware values (CMSSW: addHardwareValues), or use a layout with `values: "
              "physical`");
    }
    return column;
  }

  /// A column with `length` values an entry.
  std::int32_t flat(const ColumnUse& use, std::uint32_t length) {
    const ColumnInfo& column = find(use);
    if (column.jagged || values_per_item(column) != length) {
      throw mismatch(use.column, "is of type " + column.type_name + "; layout '" + layout_.name + "' takes it as " +
                                     (length == 1 ? "one value" : std::to_string(length) + " values") + " an entry");
    }
    return number_of(use.column);
  }

  std::int32_t integer_key(const std::string& name) {
    ColumnUse use;
    use.column = name;
    const ColumnInfo& column = find(use);
    if (event::is_float(*column.type)) throw mismatch(name, "is of type " + column.type_name + "; a key is an integer");
    return flat(use, 1);
  }

  void bind_key(event::TilePlan& plan) {
    const event::Key& key = layout_.key;
    plan.key = key.kind;
    plan.window = key.window;
    plan.start = key.start;
    plan.period = key.period;
    const std::string* names[] = {&key.run, &key.block, &key.orbit, &key.crossing};
    for (std::size_t i = 0; i < 4; ++i) {
      if (!names[i]->empty()) plan.key_columns[i] = integer_key(*names[i]);
    }
    if (key.kind == event::KeyKind::time) plan.time = {flat(key.time, 1), key.time.scale, key.time.offset};
  }

  /// A field of a collection: jagged, or a fixed number of items an entry.
  event::PlanField field(std::size_t collection, FieldIndex index) {
    if (index == event::zero_field) return {};
    const event::Collection& owner = layout_.collections[collection];
    const ColumnUse& use = owner.fields[static_cast<std::size_t>(index)].use;
    if (use.optional && !has_column(table_, use.column)) return {};
    const ColumnInfo& column = find(use);
    if (column.jagged ? values_per_item(column) != 1 : !owner.counter.empty()) {
      throw mismatch(use.column, "is of type " + column.type_name + "; layout '" + layout_.name +
                                     "' takes it as a jagged column of " + owner.name);
    }
    if (column.jagged && !owner.counter.empty() && !column.counter.empty() && column.counter != owner.counter) {
      throw mismatch(use.column, "is counted by '" + column.counter + "'; layout '" + layout_.name + "' says '" +
                                     owner.counter + "'");
    }
    const std::int32_t number = number_of(use.column);
    members_.resize(layout_.collections.size());
    auto& members = members_[collection];
    if (std::ranges::find(members, number) == members.end()) members.push_back(number);
    return {number, use.scale, use.offset};
  }

  std::vector<event::PlanField> fields(std::size_t collection, const std::vector<FieldIndex>& indices) {
    std::vector<event::PlanField> all;
    for (const FieldIndex index : indices) all.push_back(field(collection, index));
    return all;
  }

  event::PlanObjects bind_block(const event::ObjectBlock& block) {
    return {block.count, fields(block.collection, block.fields)};
  }

  event::PlanItem bind_block(const event::ItemBlock& block) {
    event::PlanItem item;
    if (block.where) item.where = field(block.collection, static_cast<FieldIndex>(*block.where)).column;
    item.value = block.value;
    item.else_index = block.else_index;
    item.fields = fields(block.collection, block.fields);
    return item;
  }

  event::PlanValues bind_block(const event::ValueBlock& block) {
    return {{flat(block.use, block.length), block.use.scale, block.use.offset}, block.length};
  }

  const event::Layout& layout_;
  const SourceInfo& info_;
  const TableInfo& table_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::int32_t>> members_;  ///< columns of each collection
};

}  // namespace

Binding bind(const event::Layout& layout, const Source& source, std::uint32_t cycle) {
  const TableInfo& table = find_table(source.info(), layout.table, cycle);
  Binding binding;
  binding.plan = Binder(layout, source.info(), table).plan();
  binding.selection = {table.name, table.cycle, binding.plan.columns};
  if (layout.hardware) refuse_physical_values(layout, source, table);
  return binding;
}

Selection select_all(const event::Layout& layout, const Source& source, std::uint32_t cycle) {
  const TableInfo& table = find_table(source.info(), layout.table, cycle);
  Selection selection{table.name, table.cycle, Binder(layout, source.info(), table).all_columns()};
  if (layout.hardware) refuse_physical_values(layout, source, table);
  return selection;
}

}  // namespace trigloop::io
