#include "scout/pass/examiner.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.hpp"
#include "core/sha256.hpp"
#include "model/load.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;

void require_fit(const event::Layout& layout) {
  const auto refuse = [&](const std::string& reason) {
    throw Error(ErrorCode::unsupported, "layout '" + layout.name + "' " + reason)
        .remedy("`trigloop score` and `trigloop spectrum` work without orbits");
  };
  if (layout.key.kind != event::KeyKind::cms) {
    refuse("names no orbits and bunch crossings: scouting counts each event once by these");
  }
  if (!layout.hardware || layout.element != event::Type::int16) {
    refuse("gives physical values: scouting needs the trigger's integers (values: hardware, element: int16)");
  }
}

void require_fit(const model::Graph& graph, const event::Layout& layout, const std::string& model) {
  const model::Tensor& score = graph.output().output;
  if (!score.exact) {
    throw Error(ErrorCode::unsupported,
                "its score is a float: spectra have a bin for every score, which only fixed-point scores allow")
        .file(model);
  }
  if (score.features() != 1) {
    throw Error(ErrorCode::unsupported, "it gives " + std::to_string(score.features()) + " numbers an event, not one")
        .file(model);
  }
  if (model::takes_scaled_numbers(graph)) {
    throw Error(ErrorCode::mismatch, "it takes scaled numbers, and events have the trigger's integers")
        .file(model)
        .remedy("Put the scaling in front of it by --normalisation");
  }
  const std::size_t features = graph.input().output.features();
  if (features != layout.features()) {
    throw Error(ErrorCode::mismatch, "it takes " + std::to_string(features) + " features, layout '" + layout.name +
                                         "' gives " + std::to_string(layout.features()))
        .file(model);
  }
}

/// The scaling of the inputs belongs to the model, wherever it is kept.
std::string model_id(const ExaminerOptions& options) {
  const std::string model = core::sha256_of_file(options.model);
  if (options.normalisation.empty()) return model;
  return core::sha256_hex(model + core::sha256_of_file(options.normalisation));
}

TailLayout tail_layout(const event::Layout& layout) {
  TailLayout tail;
  for (const event::Collection& collection : layout.collections) {
    auto& one = tail.collections.emplace_back();
    one.name = collection.name;
    for (const event::Field& field : collection.fields) one.fields.push_back(field.name);
  }
  return tail;
}

}  // namespace

Examiner make_examiner(const ExaminerOptions& options) {
  Examiner examiner;
  examiner.layout = event::find_layout(options.layout);
  require_fit(examiner.layout);
  const model::Graph graph = model::load(options.model, {options.normalisation});
  require_fit(graph, examiner.layout, options.model);
  examiner.engine = score::make_engine(graph, options.engine);
  examiner.lowest_code = static_cast<std::int64_t>(graph.output().output.ranges[0].lo);
  examiner.highest_code = static_cast<std::int64_t>(graph.output().output.ranges[0].hi);

  Identity& identity = examiner.identity;
  identity.model = model_id(options);
  identity.model_name = std::filesystem::path(options.model).filename().string();
  identity.fraction = examiner.engine->fraction();
  identity.layout = examiner.layout.name;
  identity.stream = options.stream;
  identity.tail_rule = options.tail;
  if (options.tail_threshold != 0) {
    identity.tail_rule.threshold =
        static_cast<std::int64_t>(std::ceil(std::ldexp(options.tail_threshold, identity.fraction)));
  }
  identity.tail_layout = tail_layout(examiner.layout);
  identity.inputs_every = std::max(options.inputs_every, 1u);
  examiner.reservoir.count = options.reservoir;
  if (!options.menu.empty()) {
    examiner.menu = menu::find_menu(options.menu);
    identity.menu = examiner.menu->id();
    identity.menu_name = examiner.menu->name;
    for (const menu::Seed& seed : examiner.menu->seeds) identity.seeds.push_back(seed.name);
    examiner.reservoir.et_type = examiner.menu->sum_types[static_cast<std::size_t>(menu::Kind::et)];
    examiner.reservoir.ht_type = examiner.menu->sum_types[static_cast<std::size_t>(menu::Kind::ht)];
  }
  return examiner;
}

}  // namespace trigloop::scout
