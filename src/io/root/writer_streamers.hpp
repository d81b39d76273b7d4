#pragma once
// The streamer info of a file: which members the classes in it have, so that any version of ROOT can read them.
#include "io/root/writer_buffer.hpp"

namespace trigloop::io::root {

/// Writes the TList of TStreamerInfo of all classes that a tree of numbers consists of.
void put_streamer_info(ObjectWriter& out);

}  // namespace trigloop::io::root
