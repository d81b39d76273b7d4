#include "conditions/certification.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::conditions {
namespace {

using core::Error;
using core::ErrorCode;
using nlohmann::json;

std::optional<std::uint32_t> number_of(const json& value) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 0xFFFFFFFFu) return {};
  return static_cast<std::uint32_t>(value.get<std::uint64_t>());
}

std::optional<std::uint32_t> run_of(const std::string& name) {
  const bool digits =
      !name.empty() && name.size() < 10 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return {};
  return static_cast<std::uint32_t>(std::stoul(name));
}

}  // namespace

bool Certification::holds(event::LumiKey key) const noexcept {
  const auto run = good.find(key.run);
  if (run == good.end()) return false;
  return std::ranges::any_of(run->second, [&](const auto& range) {
    return key.lumisection >= range.first && key.lumisection <= range.second;
  });
}

Certification parse_certification(std::string_view text, const std::string& name) {
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object()) throw Error(ErrorCode::damaged, "is no JSON object of runs").file(name);
  Certification certification;
  for (const auto& [run_name, ranges] : all.items()) {
    const auto refuse = [&](const char* reason) {
      return Error(ErrorCode::damaged, reason).in("run '" + core::escaped(run_name) + "'").file(name);
    };
    const auto run = run_of(run_name);
    if (!run) throw refuse("is no run number");
    if (!ranges.is_array()) throw refuse("its lumisections are no list of ranges");
    for (const json& range : ranges) {
      const bool pair = range.is_array() && range.size() == 2;
      const auto first = pair ? number_of(range[0]) : std::nullopt, last = pair ? number_of(range[1]) : std::nullopt;
      if (!first || !last || *first > *last) throw refuse("a range is not [first, last]");
      certification.good[*run].emplace_back(*first, *last);
    }
  }
  return certification;
}

Certification load_certification(const std::filesystem::path& path) {
  return parse_certification(core::read_text(path), path.native());
}

}  // namespace trigloop::conditions
