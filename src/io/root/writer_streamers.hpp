#pragma once
// The streamer info of a file: which members the classes in it have, so that any version of ROOT can read them.
#include "io/root/writer_buffer.hpp"

namespace trigloop::io::root {

/// What the objects of a file are.
enum class Content { trees, histograms };

/// Writes the TList of TStreamerInfo of all classes that trees of numbers, or histograms, consist of.
void put_streamer_info(ObjectWriter& out, Content content);

}  // namespace trigloop::io::root
