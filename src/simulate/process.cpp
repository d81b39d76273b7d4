#include "simulate/process.hpp"

#include <cassert>
#include <cstdlib>
#include <map>
#include <utility>

namespace trigloop::simulate {
namespace {

struct Source {
  std::string_view name, text;
};

constexpr Source zero_bias_source[] = {
#include "simulate/generated/zerobias.inc"
};
constexpr Source signal_sources[] = {
#include "simulate/generated/signals.inc"
};

using Tables = std::map<std::string_view, std::string_view>;

/// The text of each table by name, cut at the word "table".
Tables tables_of(std::string_view text) {
  static constexpr std::string_view mark = "\ntable ";
  Tables tables;
  for (auto at = text.find(mark); at != std::string_view::npos;) {
    auto next = text.find(mark, at + 1);
    auto one = text.substr(at + mark.size(), (next == text.npos ? text.rfind("\nend") : next) - at - mark.size());
    const auto name = one.substr(0, one.find(' '));
    tables.emplace(name, one.substr(name.size()));
    at = next;
  }
  return tables;
}

PileupProfile pileup_of(std::string_view text) {
  const std::string line(text.substr(1, text.find('\n', 1) - 1));  // "pileup gauss 52 8"
  const auto kind = line.find(' ') + 1, first = line.find(' ', kind), second = line.find(' ', first + 1);
  return {line.compare(kind, 4, "flat") == 0, std::strtof(line.c_str() + first, nullptr),
          std::strtof(line.c_str() + second, nullptr)};
}

template <class T, std::size_t... I>
std::array<T, 12> ranks(const Tables& tables, const std::string& name, const std::array<int, 12>& file,
                        std::index_sequence<I...>) {
  return {T(tables.at(name + std::to_string(file[I])))...};
}

/// One table a rank; `file` names the one that a rank uses: high ranks share.
template <class T>
std::array<T, 12> ranks(const Tables& tables, const std::string& name, const std::array<int, 12>& file) {
  return ranks<T>(tables, name, file, std::make_index_sequence<12>());
}

Process parse(const Source& source) {
  const auto tables = tables_of(source.text);
  const auto table = [&](std::string_view name) { return QuantileTable(tables.at(name)); };
  static constexpr std::array each = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  return {.name = std::string(source.name),
          .pileup = pileup_of(source.text),
          .jet1 = table("jet1"),
          .sumet = table("sumet"),
          .et = EtNodes(tables.at("et")),
          .jet_level = ranks<LevelTable>(tables, "jet_level", each),
          .eg_level = ranks<LevelTable>(tables, "eg_level", each),
          .met_level = LevelTable(tables.at("met_level")),
          .jet_link = ranks<Link>(tables, "jet_link", {2, 2, 3, 4, 5, 5, 7, 7, 7, 10, 10, 10}),
          .eg_link = ranks<Link>(tables, "eg_link", {1, 2, 3, 4, 4, 4, 7, 7, 7, 7, 7, 7}),
          .met_link = Link(tables.at("met_link")),
          .mu1 = table("mu1"),
          .mu2 = table("mu2"),
          .mun = table("mun"),
          .jet_eta = table("jet_eta"),
          .jet_side = table("jet_side"),
          .jet_turn = table("jet_turn"),
          .eg_jet = table("eg_jet"),
          .eg_eta = table("eg_eta"),
          .mu_eta = table("mu_eta"),
          .mu_turn = table("mu_turn"),
          .mu_pair = table("mu_pair"),
          .met_turn = table("met_turn"),
          .met_mu = table("met_mu")};
}

}  // namespace

const Process& zero_bias() {
  static const Process process = parse(zero_bias_source[0]);
  return process;
}

const std::vector<Process>& signals() {
  static const std::vector<Process> all = [] {
    std::vector<Process> parsed;
    for (const Source& source : signal_sources) parsed.push_back(parse(source));
    return parsed;
  }();
  return all;
}

}  // namespace trigloop::simulate
