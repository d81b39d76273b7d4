#pragma once
// One member's numbers inside objects that are stored whole: a branch that was not split.
//
// The streamer information says which members stand in which order. A path leads from the beginning of an entry to one
// member: what stands before it is stepped over by its size or its byte count, so a member costs what it holds, not
// what the object holds. A vector of a class is stored either by members (all values of the first member, then all of
// the second: ROOT's default) or by objects, each with its byte count; its header says which.
//
//     Wrapper { bool present; OrbitCollection obj { vector<unsigned> bxOffsets_; vector<Jet> data_ { hwEt_, ... } } }
//     data_.hwEta_:  over the base class | over 1 byte | into obj | over bxOffsets_ | in data_: behind 4 bytes of each
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/root/number.hpp"
#include "io/root/streamer_info.hpp"

namespace trigloop::io::root {

/// A version of a class in its bytes: a number, or for classes without one a 0 and the checksum.
struct ClassVersion {
  std::int32_t version = 0;
  std::uint32_t checksum = 0;
};

struct Step {
  enum Kind : std::uint8_t {
    bytes,    ///< over so many
    counted,  ///< over a block that says its size
    string,   ///< over a TString: a length of one byte, or 255 and one of four
    into      ///< over the header of an object: byte count and version, which must be this one
  };
  Kind kind = bytes;
  std::uint32_t size = 0;
  ClassVersion version = {};
};

struct ObjectPath {
  enum Ending : std::uint8_t {
    value,    ///< one item an entry
    vector,   ///< std::vector of numbers
    objects,  ///< a member of the objects in a std::vector
  };
  std::vector<Step> steps;
  Ending ending = value;
  // Objects:
  std::uint32_t before = 0;             ///< bytes of the members before it, of one object, stored by members
  std::uint32_t object_bytes = 0;       ///< of all members of one object
  ClassVersion object_version = {};     ///< of the class in the vector
  std::vector<Step> object_steps = {};  ///< from the beginning of an object to the member, stored by objects
};

/// What an object's members are, in the order in which they are stored.
struct ObjectMember {
  std::string name;  ///< "obj.data_.hwEt_"
  std::optional<Number> number;
  std::uint32_t length = 1;  ///< a fixed array's values
  ObjectPath path;
  std::string type_name, why_not;  ///< where it is not read
};

/// Members of an object of `class_name` whose bytes begin with its first member. What follows a member of unknown size
/// is not reachable, and is left out; that member says why.
std::vector<ObjectMember> members_of_class(const StreamerInfos& infos, const StreamerInfo& info);
/// The same for a single member that a branch holds, whose bytes begin with the member's own.
std::vector<ObjectMember> members_of_element(const StreamerInfos& infos, const Element& element);

}  // namespace trigloop::io::root
