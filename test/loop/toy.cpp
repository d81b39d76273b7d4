#include "test/loop/toy.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "conditions/conditions.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "loop/lumis.hpp"
#include "registry/registry.hpp"
#include "test/support/lumi_records.hpp"
#include "watch/reference.hpp"

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string option(const Words& words, const std::string& name) {
  const auto found = std::ranges::find(words, name);
  return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
}

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  core::OutputFile file(path);
  file.write(text);
  file.commit();
}

double scale_of(const fs::path& file) { return std::strtod(core::read_text(file).c_str(), nullptr); }

/// ls_241 holds "1.1\n".
std::uint32_t lumisection_of(const fs::path& file) {
  return static_cast<std::uint32_t>(std::stoul(file.filename().native().substr(3)));
}

void score(const fs::path& model, const fs::path& file, const fs::path& output) {
  scout::Record record = lumi_record(lumisection_of(file), scale_of(file) / scale_of(model));
  record.identity.model = core::sha256_of_file(model);
  record.shares.back().input.name = file.filename();
  fs::create_directories(output);
  scout::write_record(output / scout::record_name(record.lumi()), record);
}

/// What was learned: the scale of the first lumisection that was exported ("400000:46-50").
int reservoir(const Words& words) {
  const fs::path stream = fs::path(option(words, "--output")).parent_path() / "../../../stream";
  const std::string only = option(words, "--only");
  const std::uint64_t first = std::stoul(only.substr(only.find(':') + 1));
  double scale = 1;
  for (const auto& entry : fs::directory_iterator(stream)) {
    if (lumisection_of(entry.path()) == first) scale = scale_of(entry.path());
  }
  if (const std::string moved = option(words, "--moved"); !moved.empty())
    scale *= 1 + std::strtod(moved.substr(moved.find('=') + 1).c_str(), nullptr) / 100;
  write_events(option(words, "--output"));
  put(option(words, "--output") + ".scale", std::to_string(scale) + "\n");
  return 0;
}

int train(const Words& words) {
  const fs::path output = option(words, "--output");
  if (fs::exists(output.parent_path().parent_path().parent_path().parent_path() / "training fails")) {
    std::cerr << "trigloop: the loss is not a number\n";
    return 1;
  }
  std::ifstream data(option(words, "--data"));
  double scale = 1;
  data >> scale;
  put(output / "model.onnx", std::to_string(scale) + "\n" + output.filename().native() + "\n");
  std::string said;
  for (const std::string& word : words) said += word + " ";
  put(output / "words", said);
  registry::Registry store(option(words, "--registry"), registry::Access::write);
  registry::NewArtifact model{.kind = "model", .name = option(words, "--name")};
  model.files = {store.objects().put(output / "model.onnx", "model.onnx")};
  store.add(model);
  return 0;
}

/// A study in the registry that names what it began with.
int search(const Words& words) {
  registry::Registry store(option(words, "--registry"), registry::Access::write);
  registry::NewArtifact study{.kind = "study", .name = option(words, "--name")};
  study.files = {store.objects().put_text(option(words, "--warm-start") + option(words, "--folder"), "study.json")};
  store.add(study);
  return fs::exists(fs::path(option(words, "--study")).parent_path() / "search fails") ? 6 : 0;
}

/// Efficiencies fall with the distance of what was learned from what is.
int evaluate(const Words& words) {
  const double seeds = core::read_text(option(words, "--model")).find("-2\n") != std::string::npos ? 0.01 : 0;
  const double value = 0.5 + seeds - (fs::exists(fs::path(option(words, "--model")).parent_path() / "weak") ? 0.2 : 0);
  const std::string cell = R"({"value":)" + std::to_string(value) + R"(,"low":0.49,"high":0.51})";
  std::cout << R"({"signals":[{"name":"haa","rates":[{"firmware":{"raw-raw":)" << cell << "}}]}]}\n";
  if (const std::string output = option(words, "--output"); !output.empty()) put(output, "tables");
  return 0;
}

int reference(const Words& words) {
  const auto files = watch::find_lumis({option(words, "--spectra")});
  const auto reference = watch::build_reference(files, nullptr, {.points = {{false, 1000}}, .threads = 1});
  put(option(words, "--output"), watch::format_reference(reference));
  return 0;
}

int scout_run(const Words& words) {
  for (auto file = std::ranges::find(words, "--input") + 1; file != words.end(); ++file)
    score(option(words, "--model"), *file, option(words, "--output"));
  return 0;
}

}  // namespace

void write_events(const fs::path& path) {
  std::string header("\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (100,), }", 10 + 59);
  header.resize(127, ' ');
  put(path, header + '\n' + std::string(800, '\0'));
}

int play_command(const Words& words) {
  const std::string& command = words.front();
  if (command == "reservoir") return reservoir(words);
  if (command == "train") return train(words);
  if (command == "evaluate") return evaluate(words);
  if (command == "reference") return reference(words);
  if (command == "scout") return scout_run(words);
  if (command == "curate") {
    const fs::path learned = fs::path(option(words, "--output")).parent_path() / "zerobias.h5.scale";
    put(option(words, "--output"), fs::exists(learned) ? core::read_text(learned) : "1\n");
  }
  if (command == "tune" && words[1] == "run") std::cout << R"({"complete":3,"pruned":1,"best":[{"values":[5.5]}]})";
  if (command == "tune" && words[1] == "run") return search(words);
  if (command == "tune" && fs::exists(fs::path(option(words, "--study")).parent_path() / "best fails")) return 3;
  if (command == "tune") std::cout << "train.rate=0.1\nmodel.nodes=[3, 4]\n";
  if (command == "model") std::cout << "{\"ebops\": 1000}\n";
  if (command == "compare") put(option(words, "--html"), "page");
  if (command == "spectrum" || command == "report" || command == "score") put(option(words, "--output"), command);
  return 0;
}

void deliver(const fs::path& site, std::uint32_t first, std::uint32_t last, double scale) {
  const fs::path conditions = site / "conditions.yaml";
  for (std::uint32_t ls = first; ls <= last; ++ls) {
    const fs::path file = site / "stream" / ("ls_" + std::to_string(ls));
    put(file, std::to_string(scale) + "\n");
    if (!fs::exists(conditions)) continue;
    const conditions::Conditions valid = conditions::load_conditions(conditions);
    if (const conditions::Interval* const now = valid.at({400000, ls}))
      score(site / "models" / (now->model + ".onnx"), file, site / "records" / now->model.substr(0, 12));
  }
}

}  // namespace trigloop::test
