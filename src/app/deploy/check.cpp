// trigloop deploy check: scores that a board recorded against the model's.
#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/deploy/deploy.hpp"
#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "deploy/proof/prove.hpp"
#include "io/any/any.hpp"
#include "model/load.hpp"

namespace trigloop::app {
namespace {

using core::Error, core::ErrorCode;

struct Options {
  std::string model, normalisation, recorded;
  bool json = false;
};

/// Rows of integers: the features of an event, then the codes of its score.
struct Recorded {
  std::size_t columns = 0;
  std::vector<std::int64_t> values;
  std::size_t events() const { return columns == 0 ? 0 : values.size() / columns; }
};

/// Lines of integers with commas between; what begins with # or a letter is skipped.
Recorded read_csv(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::not_found, "cannot be read").file(path);
  Recorded recorded;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] == '#' || std::isalpha(static_cast<unsigned char>(line[0])) != 0) continue;
    std::size_t columns = 0;
    for (const char *at = line.data(), *end = at + line.size(); at <= end; ++columns) {
      std::int64_t value = 0;
      while (at < end && *at == ' ') ++at;
      const auto [next, failed] = std::from_chars(at, end, value);
      if (failed != std::errc() || (next != end && *next != ','))
        throw Error(ErrorCode::damaged, "is no list of integers").in("line " + std::to_string(number)).file(path);
      recorded.values.push_back(value);
      at = next + 1;
    }
    if (recorded.columns == 0) recorded.columns = columns;
    if (columns != recorded.columns)
      throw Error(ErrorCode::damaged,
                  "has " + std::to_string(columns) + " numbers, those before " + std::to_string(recorded.columns))
          .in("line " + std::to_string(number))
          .file(path);
  }
  return recorded;
}

/// An array of integers, (events, features + outputs).
Recorded read_array(const std::string& path) {
  const auto source = io::open(path);
  for (const io::TableInfo& table : source->info().tables)
    for (const io::ColumnInfo& column : table.columns) {
      if (!column.type || column.shape.size() != 1 || column.jagged) continue;
      Recorded recorded{column.shape[0], {}};
      const auto reader = source->read({table.name, table.cycle, {column.name}});
      for (event::Columns cluster; reader->next(cluster);)
        event::visit(cluster.columns[0].type, [&](auto zero) {
          using T = decltype(zero);
          if constexpr (!std::is_integral_v<T>) {
            throw Error(ErrorCode::mismatch, "holds no integers").file(path);
          } else {
            const auto part = cluster.columns[0].template as<T>();
            recorded.values.insert(recorded.values.end(), part.begin(), part.end());
          }
        });
      return recorded;
    }
  throw Error(ErrorCode::mismatch, "holds no array of two dimensions").file(path);
}

struct Outcome {
  std::size_t events = 0, different = 0;
  std::optional<deploy::Difference> first;
};

Outcome compare(const deploy::Network& network, const Recorded& recorded, const std::string& path) {
  const std::size_t features = network.features(), outputs = network.outputs();
  if (recorded.columns != features + outputs)
    throw Error(ErrorCode::mismatch, "has rows of " + std::to_string(recorded.columns) + " numbers; the model has " +
                                         std::to_string(features) + " features and " + std::to_string(outputs) +
                                         " scores")
        .file(path);
  Outcome outcome{recorded.events(), 0, {}};
  const auto reference = deploy::reference_contender(network, 1);
  std::vector<std::int16_t> row(features);
  std::vector<std::int32_t> codes(outputs);
  for (std::size_t e = 0; e < outcome.events; ++e) {
    const std::int64_t* values = recorded.values.data() + e * recorded.columns;
    for (std::size_t k = 0; k < features; ++k) {
      row[k] = static_cast<std::int16_t>(values[k]);
      if (row[k] != values[k])
        throw Error(ErrorCode::mismatch, "holds a feature that is no int16")
            .in("event " + std::to_string(e))
            .file(path);
    }
    reference->run(row, codes);
    if (std::equal(codes.begin(), codes.end(), values + features)) continue;
    if (++outcome.different > 1) continue;
    deploy::Difference first{path, e, row, codes, {}, {{"reference", reference->trace(row)}}};
    for (std::size_t o = 0; o < outputs; ++o) first.got.push_back(static_cast<std::int32_t>(values[features + o]));
    outcome.first = std::move(first);
  }
  return outcome;
}

void check(const Options& options) {
  const deploy::Network network = deploy::prepare(model::load(options.model, {options.normalisation}), "network");
  const bool text = options.recorded.ends_with(".csv") || options.recorded.ends_with(".txt");
  const Recorded recorded = text ? read_csv(options.recorded) : read_array(options.recorded);
  const Outcome outcome = compare(network, recorded, options.recorded);
  if (outcome.events == 0) throw Error(ErrorCode::mismatch, "holds no events").file(options.recorded);
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().member("events", outcome.events).member("different", outcome.different).end_object();
    std::cout << json.text() << '\n';
  } else {
    std::cout << outcome.events << " events, " << outcome.different << " differ\n";
  }
  if (outcome.different == 0) return;
  if (!options.json) std::cout << deploy::as_text(network, "the board", *outcome.first);
  throw Error(ErrorCode::mismatch, "recorded scores are not the model's").file(options.recorded);
}

}  // namespace

void add_deploy_check(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("check", "Compare scores that a board recorded with the model's");
  command
      ->add_option("--recorded", options->recorded, "CSV or array: rows of an event's features and its score, integers")
      ->required();
  command->add_option("--model", options->model, "QONNX, or a QKeras .h5")->required();
  command->add_option("--normalisation", options->normalisation,
                      "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command->add_flag("--json", options->json, "For programs");
  command->footer(
      R"(A row holds the codes of the features and of the score (score x 16 for the deployed networks); docs/deploy.md.

Examples:
  trigloop deploy check --recorded board.csv --model deployed/model.onnx
  trigloop deploy check --recorded board.npy --model axol1tl_v5.onnx)");
  command->callback([options] { check(*options); });
}

}  // namespace trigloop::app
