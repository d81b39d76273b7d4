#include "io/root/object_path.hpp"

#include <algorithm>
#include <optional>

namespace trigloop::io::root {
namespace {

constexpr std::size_t most_members = 10'000;
constexpr int deepest = 16;
constexpr std::uint32_t most_object_bytes = 1u << 20;

/// What stands in "vector<T>"; empty, if it is something else.
std::string_view class_in_vector(std::string_view type_name) {
  if (type_name.starts_with("std::")) type_name.remove_prefix(5);
  if (!type_name.starts_with("vector<") || !type_name.ends_with(">")) return {};
  type_name.remove_prefix(7);
  type_name.remove_suffix(1);
  while (type_name.ends_with(' ')) type_name.remove_suffix(1);
  return type_name;
}

/// The size of a member of numbers, or of an array of them.
struct Plain {
  Number number;
  std::uint32_t length = 1;
  std::uint32_t bytes() const { return length * number.stored_bytes(); }
};

std::optional<Plain> plain_of(const Element& element) {
  const bool is_array = element.code > element::fixed_array && element.code < element::counted_array;
  const auto number = number_of_code(is_array ? element.code - element::fixed_array : element.code, element.title);
  if (!number || number->encoding == Encoding::object_bits) return std::nullopt;
  const std::uint32_t length = is_array ? std::max<std::uint32_t>(1, element.length) : 1;
  if (length > most_object_bytes) return std::nullopt;
  return Plain{*number, length};
}

bool is_vector(const Element& element) {
  return element.code == element::stl ||
         element.code == element::stl + 200;  // ROOT's kSTL and, from files, its pointer
}
bool is_block(const Element& element) {
  return element.code == element::object || element.code == element::any || element.code == element::base ||
         element.code == element::stl_string || is_vector(element);
}

/// Walks the members of a class in the order of their bytes.
class Walk {
 public:
  explicit Walk(const StreamerInfos& infos) : infos_(infos) {}

  std::vector<ObjectMember> members;

  /// False, once something of unknown size came.
  bool all(const StreamerInfo& info, const std::string& prefix, int depth) {
    return std::all_of(info.elements.begin(), info.elements.end(),
                       [&](const Element& element) { return one(element, prefix, depth); });
  }

  bool one(const Element& element, const std::string& prefix, int depth) {
    const std::string name = prefix + element.name;
    if (members.size() >= most_members || depth > deepest) return refuse(name, element, "its class is too deep");
    if (const auto plain = plain_of(element)) {
      add(name, *plain);
      step({Step::bytes, plain->bytes(), {}});
      return true;
    }
    if (element.code == element::string) {
      step({Step::string, 0, {}});
      return true;
    }
    if (!is_block(element)) return refuse(name, element, "members of this kind are not read");
    inside(element, name, prefix, depth);
    step({Step::counted, 0, {}});
    return true;
  }

 private:
  /// The members of a block; afterwards the steps are those to its beginning.
  void inside(const Element& element, const std::string& name, const std::string& prefix, int depth) {
    const std::vector<Step> before = steps_;
    if (is_vector(element)) {
      vector_of(element, name);
    } else if (element.code != element::stl_string) {
      const std::string& class_name = element.code == element::base ? element.name : element.type_name;
      if (const StreamerInfo* info = newest(class_name)) {
        steps_.push_back({Step::into, 0, {info->version, info->checksum}});
        all(*info, element.code == element::base ? prefix : name + ".", depth + 1);
      }
    }
    steps_ = before;
  }

  void vector_of(const Element& element, const std::string& name) {
    if (element.type_name == "string") return leave_out(name, element, "strings are not read");
    ObjectMember member{name, number_of_vector(element.type_name), 1, {steps_, ObjectPath::vector}, {}, {}};
    if (member.number) return members.push_back(std::move(member));
    const StreamerInfo* info = newest(class_in_vector(element.type_name));
    ObjectPath path{steps_, ObjectPath::objects};
    std::vector<ObjectMember> inner;
    if (info == nullptr || !flat(*info, path, inner, 0)) {
      return leave_out(name, element, "only vectors of numbers, and of classes of numbers, are read");
    }
    for (ObjectMember& one : inner) {
      one.name = name + "." + one.name;
      one.path.object_bytes = path.object_bytes;
      one.path.object_version = {info->version, info->checksum};
      members.push_back(std::move(one));
    }
  }

  /// A class of plain numbers, its bases included. By members they follow each other without headers; by objects each
  /// base is a block of its own.
  bool flat(const StreamerInfo& info, ObjectPath& path, std::vector<ObjectMember>& inner, int depth) {
    if (depth > deepest) return false;
    path.object_steps.push_back({Step::into, 0, {info.version, info.checksum}});
    for (const Element& element : info.elements) {
      if (element.code == element::base) {
        const StreamerInfo* base = newest(element.name);
        const std::vector<Step> before = path.object_steps;
        if (base == nullptr || !flat(*base, path, inner, depth + 1)) return false;
        path.object_steps = before;
        path.object_steps.push_back({Step::counted, 0, {}});
        continue;
      }
      const auto plain = plain_of(element);
      if (!plain || inner.size() >= most_members || plain->bytes() > most_object_bytes - path.object_bytes)
        return false;
      path.before = path.object_bytes;
      inner.push_back({element.name, plain->number, plain->length, path, {}, {}});
      path.object_bytes += plain->bytes();
      path.object_steps.push_back({Step::bytes, plain->bytes(), {}});
    }
    return true;
  }

  void add(const std::string& name, const Plain& plain) {
    members.push_back({name, plain.number, plain.length, {steps_, ObjectPath::value}, {}, {}});
  }

  void leave_out(const std::string& name, const Element& element, std::string why) {
    members.push_back({name, std::nullopt, 1, {}, element.type_name, std::move(why)});
  }
  /// Behind it nothing is found any more.
  bool refuse(const std::string& name, const Element& element, std::string why) {
    leave_out(name, element, std::move(why));
    return false;
  }

  void step(const Step& step) {
    if (step.kind == Step::bytes && !steps_.empty() && steps_.back().kind == Step::bytes &&
        steps_.back().size <= most_object_bytes) {
      steps_.back().size += step.size;
    } else {
      steps_.push_back(step);
    }
  }

  const StreamerInfo* newest(std::string_view class_name) const { return infos_.newest(class_name); }

  const StreamerInfos& infos_;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<ObjectMember> members_of_class(const StreamerInfos& infos, const StreamerInfo& info) {
  Walk walk(infos);
  walk.all(info, "", 0);
  return std::move(walk.members);
}

std::vector<ObjectMember> members_of_element(const StreamerInfos& infos, const Element& element) {
  Walk walk(infos);
  walk.one(element, "", 0);
  return std::move(walk.members);
}

}  // namespace trigloop::io::root
