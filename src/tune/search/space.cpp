#include "tune/search/space.hpp"

#include <algorithm>
#include <limits>

#include "config/merge.hpp"

namespace trigloop::tune {
namespace {

using core::Error;
using core::ErrorCode;
using core::Section;
using core::YamlNode;

constexpr double huge = std::numeric_limits<double>::max();
constexpr std::int64_t whole = std::int64_t{1} << 53;

const YamlNode& child(const YamlNode& map, std::string_view key) {
  const auto at = std::ranges::find(map.keys, key);
  return map.children[static_cast<std::size_t>(at - map.keys.begin())];
}

Distribution read_distribution(const Section& section, const YamlNode& node) {
  if (section.has("choices")) {
    CategoricalDistribution d;
    const YamlNode& list = child(node, "choices");
    if (list.kind != YamlNode::Kind::list) throw section.error("choices", "must be a list");
    for (const YamlNode& choice : list.children) d.choices.push_back(config::convert(choice));
    return d;
  }
  const bool log = section.flag("log", false);
  if (section.choice("type", {"float", "int"}, "float") == "int")
    return IntDistribution{section.integer("low", -whole, whole), section.integer("high", -whole, whole),
                           section.integer("step", 1, whole, 1), log};
  FloatDistribution d{section.number("low", -huge, huge), section.number("high", -huge, huge), {}, log};
  if (section.has("step")) d.step = section.number("step", 0, huge);
  return d;
}

/// The values of `parent` for which a parameter exists: one, or a list.
Condition read_condition(const Space& space, const std::string& parent, const YamlNode& node) {
  const Dimension* dimension = space.find(parent);
  if (dimension == nullptr)
    throw Error(ErrorCode::usage, "depends on '" + core::escaped(parent) + "', which no parameter above it is called");
  Condition condition{parent, {}};
  const auto add = [&](const YamlNode& one) {
    condition.values.push_back(internal_value(*dimension->distribution, config::convert(one)));
  };
  if (node.kind == YamlNode::Kind::list) {
    std::ranges::for_each(node.children, add);
  } else {
    add(node);
  }
  return condition;
}

}  // namespace

const Dimension* Space::find(std::string_view name) const noexcept {
  const auto at = std::ranges::find(dimensions_, name, &Dimension::name);
  return at == dimensions_.end() ? nullptr : &*at;
}

void Space::add(std::string name, Distribution distribution, std::vector<Condition> when) {
  if (find(name) != nullptr) throw Error(ErrorCode::usage, "is the second parameter of the name");
  for (const Condition& c : when) {
    const Dimension* parent = find(c.parent);
    if (parent == nullptr) throw Error(ErrorCode::usage, "depends on '" + c.parent + "', which is not known before it");
    if (c.values.empty()) throw Error(ErrorCode::usage, "depends on '" + c.parent + "' with no value of it");
    for (const double value : c.values) {
      if (!contains(*parent->distribution, value))
        throw Error(ErrorCode::usage, "depends on '" + c.parent + "' with a value that it never has");
    }
  }
  auto shared = std::make_shared<const Distribution>(checked(std::move(distribution)));
  dimensions_.push_back({std::move(name), std::move(shared), std::move(when)});
}

bool Space::is_active(const Dimension& dimension, const std::vector<Parameter>& parameters) {
  return std::ranges::all_of(dimension.when, [&](const Condition& c) {
    const auto parent = std::ranges::find(parameters, c.parent, &Parameter::name);
    return parent != parameters.end() && std::ranges::find(c.values, parent->value) != c.values.end();
  });
}

Space read_space(const YamlNode& node, const std::string& file) {
  Space space;
  const Section root(node, file);
  for (const std::string& name : root.names()) {
    const Section section = root.section(name);
    const YamlNode& map = child(node, name);
    try {
      std::vector<Condition> when;
      if (section.has("when")) {
        const YamlNode& parents = child(map, "when");
        for (const std::string& parent : section.section("when").names())
          when.push_back(read_condition(space, parent, child(parents, parent)));
      }
      space.add(name, read_distribution(section, map), std::move(when));
    } catch (const Error& e) {
      if (!e.file_name().empty()) throw;
      throw root.error(name, e.reason());
    }
    section.refuse_unknown();
  }
  if (space.dimensions().empty()) throw root.error("", "holds no parameter");
  return space;
}

}  // namespace trigloop::tune
