#include "scout/pass/bind.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/bind.hpp"

namespace trigloop::scout {
namespace {

/// Collects columns, each once.
class Columns {
 public:
  explicit Columns(std::vector<std::string>& names) : names_(names) {}

  std::int32_t add(const std::string& name) {
    const auto found = std::ranges::find(names_, name);
    if (found != names_.end()) return static_cast<std::int32_t>(found - names_.begin());
    names_.push_back(name);
    return static_cast<std::int32_t>(names_.size() - 1);
  }

 private:
  std::vector<std::string>& names_;
};

bool readable(const io::TableInfo& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &io::ColumnInfo::name);
  return found != table.columns.end() && found->type.has_value();
}

void bind_menu(const Examiner& examiner, const io::Source& source, Columns& columns, Binding& binding) {
  binding.menu = menu::bind(*examiner.menu, examiner.layout, source);
  std::vector<std::string> seeds;
  for (const menu::Seed& seed : binding.menu->menu.seeds) seeds.push_back(seed.name);
  if (seeds != examiner.identity.seeds) {
    throw core::Error(core::ErrorCode::mismatch, "its stored menu bits are others than those of the first input")
        .file(source.info().path.native())
        .remedy("Scout it into another folder, or with a menu of seeds");
  }
  for (const std::string& name : binding.menu->columns) binding.menu_positions.push_back(columns.add(name));
}

void bind_tail(const event::Layout& layout, const io::TableInfo& table, Columns& columns, Binding& binding) {
  for (const event::Collection& collection : layout.collections) {
    auto& fields = binding.tail.emplace_back();
    for (const event::Field& field : collection.fields) {
      const bool there = readable(table, field.use.column);
      fields.push_back(there ? columns.add(field.use.column) : event::no_column);
    }
  }
}

/// A column that the selection holds of the collection, by which its items are counted.
std::int32_t counted_by(const event::Collection& collection, const std::vector<std::string>& columns) {
  for (const event::Field& field : collection.fields) {
    const auto found = std::ranges::find(columns, field.use.column);
    if (found != columns.end()) return static_cast<std::int32_t>(found - columns.begin());
  }
  return event::no_column;
}

void bind_inputs(const event::Layout& layout, Binding& binding) {
  binding.input_names = layout.feature_names();
  for (std::size_t c = 0; c < layout.collections.size(); ++c) {
    const bool used = std::ranges::any_of(layout.blocks, [&](const event::Block& block) {
      const auto* objects = std::get_if<event::ObjectBlock>(&block);
      return objects != nullptr && objects->collection == c;
    });
    if (!used) continue;
    binding.input_names.push_back(layout.collections[c].name + ".count");
    binding.multiplicities.push_back(counted_by(layout.collections[c], binding.selection.columns));
  }
}

/// Barrel, endcap and what is beyond, as |eta| of the trigger's units: calorimeter objects at 1.5 and 2.5, jets also
/// at 3 (the forward calorimeter); muons where their track finders meet, at 0.83 and 1.24.
std::vector<std::int32_t> eta_edges(const std::string& collection) {
  if (collection == "EG") return {35, 58};
  if (collection == "Jet") return {35, 58, 69};
  if (collection == "Mu") return {77, 115};
  return {};
}

void add_region_names(const std::string& collection, const std::vector<std::int32_t>& edges, Binding& binding) {
  for (std::size_t r = 0; r <= edges.size(); ++r) {
    const std::string low = std::to_string(r == 0 ? 0 : edges[r - 1]);
    const std::string high = r == edges.size() ? "" : std::to_string(edges[r] - 1);
    binding.input_names.push_back(collection + ".pt@" + low + "-" + high);
  }
}

/// The number of a field in a block's items; none: -1.
int place_of(const event::ObjectBlock& block, const event::Collection& collection, const char* name) {
  for (std::size_t k = 0; k < block.fields.size(); ++k) {
    const event::FieldIndex field = block.fields[k];
    if (field != event::zero_field && collection.fields[static_cast<std::size_t>(field)].name == name)
      return static_cast<int>(k);
  }
  return -1;
}

void bind_regions(const event::Layout& layout, Binding& binding) {
  std::uint32_t feature = 0;
  for (std::size_t b = 0; b < layout.blocks.size(); ++b) {
    const auto* objects = std::get_if<event::ObjectBlock>(&layout.blocks[b]);
    const std::uint32_t begin = feature;
    feature += std::visit([](const auto& plan) { return event::width_of(plan); }, binding.plan.blocks[b]);
    if (objects == nullptr) continue;
    const event::Collection& collection = layout.collections[objects->collection];
    const std::vector<std::int32_t> edges = eta_edges(collection.name);
    const int pt = place_of(*objects, collection, "pt"), eta = place_of(*objects, collection, "eta");
    if (edges.empty() || pt < 0 || eta < 0) continue;
    EtaRegions regions;
    regions.edges.fill(INT32_MAX);
    std::ranges::copy(edges, regions.edges.begin());
    regions.first = binding.input_names.size();
    add_region_names(collection.name, edges, binding);
    const auto width = static_cast<std::uint32_t>(objects->fields.size());
    for (std::uint32_t k = 0; k < objects->count; ++k) {
      regions.pt = begin + k * width + static_cast<std::uint32_t>(pt);
      regions.eta = begin + k * width + static_cast<std::uint32_t>(eta);
      binding.eta_regions.push_back(regions);
    }
  }
}

}  // namespace

Binding bind(const Examiner& examiner, const io::Source& source) {
  io::Binding tiles = io::bind(examiner.layout, source);
  Binding binding;
  binding.selection = std::move(tiles.selection);
  binding.plan = std::move(tiles.plan);
  const io::TableInfo& table = io::find_table(source.info(), binding.selection.table, binding.selection.cycle);
  Columns columns(binding.selection.columns);
  if (examiner.menu) bind_menu(examiner, source, columns, binding);
  if (examiner.keeps_events()) bind_tail(examiner.layout, table, columns, binding);
  bind_inputs(examiner.layout, binding);
  bind_regions(examiner.layout, binding);
  return binding;
}

}  // namespace trigloop::scout
