#include "scout/stores/shard.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::scout::stores {
namespace {

using core::Error;
using core::ErrorCode;
using nlohmann::json;

constexpr std::int64_t last_bin = 19'998;
constexpr double duplicate_share = 0.1;  // the original's measure, intersection / union

[[noreturn]] void damaged(const std::string& reason) {
  throw Error(ErrorCode::damaged, "no .axo_shards file: " + reason);
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

json parse_object(std::string_view line, const char* which) {
  json value = json::parse(line, nullptr, false);
  if (!value.is_object()) damaged(std::string(which) + " line is no JSON object");
  return value;
}

template <class T>
T number_in(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) damaged("'" + core::escaped(text) + "' is no number");
  return value;
}

std::uint64_t count_in(const json& value) {
  const double count = value.is_number() ? value.get<double>() : -1;
  if (!(count > 0 && count <= 0x1p53) || count != std::floor(count)) damaged("a count is no positive whole number");
  return static_cast<std::uint64_t>(count);
}

/// NumPy's integers become strings by the original's `default=str`; plain numbers are taken, too.
std::vector<std::uint32_t> numbers_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) damaged(std::string("its second line has no list '") + key + "'");
  std::vector<std::uint32_t> numbers;
  for (const json& one : *found) {
    if (one.is_string()) {
      numbers.push_back(number_in<std::uint32_t>(one.get_ref<const std::string&>()));
    } else {
      numbers.push_back(number_in<std::uint32_t>(one.dump()));
    }
  }
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::uint32_t only_one(const json& object, const char* key, const char* what) {
  const std::vector<std::uint32_t> numbers = numbers_of(object, key);
  if (numbers.empty()) damaged(std::string("it has no ") + what);
  if (numbers.size() > 1) {
    throw Error(ErrorCode::mismatch,
                std::string("has events of several ") + what + "s, which its counts do not tell apart")
        .remedy("Start from stage 2, which tells the lumisection of each event");
  }
  return numbers.front();
}

void append_list(std::string& text, const char* key, const std::vector<std::uint32_t>& numbers) {
  text += std::string("\"") + key + "\": [";
  const char* comma = "";
  for (const std::uint32_t n : numbers) {
    text += comma + ('"' + std::to_string(n)) + '"';
    comma = ", ";
  }
  text += "]";
}

std::size_t shared(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::size_t n = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i < *j) {
      ++i;
    } else if (*j < *i) {
      ++j;
    } else {
      ++n, ++i, ++j;
    }
  }
  return n;
}

/// Adds a shard, or says why not.
void merge(Merge& into, std::vector<const Shard*>& kept, const Shard& shard) {
  std::size_t cut = 0;
  for (const Shard* other : kept) {
    const std::size_t common = shared(shard.orbits, other->orbits);
    const auto all = static_cast<double>(shard.orbits.size() + other->orbits.size() - common);
    if (common > 0 && static_cast<double>(common) / all >= duplicate_share) {
      const bool copy = shard.orbits == other->orbits && shard.counts == other->counts;
      (copy ? into.duplicate : into.overlapping).push_back(shard.name);
      return;
    }
    cut += common;
  }
  kept.push_back(&shard);
  into.shared_orbits += cut;
  into.shards += 1;
  add(into.counts, shard.counts);
  std::vector<std::uint32_t> orbits;
  std::ranges::set_union(into.orbits, shard.orbits, std::back_inserter(orbits));
  into.orbits = std::move(orbits);
}

}  // namespace

std::int64_t bin_of(std::int64_t code, int fraction) {
  const double score = std::ldexp(static_cast<double>(code), -fraction);
  if (!(score >= 0 && score <= last_bin + 1)) {
    throw Error(ErrorCode::mismatch, "a score of " + std::to_string(score) + " has no bin in an .axo_shards file")
        .remedy("Leave stage3 out: records lose nothing");
  }
  return std::min(static_cast<std::int64_t>(score), last_bin);
}

std::string format_shard(const Shard& shard) {
  std::string text = R"({"bins": [0, 20000, 1], "counts": {)";
  const char* comma = "";
  for (const auto& [bin, count] : shard.counts) {
    text += comma + ('"' + std::to_string(bin)) + "\": " + std::to_string(count) + ".0";
    comma = ", ";
  }
  text += "}}\n{";
  append_list(text, "run_numbers", {shard.lumi.run});
  text += ", ";
  append_list(text, "luminosity_blocks", {shard.lumi.lumisection});
  text += ", ";
  append_list(text, "orbit_numbers", shard.orbits);
  return text + "}\n";
}

Shard parse_shard(std::string_view text, const std::string& name) {
  const json first = parse_object(take_line(text), "its first");
  const json second = parse_object(take_line(text), "its second");
  if (const auto bins = first.find("bins"); bins == first.end() || *bins != json::array({0, 20000, 1})) {
    throw Error(ErrorCode::unsupported, "has other bins than [0, 20000, 1]");
  }
  const auto counts = first.find("counts");
  if (counts == first.end() || !counts->is_object()) damaged("its first line has no 'counts'");
  Shard shard;
  shard.name = name;
  for (const auto& [bin, count] : counts->items()) {
    const auto number = number_in<std::int64_t>(bin);
    if (number < 0 || number > last_bin) damaged("'" + core::escaped(bin) + "' is no bin");
    shard.counts.emplace_back(number, count_in(count));
  }
  std::ranges::sort(shard.counts);
  shard.lumi = {only_one(second, "run_numbers", "run"), only_one(second, "luminosity_blocks", "lumisection")};
  shard.orbits = numbers_of(second, "orbit_numbers");
  return shard;
}

Shard read_shard(const std::filesystem::path& path) {
  try {
    return parse_shard(core::read_text(path), path.filename().native());
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

std::vector<Merge> merge_shards(std::vector<Shard> shards) {
  std::ranges::sort(shards,
                    [](const Shard& a, const Shard& b) { return std::tie(a.lumi, a.name) < std::tie(b.lumi, b.name); });
  std::vector<Merge> merges;
  std::vector<const Shard*> kept;
  for (const Shard& shard : shards) {
    if (merges.empty() || merges.back().lumi != shard.lumi) {
      merges.emplace_back().lumi = shard.lumi;
      kept.clear();
    }
    merge(merges.back(), kept, shard);
  }
  return merges;
}

}  // namespace trigloop::scout::stores
