#include "io/hdf5/objects.hpp"

#include <hdf5.h>

namespace trigloop::io::hdf5 {
namespace {

using core::Error;
using core::ErrorCode;

/// Strings of variable length lie in the global heap, so they may be longer than the 64 kB of an object header.
Handle text_type() {
  Handle type(::H5Tcopy(H5T_C_S1), ::H5Tclose, "make a type");
  checked(::H5Tset_size(type.get(), H5T_VARIABLE), "make a type");
  checked(::H5Tset_cset(type.get(), H5T_CSET_UTF8), "make a type");
  return type;
}

Handle space_of(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return {::H5Screate(H5S_SCALAR), ::H5Sclose, "make a shape"};
  return {::H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), ::H5Sclose, "make a shape"};
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> out;
  for (const std::string& text : texts) out.push_back(text.c_str());
  return out;
}

Handle make_set(Handle::Id file, const std::string& node, const Handle& type, const Handle& space) {
  const Handle list(::H5Pcreate(H5P_DATASET_CREATE), ::H5Pclose, "make a list");
  // Equal data give equal files: no time of day in them.
  checked(::H5Pset_obj_track_times(list.get(), false), "leave out times");
  return {::H5Dcreate2(file, node.c_str(), type.get(), space.get(), with_groups().get(), list.get(), H5P_DEFAULT),
          ::H5Dclose, "make a data set"};
}

}  // namespace

Handle file_type(event::Type type) {
  constexpr auto copy = [](hid_t id) { return Handle(::H5Tcopy(id), ::H5Tclose, "copy a type"); };
  switch (type) {
    case event::Type::boolean: {
      Handle boolean(::H5Tenum_create(H5T_STD_I8LE), ::H5Tclose, "make a type");
      for (const std::int8_t value : {std::int8_t{0}, std::int8_t{1}}) {
        checked(::H5Tenum_insert(boolean.get(), value == 0 ? "FALSE" : "TRUE", &value), "make a type");
      }
      return boolean;
    }
    case event::Type::int8:
      return copy(H5T_NATIVE_INT8);
    case event::Type::uint8:
      return copy(H5T_NATIVE_UINT8);
    case event::Type::int16:
      return copy(H5T_NATIVE_INT16);
    case event::Type::uint16:
      return copy(H5T_NATIVE_UINT16);
    case event::Type::int32:
      return copy(H5T_NATIVE_INT32);
    case event::Type::uint32:
      return copy(H5T_NATIVE_UINT32);
    case event::Type::int64:
      return copy(H5T_NATIVE_INT64);
    case event::Type::uint64:
      return copy(H5T_NATIVE_UINT64);
    case event::Type::float32:
      return copy(H5T_NATIVE_FLOAT);
    default:
      return copy(H5T_NATIVE_DOUBLE);
  }
}

Handle with_groups() {
  Handle list(::H5Pcreate(H5P_LINK_CREATE), ::H5Pclose, "make a list");
  checked(::H5Pset_create_intermediate_group(list.get(), 1), "make a list");
  return list;
}

void check_texts(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (text.find('\0') != std::string::npos) throw Error(ErrorCode::usage, "a text must hold no zero bytes");
  }
}

void check_fits(const FixedArray& array) {
  std::uint64_t bytes = event::size_of(array.type);
  for (const std::uint64_t extent : array.shape) bytes *= extent;
  if (bytes != array.bytes.size())
    throw Error(ErrorCode::usage, "the bytes of '" + array.node + "' do not fill its shape");
}

void write_array(Handle::Id file, const FixedArray& array) {
  const Handle type = file_type(array.type), space = space_of({array.shape.begin(), array.shape.end()});
  const Handle set = make_set(file, array.node, type, space);
  if (array.bytes.empty()) return;
  checked(::H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, array.bytes.data()), "write a data set");
}

void write_strings(Handle::Id file, const Strings& strings) {
  const Handle type = text_type(), space = space_of({strings.texts.size()});
  const Handle set = make_set(file, strings.node, type, space);
  if (strings.texts.empty()) return;
  checked(::H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers(strings.texts).data()),
          "write strings");
}

void write_attribute(Handle::Id file, const TextAttribute& attribute) {
  const bool none = !attribute.scalar && attribute.texts.empty();
  const Handle type = none ? file_type(event::Type::float64) : text_type();
  const Handle space = attribute.scalar ? space_of({}) : space_of({attribute.texts.size()});
  const std::string node = attribute.node.empty() ? "/" : attribute.node;
  const Handle object(::H5Oopen(file, node.c_str(), H5P_DEFAULT), ::H5Oclose, "find an attribute's object");
  const Handle made(
      ::H5Acreate2(object.get(), attribute.name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), ::H5Aclose,
      "make an attribute");
  if (none) return;
  checked(::H5Awrite(made.get(), type.get(), pointers(attribute.texts).data()), "write an attribute");
}

}  // namespace trigloop::io::hdf5
