#include "scout/pass/examiner.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <future>
#include <set>

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

TailLayout tail_layout(const event::Layout& layout) {
  TailLayout tail;
  for (const event::Collection& collection : layout.collections) {
    auto& one = tail.collections.emplace_back();
    one.name = collection.name;
    for (const event::Field& field : collection.fields) one.fields.push_back(field.name);
  }
  return tail;
}

/// A network that fits the layout.
Shadow load_network(const ModelFiles& files, const std::string& engine, const event::Layout& layout) {
  const model::Graph graph = model::load(files.model, {files.normalisation});
  require_fit(graph, layout, files.model);
  Shadow network;
  network.engine = score::make_engine(graph, engine);
  network.lowest_code = static_cast<std::int64_t>(graph.output().output.ranges[0].lo);
  network.highest_code = static_cast<std::int64_t>(graph.output().output.ranges[0].hi);
  network.identity.model = model_id(files);
  network.identity.model_name = std::filesystem::path(files.model).filename().string();
  network.identity.fraction = network.engine->fraction();
  return network;
}

/// What does not depend on the network.
void describe_events(const ExaminerOptions& options, Examiner& examiner) {
  Identity& identity = examiner.identity;
  identity.layout = examiner.layout.name;
  identity.stream = options.stream;
  identity.tail_layout = tail_layout(examiner.layout);
  identity.inputs_every = std::max(options.inputs_every, 1u);
  examiner.reservoir.count = options.reservoir;
  if (options.menu.empty()) return;
  examiner.menu = menu::find_menu(options.menu);
  for (menu::Seed& seed : examiner.menu->seeds) {
    const auto prescale = options.prescales.find(seed.name);
    if (prescale != options.prescales.end()) seed.prescale = prescale->second;
  }
  identity.menu = examiner.menu->id();
  identity.menu_name = examiner.menu->name;
  for (const menu::Seed& seed : examiner.menu->seeds) identity.seeds.push_back(seed.name);
  examiner.reservoir.et_type = examiner.menu->sum_types[static_cast<std::size_t>(menu::Kind::et)];
  examiner.reservoir.ht_type = examiner.menu->sum_types[static_cast<std::size_t>(menu::Kind::ht)];
}

TailRule tail_rule(const ExaminerOptions& options, int fraction) {
  TailRule rule = options.tail;
  if (options.tail_threshold != 0) {
    rule.threshold = static_cast<std::int64_t>(std::ceil(std::ldexp(options.tail_threshold, fraction)));
  }
  return rule;
}

/// The identity of a network's records, as those of the examiner but for the network.
Identity identity_of(const Shadow& network, const Examiner& examiner, const ExaminerOptions& options) {
  Identity identity = examiner.identity;
  identity.model = network.identity.model;
  identity.model_name = network.identity.model_name;
  identity.fraction = network.identity.fraction;
  identity.tail_rule = tail_rule(options, identity.fraction);
  return identity;
}

}  // namespace

std::string model_id(const ModelFiles& files) {
  const std::string model = core::sha256_of_file(files.model);
  if (files.normalisation.empty()) return model;
  return core::sha256_hex(model + core::sha256_of_file(files.normalisation));
}

Examiner make_examiner(const ExaminerOptions& options) {
  Examiner examiner;
  examiner.layout = event::find_layout(options.layout);
  require_fit(examiner.layout);
  // Networks are compiled while the menu is parsed: each takes milliseconds before the first event.
  std::future<Shadow> network = std::async(std::launch::async, [&options, layout = examiner.layout] {
    return load_network(options, options.engine, layout);
  });
  describe_events(options, examiner);
  Shadow main = network.get();
  std::set<std::string> models{main.identity.model};
  for (const ModelFiles& files : options.shadows) {
    Shadow& shadow = examiner.shadows.emplace_back(load_network(files, options.engine, examiner.layout));
    if (!models.insert(shadow.identity.model).second) {
      throw Error(ErrorCode::usage, "is given twice: it scores once").file(files.model);
    }
    shadow.identity = identity_of(shadow, examiner, options);
  }
  examiner.identity = identity_of(main, examiner, options);
  examiner.engine = std::move(main.engine);
  examiner.lowest_code = main.lowest_code;
  examiner.highest_code = main.highest_code;
  return examiner;
}

}  // namespace trigloop::scout
