#include "event/layout.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/yaml.hpp"

namespace trigloop::event {
namespace {

using core::Section;

constexpr double largest = 1e300;

ColumnUse parse_column(const Section& in, const std::string& key, bool hardware) {
  ColumnUse use;
  if (!in.is_map(key)) {
    use.column = in.text(key);
  } else {
    const Section map = in.section(key);
    use.column = map.text("column");
    use.scale = map.number("scale", -largest, largest, 1);
    use.offset = map.number("offset", -largest, largest, 0);
    use.optional = map.flag("optional", false);
    use.physical = map.text("physical", "");
    if (map.has("exceeds")) use.exceeds = map.number("exceeds", 0, 1e9);
    map.refuse_unknown();
    if (hardware && use.scaled()) {
      throw map.error(use.scale != 1 ? "scale" : "offset", "hardware values are taken as they are")
          .remedy("Use `values: physical` with `element: float32` for scaled inputs");
    }
  }
  if (use.column.empty()) throw in.error(key, "names no column");
  return use;
}

void parse_window(const Section& in, Key& key) {
  key.window = in.number("window", 1e-12, largest);
  key.start = in.number("start", -largest, largest, 0);
  if (in.has("period")) {
    key.kind = KeyKind::period;
    key.period = in.number("period", 1e-15, largest);
  } else {
    key.kind = KeyKind::time;
    key.time = parse_column(in, "time", false);
  }
}

Key parse_key(const Section& in) {
  Key key;
  if (in.has("window")) {
    parse_window(in, key);
  } else if (in.has("bcid") || in.has("block")) {
    key.kind = KeyKind::block;
    key.run = in.text("run");
    key.block = in.text("block");
    key.crossing = in.text("bcid");
  } else {
    key.run = in.text("run");
    key.block = in.text("lumisection");
    key.orbit = in.text("orbit");
    key.crossing = in.text("bunch_crossing");
  }
  in.refuse_unknown();
  return key;
}

OrbitsSeen parse_orbits_seen(const Section& in) {
  OrbitsSeen seen{in.text("table"), in.text("run"), in.text("lumisection"), in.text("orbits")};
  in.refuse_unknown();
  return seen;
}

Collection parse_collection(const Section& in, std::string name, bool hardware) {
  Collection collection{std::move(name), in.text("counter", ""), {}};
  const Section columns = in.section("columns");
  for (const std::string& field : columns.names()) {
    if (field == "0") throw columns.error(field, "is the name of the constant zero, not of a field");
    collection.fields.push_back({field, parse_column(columns, field, hardware)});
  }
  if (collection.fields.empty()) throw in.error("columns", "is empty");
  in.refuse_unknown();
  return collection;
}

/// Reads feature blocks against the collections known so far.
class BlockParser {
 public:
  explicit BlockParser(const Layout& layout) : layout_(layout) {}

  Block operator()(const Section& in) const {
    const Block block =
        in.has("objects_of") ? Block(objects(in))
        : in.has("item_of")  ? Block(item(in))
        : in.has("scalar")   ? Block(ValueBlock{value(in, "scalar"), 1})
        : in.has("array")
            ? Block(array(in))
            : throw in.error("", "is no feature block").remedy("Give objects_of, item_of, scalar or array");
    in.refuse_unknown();
    return block;
  }

 private:
  ObjectBlock objects(const Section& in) const {
    ObjectBlock block;
    block.collection = collection(in, "objects_of");
    block.count = static_cast<std::uint32_t>(in.integer("first", 1, max_features));
    block.fields = fields(in, block.collection);
    return block;
  }

  ItemBlock item(const Section& in) const {
    ItemBlock block;
    block.collection = collection(in, "item_of");
    if (in.has("where")) {
      const Section where = in.section("where");
      if (where.names().size() != 1) throw in.error("where", "must hold one field and its value");
      block.where = static_cast<std::size_t>(field(in, "where", block.collection, where.names()[0]));
      block.value = where.integer(where.names()[0], INT64_MIN, INT64_MAX);
    }
    const bool certain = block.where && !layout_.collections[block.collection].fields[*block.where].use.optional;
    const auto index =
        certain ? in.integer("else_index", 0, max_features, 0) : in.integer("else_index", 0, max_features);
    block.else_index = static_cast<std::uint32_t>(index);
    block.fields = fields(in, block.collection);
    return block;
  }

  ValueBlock array(const Section& in) const {
    const ColumnUse use = value(in, "array");
    return {use, static_cast<std::uint32_t>(in.integer("length", 1, max_features))};
  }

  ColumnUse value(const Section& in, const std::string& key) const {
    ColumnUse use = parse_column(in, key, layout_.hardware);
    if (use.optional) throw in.error(key, "a feature cannot be optional");
    return use;
  }

  std::size_t collection(const Section& in, const std::string& key) const {
    std::vector<std::string> names;
    for (const Collection& one : layout_.collections) names.push_back(one.name);
    const std::string name = in.choice(key, names);
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  }

  FieldIndex field(const Section& in, const std::string& key, std::size_t collection, const std::string& name) const {
    const Collection& owner = layout_.collections[collection];
    const auto found = std::ranges::find(owner.fields, name, &Field::name);
    if (found != owner.fields.end()) return static_cast<FieldIndex>(found - owner.fields.begin());
    std::vector<std::string> names;
    for (const Field& one : owner.fields) names.push_back(one.name);
    core::Error error = in.error(key, "'" + name + "' is no field of " + owner.name);
    if (const std::string near = core::nearest(name, names); !near.empty())
      error.remedy("Did you mean '" + near + "'?");
    throw error;
  }

  std::vector<FieldIndex> fields(const Section& in, std::size_t collection) const {
    std::vector<FieldIndex> all;
    for (const std::string& name : in.texts("fields")) {
      all.push_back(name == "0" ? zero_field : field(in, "fields", collection, name));
      if (all.back() != zero_field && layout_.collections[collection].fields[all.back()].use.optional) {
        throw in.error("fields", "'" + name + "' is optional; a feature cannot be");
      }
    }
    if (all.empty()) throw in.error("fields", "is empty");
    return all;
  }

  const Layout& layout_;
};

std::uint64_t width_of(const Block& block) {
  if (const auto* objects = std::get_if<ObjectBlock>(&block))
    return objects->count * std::uint64_t{objects->fields.size()};
  if (const auto* item = std::get_if<ItemBlock>(&block)) return item->fields.size();
  return std::get<ValueBlock>(block).length;
}

void parse_blocks(const Section& in, Layout& layout) {
  const BlockParser parse(layout);
  std::uint64_t features = 0;
  for (const Section& one : in.sections("features")) {
    layout.blocks.push_back(parse(one));
    features += width_of(layout.blocks.back());
    if (features > max_features) {
      throw one.error("", "there are more than " + std::to_string(max_features) + " features");
    }
  }
  if (layout.blocks.empty()) throw in.error("features", "is empty");
}

std::string field_name(const Collection& collection, FieldIndex field) {
  return field == zero_field ? "0" : collection.fields[static_cast<std::size_t>(field)].name;
}

}  // namespace

Layout parse_layout(std::string_view text, const std::string& name) {
  const core::YamlNode root = core::parse_yaml(text, name);
  const Section in(root, name);
  const auto version = in.integer("trigloop_layout", 1, INT64_MAX);
  if (version > 1) {
    throw in.error("trigloop_layout", "is " + std::to_string(version) + "; this trigloop knows version 1")
        .remedy("Use a newer trigloop");
  }
  Layout layout;
  layout.name = in.text("name");
  layout.about = in.text("about", "");
  layout.table = in.text("table");
  layout.hardware = in.choice("values", {"hardware", "physical"}) == "hardware";
  layout.element = in.choice("element", {"int16", "float32"}, layout.hardware ? "int16" : "float32") == "int16"
                       ? Type::int16
                       : Type::float32;
  layout.key = parse_key(in.section("key"));
  if (in.has("orbits_seen")) layout.orbits_seen = parse_orbits_seen(in.section("orbits_seen"));
  if (in.has("collections")) {
    const Section collections = in.section("collections");
    for (const std::string& one : collections.names()) {
      layout.collections.push_back(parse_collection(collections.section(one), one, layout.hardware));
    }
  }
  parse_blocks(in, layout);
  in.refuse_unknown();
  return layout;
}

Layout load_layout(const std::filesystem::path& path) {
  return parse_layout(core::read_text(path, core::YamlLimits{}.bytes), path.native());
}

std::uint32_t Layout::features() const noexcept {
  std::uint64_t sum = 0;
  for (const Block& block : blocks) sum += width_of(block);
  return static_cast<std::uint32_t>(sum);
}

std::vector<std::string> Layout::feature_names() const {
  std::vector<std::string> names;
  for (const Block& block : blocks) {
    if (const auto* objects = std::get_if<ObjectBlock>(&block)) {
      const Collection& owner = collections[objects->collection];
      for (std::uint32_t i = 0; i < objects->count; ++i) {
        for (const FieldIndex f : objects->fields)
          names.push_back(owner.name + std::to_string(i) + "." + field_name(owner, f));
      }
    } else if (const auto* item = std::get_if<ItemBlock>(&block)) {
      const Collection& owner = collections[item->collection];
      for (const FieldIndex f : item->fields) names.push_back(owner.name + "." + field_name(owner, f));
    } else {
      const auto& value = std::get<ValueBlock>(block);
      for (std::uint32_t i = 0; i < value.length; ++i) {
        names.push_back(value.length == 1 ? value.use.column : value.use.column + "[" + std::to_string(i) + "]");
      }
    }
  }
  return names;
}

}  // namespace trigloop::event
