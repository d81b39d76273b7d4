#include "app/events/codec_option.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::app {

void read_codec(const std::string& text, io::root::WriterOptions& options) {
  static const std::vector<std::string> names = {"zstd", "lz4", "zlib", "none"};
  static constexpr io::root::Codec codecs[] = {io::root::Codec::zstd, io::root::Codec::lz4, io::root::Codec::zlib,
                                               io::root::Codec::none};
  static constexpr int usual_levels[] = {5, 4, 9, 1};
  const auto colon = text.find(':');
  const auto found = std::ranges::find(names, text.substr(0, colon));
  const bool level_fits =
      colon == text.npos || (text.size() == colon + 2 && text[colon + 1] >= '1' && text[colon + 1] <= '9');
  if (found == names.end() || !level_fits) {
    const std::string near = core::nearest(text.substr(0, colon), names);
    throw core::Error(core::ErrorCode::usage, "there is no codec '" + text + "'")
        .remedy(near.empty() || near == text.substr(0, colon) ? "Give zstd:5, lz4:4, zlib:9 (levels 1 to 9) or none"
                                                              : "Did you mean '" + near + "'?");
  }
  const auto which = static_cast<std::size_t>(found - names.begin());
  options.codec = codecs[which];
  options.level = colon == text.npos ? usual_levels[which] : text[colon + 1] - '0';
}

}  // namespace trigloop::app
