#pragma once
// Whether an input is all there, told from its content: age says nothing of a writer that was stopped and goes on.
//
// A ROOT file is whole when its header, which is written last, says as many bytes as the file has, and its key lists
// can be read. A Zarr store is whole when its attribute WriteTime is there, which is written last. A raw file of the
// scouting network is whole when it opens and all sources that the layout needs are there. Other formats are whole when
// they open.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "event/layout.hpp"
#include "event/lumi.hpp"
#include "scout/follow/trouble.hpp"

namespace trigloop::scout {

struct Verdict {
  std::optional<core::Error> why;              ///< none: whole
  std::uint64_t bytes = 0;                     ///< of a whole input, all files of a store together
  std::set<event::LumiKey> lumisections = {};  ///< as its table of orbits states; empty: it does not tell
  bool whole() const noexcept { return !why; }
};

using Judge = std::function<Verdict(const std::filesystem::path&)>;

/// Never throws a core::Error: it is the verdict. `layout`: what is to be read of inputs, and which table tells orbits.
Verdict judge(const std::filesystem::path& path, const event::Layout* layout = nullptr);

}  // namespace trigloop::scout
