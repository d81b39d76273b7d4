#include "loop/lumis.hpp"

#include <algorithm>
#include <charconv>

#include "core/error.hpp"

namespace trigloop::loop {

event::LumiKey key_of(const Facts& facts, const std::string& run, const std::string& lumisection) {
  const auto number = [&](const std::string& name) {
    std::uint32_t value = 0;
    if (const auto found = facts.find(name); found != facts.end())
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    return value;
  };
  return {number(run), number(lumisection)};
}

std::string text_of(event::LumiKey key) { return std::to_string(key.run) + ":" + std::to_string(key.lumisection); }

event::LumiKey parse_lumi(const std::string& text) {
  event::LumiKey key;
  const char* const end = text.data() + text.size();
  const auto run = std::from_chars(text.data(), end, key.run);
  if (run.ec == std::errc() && run.ptr != end && *run.ptr == ':') {
    const auto lumisection = std::from_chars(run.ptr + 1, end, key.lumisection);
    if (lumisection.ec == std::errc() && lumisection.ptr == end) return key;
  }
  throw core::Error(core::ErrorCode::usage, "'" + core::escaped(text) + "' is no lumisection such as 396102:230");
}

StreamView::StreamView(const Site& site, const std::vector<Round>& rounds) : StreamView(site, rounds, RecordIndex()) {}

StreamView::StreamView(const Site& site, const std::vector<Round>& rounds, RecordIndex& index)
    : lumis_(scored_lumis(site.stream.records, "", index)) {
  for (const Round& round : rounds) {
    if (round.fact_or("outcome", "") != "expert") continue;
    Excluded out{.first = key_of(round.facts, "since_run", "since_lumisection"),
                 .why = round.fact_or("cause_text", "")};
    if (round.state == State::mended) out.end = key_of(round.facts, "closed_run", "good_from");
    excluded_.push_back(std::move(out));
  }
}

bool StreamView::is_good(event::LumiKey key) const noexcept {
  return std::ranges::none_of(excluded_, [&](const Excluded& out) { return out.holds(key); });
}

std::vector<Scored> StreamView::all(const std::string& model) const {
  std::vector<Scored> chosen;
  std::ranges::copy_if(lumis_, std::back_inserter(chosen), [&](const Scored& l) { return l.model == model; });
  return chosen;
}

std::vector<Scored> StreamView::good(const std::string& model, event::LumiKey from) const {
  std::vector<Scored> chosen = all(model);
  std::erase_if(chosen, [&](const Scored& l) { return l.key < from || !is_good(l.key); });
  return chosen;
}

std::optional<event::LumiKey> StreamView::last() const {
  return lumis_.empty() ? std::nullopt : std::optional(lumis_.back().key);
}

void link_records(const std::filesystem::path& folder, const std::vector<Scored>& lumis) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const Scored& lumi : lumis)
    std::filesystem::create_symlink(std::filesystem::canonical(lumi.file), folder / lumi.file.filename());
}

Deployed deployed_of(const std::vector<Round>& rounds) {
  Deployed deployed;
  for (const Round& round : rounds) {
    if (round.state != State::approved && round.state != State::deployed && round.state != State::confirmed) continue;
    deployed = {round.fact("candidate"), round.fact("candidate_model"), points_of_json(round.fact("points")), round.id};
  }
  return deployed;
}

}  // namespace trigloop::loop
