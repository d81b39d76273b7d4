#pragma once
// How outputs are compressed, as users say it.
#include <string>

#include "io/root/writer.hpp"

namespace trigloop::app {

/// "zstd:5", "lz4:4", "zlib:9", "none"; without a level the usual one. Error: usage.
void read_codec(const std::string& text, io::root::WriterOptions& options);

inline constexpr const char* codec_help = "zstd, lz4, zlib (with a level, as zstd:5) or none";

}  // namespace trigloop::app
