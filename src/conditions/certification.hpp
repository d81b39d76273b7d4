#pragma once
// Which lumisections are certified: the JSON that certification publishes, {"run": [[first, last], ...]}.
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/lumi.hpp"

namespace trigloop::conditions {

struct Certification {
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>> good;  ///< ranges, both ends included
  bool holds(event::LumiKey key) const noexcept;
};

/// Errors: damaged, if the text is no such JSON; with the run.
Certification parse_certification(std::string_view text, const std::string& name);
Certification load_certification(const std::filesystem::path& path);

}  // namespace trigloop::conditions
