#include "deploy/proof/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;

/// What is written about a deployment after it was made.
bool is_about(const std::string& path) {
  return path == "proof.json" || path == "proof.json.sig" || path == "report.html" || path == "differences.txt";
}

void write(core::JsonWriter& json, const Network& network, const Standing& standing) {
  json.begin_object().member("name", standing.name).member("verdict", name_of(standing.verdict));
  json.member("how", standing.how).member("reason", standing.reason).member("events", standing.events);
  json.member("outside", standing.outside).member("different", standing.different);
  if (standing.first) {
    const Difference& first = *standing.first;
    json.key("first_difference").begin_object().member("set", first.set).member("event", first.event);
    json.array("input", first.input).array("expected", first.expected).array("got", first.got);
    json.member("node", first_node(network, standing.name, first)).end_object();
  }
  json.end_object();
}

void write(core::JsonWriter& json, const EfficiencyMatch& match) {
  json.begin_object().member("equal", match.equal).member("through", match.through);
  json.member("background_events", match.background_events).member("signals", match.signals);
  json.member("bundle", match.bundle).member("tables", match.tables);
  json.key("rates").begin_array();
  for (const EfficiencyMatch::Rate& rate : match.rates)
    json.begin_object()
        .member("khz", rate.khz)
        .member("engine", rate.engine)
        .member("deployed", rate.deployed)
        .end_object();
  json.end_array().member("first_difference", match.first).end_object();
}

std::string with_training(const EfficiencyMatch& match) {
  return match.bundle.empty() ? "" : fmt::format(", and {} numbers that {} holds", match.tables, match.bundle);
}

/// "Yosys 0.23, xc7: 21034 LUT, 17 flip-flops, 2500 carry cells, 60 cells deep".
std::string as_line(const Synthesis& synthesis) {
  const std::string tool = synthesis.tool.substr(0, synthesis.tool.find(" ("));
  if (const auto cells = synthesis.whole.cells)
    return fmt::format("{}, {}: {} LUT, {} flip-flops, {} carry cells, {} cells deep\n", tool, synthesis.family,
                       cells->tables, cells->registers, cells->carries, cells->depth);
  return fmt::format("Yosys, {}: not run: {}\n", synthesis.family, synthesis.whole.reason);
}

}  // namespace

std::vector<ProductFile> product_files(const fs::path& folder) {
  std::vector<ProductFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = fs::relative(entry.path(), folder).generic_string();
    if (entry.is_regular_file() && !is_about(path))
      files.push_back({path, core::sha256_of_file(entry.path()), entry.file_size()});
  }
  std::ranges::sort(files, {}, &ProductFile::path);
  return files;
}

std::string to_json(const Network& network, const Proof& proof) {
  core::JsonWriter json;
  json.begin_object().member("format", "trigloop proof").member("version", 1).member("program", proof.program);
  json.key("model").begin_object().member("name", network.name).member("file", proof.model);
  json.member("sha256", proof.model_sha256).member("features", network.features()).member("outputs", network.outputs());
  json.member("fraction", network.fraction()).end_object();
  json.member("proven", proof.proven()).member("equal", proof.equality.equal());
  json.member("complete", proof.equality.complete()).member("events", proof.equality.events());
  json.key("sets").begin_array();
  for (const auto& [name, events] : proof.equality.sets)
    json.begin_object().member("name", name).member("events", events).end_object();
  json.end_array().key("contenders").begin_array();
  for (const Standing& standing : proof.equality.standings) write(json, network, standing);
  json.end_array().key("efficiencies");
  if (proof.efficiencies) {
    write(json, *proof.efficiencies);
  } else {
    json.null();
  }
  write_json(json, proof.resources);
  json.key("products").begin_array();
  for (const ProductFile& file : proof.products)
    json.begin_object()
        .member("path", file.path)
        .member("sha256", file.sha256)
        .member("bytes", file.bytes)
        .end_object();
  return json.end_array().end_object().text() + "\n";
}

std::string as_table(const Proof& proof) {
  std::string text = fmt::format("{:<12}{:<12}{:>12}{:>12}  {}\n", "contender", "verdict", "events", "different", "");
  for (const Standing& s : proof.equality.standings)
    text += fmt::format("{:<12}{:<12}{:>12}{:>12}  {}\n", s.name, name_of(s.verdict), s.events, s.different,
                        s.reason.empty() ? s.how : s.reason);
  if (proof.efficiencies)
    text +=
        fmt::format("efficiencies of {} signals at {} rates through {}{}: {}\n", proof.efficiencies->signals,
                    proof.efficiencies->rates.size(), proof.efficiencies->through, with_training(*proof.efficiencies),
                    proof.efficiencies->equal ? "equal" : "DIFFERENT: " + proof.efficiencies->first);
  for (const Synthesis& synthesis : proof.resources.synthesis) text += as_line(synthesis);
  return text + fmt::format("{}: {} events, {} files{}\n", proof.proven() ? "proven" : "NOT PROVEN",
                            proof.equality.events(), proof.products.size(),
                            proof.equality.complete() ? "" : "; not run is not proven");
}

std::vector<std::string> changed_files(const fs::path& folder, const std::string& proof_json) {
  std::map<std::string, std::string> recorded;
  try {
    const nlohmann::json proof = nlohmann::json::parse(proof_json);
    if (proof.at("format") != "trigloop proof") throw core::Error(core::ErrorCode::damaged, "is no proof");
    for (const auto& file : proof.at("products")) recorded[file.at("path")] = file.at("sha256");
  } catch (const nlohmann::json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, "is no proof: " + core::escaped(e.what()))
        .file((folder / "proof.json").string());
  }
  std::vector<std::string> changed;
  for (const ProductFile& file : product_files(folder)) {
    const auto known = recorded.find(file.path);
    if (known == recorded.end()) changed.push_back(file.path + " is new");
    if (known != recorded.end() && known->second != file.sha256) changed.push_back(file.path + " was changed");
    recorded.erase(file.path);
  }
  for (const auto& [path, hash] : recorded) changed.push_back(path + " is missing");
  return changed;
}

}  // namespace trigloop::deploy
