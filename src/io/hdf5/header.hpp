#pragma once
// Object headers: the list of messages that make a group or data set. Versions 1 and 2, with continuations.
// Source: HDF5 File Format Specification, version 3.0, section IV.
#include <cstdint>
#include <vector>

#include "io/hdf5/image.hpp"

namespace trigloop::io::hdf5 {

enum class MessageKind : std::uint16_t {
  dataspace = 0x01,
  link_info = 0x02,
  datatype = 0x03,
  old_fill_value = 0x04,
  fill_value = 0x05,
  link = 0x06,
  external_files = 0x07,
  layout = 0x08,
  filters = 0x0B,
  attribute = 0x0C,
  continuation = 0x10,
  symbol_table = 0x11,
  attribute_info = 0x15
};

struct Message {
  MessageKind kind{};
  bool shared = false;  ///< the body only says where the message is
  Record body;
};

/// The messages of the object at `address`. Errors: damaged; limit, for headers of more than 2^16 messages.
std::vector<Message> read_header(const Image& image, std::uint64_t address);

/// The first message of a kind, or null.
const Message* find(const std::vector<Message>& messages, MessageKind kind);

/// The message itself if it is not shared, else the one of the same kind in the object that it points to (a named
/// datatype). Errors: damaged; unsupported, for messages in a shared heap.
Message resolve(const Image& image, const Message& message);

}  // namespace trigloop::io::hdf5
