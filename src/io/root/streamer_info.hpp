#pragma once
// TStreamerInfo: a file's own description of the classes in it.
//
// Each class version is a list of elements: base classes and members with their types. Reading objects by it makes
// every version of TTree, TBranch and TLeaf the same to us, from ROOT 5 on to those that do not exist yet.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trigloop::io::root {

/// The type codes of elements (ROOT's TVirtualStreamerInfo::EReadWrite).
namespace element {
enum Code : int {
  base = 0,
  character = 1,
  int16 = 2,
  int32 = 3,
  long_integer = 4,  ///< Long_t: 8 bytes in the file
  float32 = 5,
  counter = 6,
  c_string = 7,
  float64 = 8,
  double32 = 9,
  legacy_char = 10,
  uint8 = 11,
  uint16 = 12,
  uint32 = 13,
  ulong_integer = 14,
  bits = 15,
  int64 = 16,
  uint64 = 17,
  boolean = 18,
  float16 = 19,
  fixed_array = 20,    ///< added to a basic code: T member[n]
  counted_array = 40,  ///< added to a basic code: T* member; //[counter]
  object = 61,
  any = 62,
  object_pointer_inline = 63,  ///< never null, stored in place
  object_pointer = 64,
  string = 65,
  tobject = 66,
  tnamed = 67,
  any_pointer_inline = 68,
  any_pointer = 69,
  stl = 300,
  stl_string = 365
};
}

struct Element {
  std::string name, title, type_name;
  int code = 0;
  std::uint32_t length = 0;  ///< fixed array: number of values
  std::vector<std::uint64_t> dimensions;
  std::string counter;  ///< counted array: the member that counts it
};

struct StreamerInfo {
  std::string class_name;
  std::int32_t version = 0;
  std::uint32_t checksum = 0;
  std::vector<Element> elements;
};

/// All class versions of a file, with built-in layouts for what is needed to read the first of them.
class StreamerInfos {
 public:
  StreamerInfos();

  void add(StreamerInfo info);
  /// The layout of `class_name` in `version`; null if it is not known. A built-in one is the last resort.
  const StreamerInfo* find(std::string_view class_name, std::int32_t version) const;
  /// The highest version of a class that the file itself describes; null if there is none.
  const StreamerInfo* newest(std::string_view class_name) const;
  /// By checksum: for classes without a version number.
  const StreamerInfo* find_checksum(std::string_view class_name, std::uint32_t checksum) const;

 private:
  std::map<std::pair<std::string, std::int32_t>, StreamerInfo, std::less<>> infos_;
  std::map<std::string, StreamerInfo, std::less<>> builtin_;
};

class RootFile;

/// Reads the streamer information of a file. A file may have none.
StreamerInfos read_streamer_infos(const RootFile& file);

}  // namespace trigloop::io::root
