#include "core/json_writer.hpp"
#include "evaluate/report.hpp"

namespace trigloop::evaluate {
namespace {

using core::JsonWriter;

void write(JsonWriter& json, const Proportion& p) {
  json.begin_object().member("count", p.count).member("total", p.total).member("value", p.value());
  json.member("low", p.low).member("high", p.high).end_object();
}

void write(JsonWriter& json, const char* name, const std::optional<Proportion>& p) {
  json.key(name);
  if (p) {
    write(json, *p);
  } else {
    json.null();
  }
}

void write(JsonWriter& json, const Threshold& t, Rule rule) {
  json.key(name_of(rule)).begin_object();
  json.member("code", t.code).member("score", t.score).member("clamped", t.clamped);
  json.member("raw_events", t.raw).member("pure_events", t.pure).end_object();
}

void write(JsonWriter& json, const KindThreshold& t) {
  json.begin_object();
  for (const Rule rule : {Rule::firmware, Rule::package}) write(json, t.by_rule[static_cast<std::size_t>(rule)], rule);
  json.member("code_error", t.error).member("sparse", t.is_sparse).key("tail_fit");
  if (t.tail) {
    json.begin_object().member("code", t.tail->code).member("error", t.tail->error).end_object();
  } else {
    json.null();
  }
  json.end_object();
}

void write_thresholds(JsonWriter& json, const Evaluation& e) {
  json.key("thresholds").begin_array();
  for (const RateRow& row : e.rows) {
    json.begin_object().member("rate_khz", row.rate_khz);
    for (const Kind kind : {Kind::raw, Kind::pure}) {
      json.key(name_of(kind));
      write(json, row.thresholds[static_cast<std::size_t>(kind)]);
    }
    json.end_object();
  }
  json.end_array();
}

void write_tails(JsonWriter& json, const Evaluation& e) {
  json.key("tail_fits").begin_object();
  for (const Kind kind : {Kind::raw, Kind::pure}) {
    const auto& fit = e.tails[static_cast<std::size_t>(kind)];
    json.key(name_of(kind));
    if (!fit) {
      json.null();
      continue;
    }
    json.begin_object().member("law", "generalised Pareto, maximum likelihood").member("level", fit->level);
    json.member("events", fit->events).member("saturated", fit->saturated).member("shape", fit->shape);
    json.member("shape_error", fit->shape_error).member("scale", fit->scale);
    json.member("log_scale_error", fit->log_scale_error).member("covariance", fit->covariance).end_object();
  }
  json.end_object();
}

void write_columns(JsonWriter& json, const Columns& columns, Rule rule) {
  json.key(name_of(rule)).begin_object();
  for (std::size_t events = 0; events < kinds; ++events) {
    for (std::size_t above = 0; above < kinds; ++above) {
      json.key(std::string(name_of(Kind(events))) + "-" + std::string(name_of(Kind(above))));
      write(json, columns[events][above]);
    }
  }
  json.end_object();
}

void write_signals(JsonWriter& json, const Evaluation& e) {
  json.key("signals").begin_array();
  for (const SignalTable& signal : e.signals) {
    json.begin_object().member("name", signal.name).member("events", signal.events);
    write(json, "l1", signal.l1);
    write(json, "ht", signal.ht);
    json.key("rates").begin_array();
    for (std::size_t r = 0; r < e.rows.size(); ++r) {
      json.begin_object().member("rate_khz", e.rows[r].rate_khz);
      for (const Rule rule : {Rule::firmware, Rule::package})
        write_columns(json, signal.rates[r][static_cast<std::size_t>(rule)], rule);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_pileup(JsonWriter& json, const Evaluation& e) {
  json.key("pileup").begin_array();
  for (const PileupTable& table : e.pileup) {
    json.begin_object().member("name", table.name).key("bins").begin_array();
    for (const PileupBin& bin : table.bins) {
      json.begin_object().member("low", bin.low).member("high", bin.high).member("events", bin.events);
      json.key("rates").begin_array();
      for (std::size_t r = 0; r < bin.passing.size(); ++r) {
        const Proportion& p = bin.passing[r];
        const double khz = e.options.crossings.khz();
        json.begin_object().member("target_khz", e.rows[r].rate_khz).member("count", p.count);
        json.member("khz", p.value() * khz).member("low", p.low * khz).member("high", p.high * khz).end_object();
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_histograms(JsonWriter& json, const Evaluation& e) {
  json.key("histograms").begin_object();
  json.array("edges", e.histograms.edges);
  json.array("background", e.histograms.background);
  json.array("pure_background", e.histograms.pure);
  json.key("signals").begin_object();
  for (std::size_t s = 0; s < e.signals.size(); ++s) json.array(e.signals[s].name, e.histograms.signals[s]);
  json.end_object().end_object();
}

}  // namespace

std::string to_json(const Evaluation& e, const Provenance& provenance, const Evaluation* moved,
                    const std::string& drift) {
  JsonWriter json;
  json.begin_object().member("version", 1).member("model", provenance.model).member("engine", provenance.engine);
  json.member("fraction", e.fraction).member("crossings_khz", e.options.crossings.khz());
  json.member("coverage", one_sigma).member("ht_threshold", e.options.ht_threshold);
  json.member("package_cuts", provenance.package_cuts);
  json.key("background").begin_object().member("file", provenance.background_path).member("events", e.events);
  json.member("pure_events", e.pure_events);
  if (e.knows_l1) {
    json.member("l1", provenance.l1).end_object();
  } else {
    json.key("l1").null().end_object();
  }
  json.member("signals_file", provenance.signals_path);
  json.key("bootstrap").begin_object().member("replicas", e.options.bootstrap.replicas);
  json.member("seed", e.options.bootstrap.seed).end_object();
  write_thresholds(json, e);
  write_tails(json, e);
  write_signals(json, e);
  if (moved != nullptr) {
    json.key("drifted").begin_object().member("drift", drift);
    write_signals(json, *moved);
    json.end_object();
  }
  write_pileup(json, e);
  write_histograms(json, e);
  json.array("warnings", std::vector<std::string_view>(provenance.warnings.begin(), provenance.warnings.end()));
  return json.end_object().text();
}

}  // namespace trigloop::evaluate
