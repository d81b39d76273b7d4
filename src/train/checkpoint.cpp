#include "train/checkpoint.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "io/numbers.hpp"
#include "train/arrays.hpp"

namespace trigloop::train {
namespace {

using core::Error;
using core::ErrorCode;

std::string group_of(std::size_t stage) { return "stage_" + std::to_string(stage); }

/// Numbers from a file into memory that knows its size.
void fill(const io::Source& source, const std::string& group, const std::string& name, std::span<float> out) {
  const std::vector<double> values = io::read_numbers(source, group, name);
  if (values.size() != out.size()) {
    throw Error(ErrorCode::damaged, "'" + group + "/" + name + "' has " + std::to_string(values.size()) +
                                        " values, not " + std::to_string(out.size()));
  }
  std::ranges::transform(values, out.begin(), [](double v) { return static_cast<float>(v); });
}

/// What a stage keeps besides its parameters, by name.
template <class F>
void each_state(Stage& stage, const F& f) {
  if (stage.pruner) f("masks", stage.pruner->masks());
  for (const auto& node : stage.network.nodes()) {
    std::size_t k = 0;
    for (std::vector<float>* values : node->state()) f("state_" + node->name + "_" + std::to_string(k++), *values);
  }
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint, const Recipe& recipe,
                      const Optimiser& optimiser, const History& history) {
  ArrayWriter writer;
  writer.set_attribute("trigloop_checkpoint", "1");
  writer.set_attribute("identity", checkpoint.identity);
  const std::vector<double> place{static_cast<double>(checkpoint.stage), static_cast<double>(checkpoint.epoch),
                                  static_cast<double>(checkpoint.batch), static_cast<double>(optimiser.updates)};
  writer.add("loop", "place", place);
  writer.add("loop", "sums", checkpoint.sums);
  for (std::size_t s = 0; s <= checkpoint.stage; ++s) {
    Stage& stage = *recipe.stages[s];
    const Parameters& parameters = stage.network.parameters;
    writer.add(group_of(s), "parameters", std::span(parameters.data(), parameters.size()));
    each_state(stage, [&](const std::string& name, const std::vector<float>& values) {
      writer.add(group_of(s), name, std::span(values));
    });
  }
  writer.add("optimiser", "first", std::span(optimiser.first.data(), optimiser.first.size()));
  if (optimiser.second.size() > 0)
    writer.add("optimiser", "second", std::span(optimiser.second.data(), optimiser.second.size()));
  std::string names;
  for (const auto& [name, values] : history.columns()) {
    writer.add("history", std::to_string(std::ranges::count(names, '\n')), values);
    names += name + '\n';
  }
  writer.set_attribute("history", names);
  writer.write(path);
}

Checkpoint read_checkpoint(const std::filesystem::path& path, const std::string& identity, Recipe& recipe,
                           std::unique_ptr<Optimiser>& optimiser, History& history) {
  try {
    const auto source = io::hdf5::open(path);
    Checkpoint out;
    out.identity = io::hdf5::read_attribute(path, "", "identity").value_or("");
    if (out.identity != identity) {
      throw Error(ErrorCode::mismatch, "the checkpoint is of another configuration, recipe or data")
          .remedy("Train without --resume, or with what the checkpoint was made from");
    }
    const std::vector<double> place = io::read_numbers(*source, "loop", "place");
    const auto is_count = [](double v) { return v >= 0 && v < 0x1p53 && v == std::floor(v); };
    if (place.size() != 4 || !std::ranges::all_of(place, is_count) ||
        place[0] >= static_cast<double>(recipe.stages.size()))
      throw Error(ErrorCode::damaged, "'loop/place' is no place in the recipe");
    out.stage = static_cast<std::size_t>(place[0]);
    out.epoch = static_cast<std::int64_t>(place[1]);
    out.batch = static_cast<std::int64_t>(place[2]);
    out.sums = io::read_numbers(*source, "loop", "sums");
    if (out.sums.empty()) throw Error(ErrorCode::damaged, "'loop/sums' is empty");
    for (std::size_t s = 0; s <= out.stage; ++s) {
      Parameters& parameters = recipe.stages[s]->network.parameters;
      fill(*source, group_of(s), "parameters", {parameters.data(), parameters.size()});
      each_state(*recipe.stages[s], [&](const std::string& name, std::vector<float>& values) {
        fill(*source, group_of(s), name, values);
      });
    }
    const Stage& stage = *recipe.stages[out.stage];
    optimiser = std::make_unique<Optimiser>(stage.optimiser, stage.network.parameters.size());
    optimiser->updates = static_cast<std::uint64_t>(place[3]);
    fill(*source, "optimiser", "first", optimiser->first.span());
    if (optimiser->second.size() > 0) fill(*source, "optimiser", "second", optimiser->second.span());
    std::string names = io::hdf5::read_attribute(path, "", "history").value_or("");
    for (std::size_t k = 0, end; (end = names.find('\n')) != names.npos; ++k, names.erase(0, end + 1))
      history.columns().push_back({names.substr(0, end), io::read_numbers(*source, "history", std::to_string(k))});
    return out;
  } catch (Error& e) {
    e.in("checkpoint").file(path.native());
    throw;
  }
}

}  // namespace trigloop::train
