#include "io/root/streamer_info.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/root/file.hpp"
#include "io/root/object_reader.hpp"

namespace trigloop::io::root {
namespace {

Element member(std::string name, int code, std::string type_name = "") {
  Element element;
  element.name = std::move(name);
  element.code = code;
  element.type_name = std::move(type_name);
  return element;
}

Element base(std::string name) { return member(std::move(name), element::base, "BASE"); }

Element five_integers(std::string name) {
  Element element = member(std::move(name), element::fixed_array + element::int32);
  element.length = 5;
  return element;
}

/// The classes that describe classes, and those of which old files have no description.
std::vector<StreamerInfo> builtin_infos() {
  const auto leaf_range = [](const char* name, int code) {
    return StreamerInfo{name, 1, 0, {base("TLeaf"), member("fMinimum", code), member("fMaximum", code)}};
  };
  std::vector<StreamerInfo> infos = {
      {"TNamed", 1, 0, {base("TObject"), member("fName", element::string), member("fTitle", element::string)}},
      {"TStreamerInfo",
       9,
       0,
       {base("TNamed"), member("fCheckSum", element::uint32), member("fClassVersion", element::int32),
        member("fElements", element::object_pointer, "TObjArray*")}},
      {"TStreamerElement",
       4,
       0,
       {base("TNamed"), member("fType", element::int32), member("fSize", element::int32),
        member("fArrayLength", element::int32), member("fArrayDim", element::int32), five_integers("fMaxIndex"),
        member("fTypeName", element::string)}},
      {"TStreamerBase", 3, 0, {base("TStreamerElement"), member("fBaseVersion", element::int32)}},
      {"TStreamerBasicPointer",
       2,
       0,
       {base("TStreamerElement"), member("fCountVersion", element::int32), member("fCountName", element::string),
        member("fCountClass", element::string)}},
      {"TLeaf",
       2,
       0,
       {base("TNamed"), member("fLen", element::int32), member("fLenType", element::int32),
        member("fOffset", element::int32), member("fIsRange", element::boolean),
        member("fIsUnsigned", element::boolean), member("fLeafCount", element::object_pointer, "TLeaf*")}},
      {"TLeafElement", 1, 0, {base("TLeaf"), member("fID", element::int32), member("fType", element::int32)}},
      leaf_range("TLeafO", element::boolean),
      leaf_range("TLeafB", element::character),
      leaf_range("TLeafS", element::int16),
      leaf_range("TLeafI", element::int32),
      leaf_range("TLeafL", element::int64),
      leaf_range("TLeafG", element::int64),
      leaf_range("TLeafC", element::int32),
      leaf_range("TLeafF", element::float32),
      leaf_range("TLeafD", element::float64),
  };
  for (const char* plain :
       {"TStreamerObject", "TStreamerObjectAny", "TStreamerObjectPointer", "TStreamerObjectAnyPointer",
        "TStreamerBasicType", "TStreamerString", "TStreamerSTL", "TStreamerArtificial"}) {
    infos.push_back({plain, 2, 0, {base("TStreamerElement")}});
  }
  infos.push_back({"TStreamerSTLstring", 2, 0, {base("TStreamerSTL")}});
  infos.push_back({"TStreamerLoop", 2, 0, infos[4].elements});
  return infos;
}

Element element_of(const Object& object) {
  Element element;
  element.name = object.text("fName");
  element.title = object.text("fTitle");
  element.type_name = object.text("fTypeName");
  element.code = static_cast<int>(object.integer("fType", -1));
  element.counter = object.text("fCountName");
  const auto length = object.integer("fArrayLength"), dimensions = object.integer("fArrayDim");
  if (length < 0 || length > INT32_MAX || dimensions < 0 || dimensions > 5) {
    throw core::Error(core::ErrorCode::damaged, "the member '" + core::escaped(element.name) + "' has " +
                                                    std::to_string(length) + " values in " +
                                                    std::to_string(dimensions) + " dimensions");
  }
  element.length = static_cast<std::uint32_t>(length);
  const auto extents = object.integers("fMaxIndex");
  for (std::size_t i = 0; i < static_cast<std::size_t>(dimensions) && i < extents.size(); ++i) {
    element.dimensions.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(0, extents[i])));
  }
  if (object.class_name == "TStreamerBase") element.type_name = "BASE";
  return element;
}

}  // namespace

StreamerInfos::StreamerInfos() {
  for (StreamerInfo& info : builtin_infos()) builtin_.emplace(info.class_name, info);
}

void StreamerInfos::add(StreamerInfo info) {
  auto key = std::pair(info.class_name, info.version);
  infos_.insert_or_assign(std::move(key), std::move(info));
}

const StreamerInfo* StreamerInfos::find(std::string_view class_name, std::int32_t version) const {
  if (const auto found = infos_.find(std::pair(std::string(class_name), version)); found != infos_.end()) {
    return &found->second;
  }
  const auto found = builtin_.find(class_name);
  return found != builtin_.end() ? &found->second : nullptr;
}

const StreamerInfo* StreamerInfos::newest(std::string_view class_name) const {
  auto after = infos_.upper_bound(std::pair(std::string(class_name), INT32_MAX));
  if (after == infos_.begin() || (--after)->first.first != class_name) return nullptr;
  return &after->second;
}

const StreamerInfo* StreamerInfos::find_checksum(std::string_view class_name, std::uint32_t checksum) const {
  for (auto at = infos_.lower_bound(std::pair(std::string(class_name), INT32_MIN));
       at != infos_.end() && at->first.first == class_name; ++at) {
    if (at->second.checksum == checksum) return &at->second;
  }
  return nullptr;
}

StreamerInfos read_streamer_infos(const RootFile& file) {
  StreamerInfos infos;
  if (file.header().seek_info == 0 || file.header().nbytes_info == 0) return infos;
  const ObjectBytes bytes = file.object(file.key_at(file.header().seek_info));
  const StreamerInfos bootstrap;
  try {
    ObjectReader reader(bootstrap, bytes);
    const Object* list = reader.read("TList");
    const auto* items = std::get_if<ObjectList>(list->find("items"));
    for (const Object* item : *items) {
      if (item == nullptr || item->class_name != "TStreamerInfo") continue;  // a list of schema evolution rules
      StreamerInfo info;
      info.class_name = item->text("fName");
      info.version = static_cast<std::int32_t>(item->integer("fClassVersion"));
      info.checksum = static_cast<std::uint32_t>(item->integer("fCheckSum"));
      for (const Object* part : item->list("fElements")) {
        if (part != nullptr) info.elements.push_back(element_of(*part));
      }
      infos.add(std::move(info));
    }
  } catch (core::Error& e) {
    e.in("the streamer information").offset(bytes.seek);
    throw;
  }
  return infos;
}

}  // namespace trigloop::io::root
