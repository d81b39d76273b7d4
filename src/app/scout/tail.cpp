// trigloop tail: the strangest events of a scouting run.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "event/layout.hpp"
#include "model/load.hpp"
#include "report/scout/patterns.hpp"
#include "report/scout/removal.hpp"
#include "report/scout/tail_file.hpp"
#include "report/scout/tails.hpp"
#include "scout/history/places.hpp"

namespace trigloop::app {
namespace {

namespace scouting = report::scouting;
using scouting::KeptEvent;
using scouting::ObjectReader;
using scouting::Tails;

struct Options {
  std::vector<std::string> from;
  std::string of, layout, model, engine, normalisation, csv, root;
  std::size_t top = 20, rank = 1;
  bool json = false;
};

Tails read(const Options& options, std::size_t top) {
  return scouting::read_tails(scout::find_records({options.from.begin(), options.from.end()}, options.of), top);
}

ObjectReader reader_of(const Tails& tails, const Options& options) {
  const std::string& layout = options.layout.empty() ? tails.identity.layout : options.layout;
  return {event::find_layout(layout), tails.identity.tail_layout};
}

double score_of(const Tails& tails, const KeptEvent& kept) {
  return std::ldexp(static_cast<double>(kept.event.code), -tails.identity.fraction);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + core::escaped(word);
  return text;
}

/// The objects that the model saw.
std::vector<std::string> words_of(const ObjectReader& reader, const KeptEvent& kept) {
  std::vector<std::string> words;
  for (const scouting::Object& object : reader.objects(kept.event)) {
    if (!object.features.empty()) words.push_back(object.words);
  }
  return words;
}

void write_event(core::JsonWriter& out, const Tails& tails, const ObjectReader& reader, std::size_t number) {
  const KeptEvent& kept = tails.events[number];
  out.member("rank", number + 1).member("run", kept.lumi.run).member("lumisection", kept.lumi.lumisection);
  out.member("orbit", kept.event.orbit).member("crossing", kept.event.crossing).member("code", kept.event.code);
  out.member("score", score_of(tails, kept)).key("seeds").begin_array();
  for (const std::string& seed : scouting::seeds_of(tails.identity, kept.event)) out.value(seed);
  out.end_array().key("objects").begin_array();
  for (const scouting::Object& object : reader.objects(kept.event)) {
    const auto& collection = reader.tail_layout().collections[object.collection];
    out.begin_object().member("collection", collection.name).member("item", object.item);
    for (const std::string& field : collection.fields) {
      out.member(field, *reader.value(kept.event, object.collection, object.item, field));
    }
    out.member("text", object.words).member("seen_by_model", !object.features.empty()).end_object();
  }
  out.end_array();
}

void list(const Options& options) {
  const Tails tails = read(options, options.top);
  const ObjectReader reader = reader_of(tails, options);
  if (!options.csv.empty()) scouting::write_csv(tails, reader, options.csv);
  if (!options.root.empty()) scouting::write_root(tails, reader, options.root);
  if (options.json) {
    core::JsonWriter out;
    out.begin_object().member("version", 1).member("lumisections", tails.lumisections).key("events").begin_array();
    for (std::size_t i = 0; i < tails.events.size(); ++i) {
      out.begin_object();
      write_event(out, tails, reader, i);
      out.end_object();
    }
    std::cout << out.end_array().end_object().text() << '\n';
    return;
  }
  std::cout << fmt::format("{:>5} {:>12} {:>8} {:>6} {:>12} {:>5}  {}\n", "rank", "score", "run", "LS", "orbit", "BX",
                           "objects");
  for (std::size_t i = 0; i < tails.events.size(); ++i) {
    const KeptEvent& kept = tails.events[i];
    std::cout << fmt::format("{:>5} {:>12} {:>8} {:>6} {:>12} {:>5}  {}\n", i + 1, score_of(tails, kept), kept.lumi.run,
                             kept.lumi.lumisection, kept.event.orbit, kept.event.crossing,
                             joined(words_of(reader, kept)));
  }
}

void print_removals(const scouting::Explanation& explanation) {
  std::cout << fmt::format("\n{:<52} {:>12} {:>10}\n", "without", "score", "change");
  for (const scouting::Removal& removal : explanation.removals) {
    const double change = explanation.score == 0 ? 0 : 100 * (removal.score / explanation.score - 1);
    std::cout << fmt::format("{:<52} {:>12} {:>+9.1f} %\n", core::escaped(removal.object.words), removal.score, change);
  }
}

void write_shown(const Tails& tails, const ObjectReader& reader, std::size_t number,
                 const std::optional<scouting::Explanation>& explanation) {
  core::JsonWriter out;
  out.begin_object().member("version", 1);
  write_event(out, tails, reader, number);
  if (explanation) {
    out.key("without").begin_array();
    for (const scouting::Removal& removal : explanation->removals) {
      out.begin_object().member("object", removal.object.name).member("score", removal.score).end_object();
    }
    out.end_array();
  }
  std::cout << out.end_object().text() << '\n';
}

void print_shown(const Tails& tails, const ObjectReader& reader, const KeptEvent& kept) {
  std::cout << fmt::format("score {} (code {}): run {}, lumisection {}, orbit {}, crossing {}\n", score_of(tails, kept),
                           kept.event.code, kept.lumi.run, kept.lumi.lumisection, kept.event.orbit,
                           kept.event.crossing);
  if (!tails.identity.menu.empty()) {
    const std::string seeds = joined(scouting::seeds_of(tails.identity, kept.event));
    std::cout << "seeds: " << (seeds.empty() ? "none" : seeds) << '\n';
  }
  for (const scouting::Object& object : reader.objects(kept.event)) {
    std::cout << "  " << core::escaped(object.words) << (object.features.empty() ? "  (not seen by the model)" : "")
              << '\n';
  }
}

void show(const Options& options) {
  const Tails tails = read(options, options.rank);
  if (options.rank > tails.events.size()) {
    throw core::Error(core::ErrorCode::usage, "event " + std::to_string(options.rank) + " was asked for; " +
                                                  std::to_string(tails.events.size()) + " are kept");
  }
  const ObjectReader reader = reader_of(tails, options);
  const KeptEvent& kept = tails.events[options.rank - 1];
  std::optional<scouting::Explanation> explanation;
  if (!options.model.empty()) {
    const score::Scorer scorer(model::load(options.model, {options.normalisation}), options.engine);
    explanation = scouting::explain(reader, scorer, kept.event, score_of(tails, kept));
  }
  if (options.json) return write_shown(tails, reader, options.rank - 1, explanation);
  print_shown(tails, reader, kept);
  if (explanation) print_removals(*explanation);
}

void print_patterns(const Tails& tails, const scouting::Patterns& patterns) {
  std::cout << tails.events.size() << " kept events of " << tails.lumisections
            << " lumisections\n\nhot towers: " << (patterns.towers.empty() ? "none\n" : "\n");
  for (const scouting::HotTower& t : patterns.towers) {
    std::cout << fmt::format("  {:<8} eta {:>5} phi {:>5} (hardware): {:>5} events, {:.3g} expected, chance {:.2g}\n",
                             t.collection, t.eta, t.phi, t.events, t.expected, t.chance);
  }
  std::cout << "\nplace in a train of crossings\n";
  for (const scouting::TrainPlace& p : patterns.trains) {
    std::cout << fmt::format("  {:<8} {:>5} crossings: {:>5} events, {:.1f} expected\n", p.name, p.crossings, p.events,
                             p.expected);
  }
  std::cout << "\nhot crossings: " << (patterns.crossings.empty() ? "none\n" : "\n");
  for (const scouting::HotCrossing& c : patterns.crossings) {
    std::cout << fmt::format("  {:>5}: {:>5} events, {:.3g} expected, chance {:.2g}\n", c.crossing, c.events,
                             c.expected, c.chance);
  }
  std::cout << "\nequal events: " << (patterns.repetitions.empty() ? "none\n" : "\n");
  for (const scouting::Repetition& r : patterns.repetitions) {
    const KeptEvent& first = tails.events[r.events.front()];
    std::cout << fmt::format("  {:>5} times, score {}, first in orbit {} crossing {}\n", r.events.size(),
                             score_of(tails, first), first.event.orbit, first.event.crossing);
  }
}

void write_patterns(const Tails& tails, const scouting::Patterns& patterns) {
  core::JsonWriter out;
  out.begin_object().member("version", 1).member("events", tails.events.size());
  out.key("hot_towers").begin_array();
  for (const scouting::HotTower& t : patterns.towers) {
    out.begin_object().member("collection", t.collection).member("eta", t.eta).member("phi", t.phi);
    out.member("events", t.events).member("expected", t.expected).member("chance", t.chance).end_object();
  }
  out.end_array().key("trains").begin_array();
  for (const scouting::TrainPlace& p : patterns.trains) {
    out.begin_object().member("place", p.name).member("crossings", p.crossings).member("events", p.events);
    out.member("expected", p.expected).end_object();
  }
  out.end_array().key("hot_crossings").begin_array();
  for (const scouting::HotCrossing& c : patterns.crossings) {
    out.begin_object().member("crossing", c.crossing).member("events", c.events).member("expected", c.expected);
    out.member("chance", c.chance).end_object();
  }
  out.end_array().key("equal_events").begin_array();
  for (const scouting::Repetition& r : patterns.repetitions) {
    out.begin_array();
    for (const std::size_t event : r.events) out.value(event + 1);
    out.end_array();
  }
  std::cout << out.end_array().end_object().text() << '\n';
}

void group(const Options& options) {
  const Tails tails = read(options, 0);
  const scouting::Patterns patterns = scouting::find_patterns(tails, reader_of(tails, options));
  if (options.json) {
    write_patterns(tails, patterns);
  } else {
    print_patterns(tails, patterns);
  }
}

CLI::App* add(CLI::App& tail, const char* name, const char* about, Options& options) {
  CLI::App* command = tail.add_subcommand(name, about);
  command->add_option("--from", options.from, "Output folders of `trigloop scout run`, or records")->required();
  command->add_option("--of", options.of, "Only records of this model (SHA-256, or its beginning)");
  command->add_option("--layout", options.layout, "With which the events were examined, if it is not built in");
  command->add_flag("--json", options.json, "Print as JSON (docs/formats.md)");
  return command;
}

}  // namespace

void add_tail(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* tail = program.add_subcommand("tail", "List, explain and group the strangest events of a scouting run");
  tail->require_subcommand(1);
  tail->footer("Examples:\n  trigloop tail list --from records --top 5\n  trigloop tail group --from records");

  CLI::App* listed = add(*tail, "list", "The best events in words; as CSV or ROOT file", *options);
  listed->add_option("--top", options->top, "How many; 0: all")->capture_default_str();
  listed->add_option("--csv", options->csv, "Write them to this file, too");
  listed->add_option("--root", options->root, "Write them to this ROOT file, too");
  listed->footer(
      "Examples:\n  trigloop tail list --from records --top 5\n"
      "  trigloop tail list --from records --top 0 --root tail.root");
  listed->callback([options] { list(*options); });

  CLI::App* shown = add(*tail, "show", "One event, and what made it strange: its score without each object", *options);
  shown->add_option("--rank", options->rank, "Which; 1 is the strangest")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  shown->add_option("-m,--model", options->model, "The model that scored the stream");
  shown->add_option("--normalisation", options->normalisation, "Of a QKeras model's inputs");
  shown->add_option("--engine", options->engine, "simd or reference");
  shown->footer("Examples:\n  trigloop tail show --from records --rank 3 --model axol1tl_v5.onnx");
  shown->callback([options] { show(*options); });

  CLI::App* grouped = add(*tail, "group", "What many have in common: hot towers, crossings, equal events", *options);
  grouped->footer("Examples:\n  trigloop tail group --from records --json");
  grouped->callback([options] { group(*options); });
}

}  // namespace trigloop::app
