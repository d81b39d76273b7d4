// References as JSON (docs/formats.md, "References"). Numbers are written so that they come back bit for bit.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "watch/reference.hpp"

namespace trigloop::watch {
namespace {

using core::Error;
using core::ErrorCode;
using core::JsonWriter;
using nlohmann::json;

void write_dispersion(JsonWriter& out, const drift::Dispersion& dispersion) {
  out.member("dispersion", dispersion.best).member("dispersion_upper", dispersion.upper);
}

void write_rate(JsonWriter& out, const RateReference& rate) {
  out.begin_object().member("pure", rate.point.pure).member("target_hz", rate.point.target);
  out.member("threshold_code", rate.threshold).member("terms", rate.model.terms);
  write_dispersion(out, rate.model.dispersion);
  out.array("log_rate", rate.model.mean);
  out.key("covariance").begin_array();
  for (const auto& row : rate.model.covariance) {
    for (const double value : row) out.value(value);
  }
  out.end_array().end_object();
}

void write_test(JsonWriter& out, const drift::ShapeModel& test) {
  out.begin_object().member("entries", test.entries);
  write_dispersion(out, test.dispersion);
  out.array("shares", test.shares);
  out.array("slopes", test.slopes);
  out.array("curvatures", test.curvatures);
  out.end_object();
}

void write_histogram(JsonWriter& out, const HistogramReference& histogram) {
  out.begin_object().member("object", histogram.object).member("quantity", histogram.quantity);
  out.array("edges", histogram.edges);
  out.key("counts").begin_array();
  for (const auto& [value, n] : histogram.fine) out.begin_array().value(value).value(n).end_array();
  out.end_array().key("tests").begin_array();
  for (const drift::ShapeModel& test : histogram.tests) write_test(out, test);
  out.end_array().end_object();
}

drift::Dispersion read_dispersion(const json& in) {
  return {in.at("dispersion").get<double>(), in.at("dispersion_upper").get<double>()};
}

RateReference read_rate(const json& in) {
  RateReference rate;
  rate.point = {in.at("pure").get<bool>(), in.at("target_hz").get<double>()};
  rate.threshold = in.at("threshold_code").get<std::int64_t>();
  rate.model.terms = in.at("terms").get<std::size_t>();
  rate.model.dispersion = read_dispersion(in);
  rate.model.mean = in.at("log_rate").get<drift::Terms>();
  const auto covariance = in.at("covariance").get<std::vector<double>>();
  if (rate.model.terms < 1 || rate.model.terms > drift::most_terms || covariance.size() != 9) {
    throw Error(ErrorCode::damaged, "a rate has a wrong number of terms");
  }
  for (std::size_t i = 0; i < covariance.size(); ++i) rate.model.covariance[i / 3][i % 3] = covariance[i];
  return rate;
}

drift::ShapeModel read_test(const json& in) {
  drift::ShapeModel test;
  test.entries = in.at("entries").get<double>();
  test.dispersion = read_dispersion(in);
  test.shares = in.at("shares").get<std::vector<double>>();
  test.slopes = in.at("slopes").get<std::vector<double>>();
  test.curvatures = in.at("curvatures").get<std::vector<double>>();
  return test;
}

HistogramReference read_histogram(const json& in) {
  HistogramReference histogram;
  histogram.object = in.at("object").get<std::string>();
  histogram.quantity = in.at("quantity").get<std::string>();
  histogram.edges = in.at("edges").get<Edges>();
  histogram.fine = in.at("counts").get<scout::Counts>();
  for (const json& test : in.at("tests")) histogram.tests.push_back(read_test(test));
  const auto refuse = [&](const char* reason) {
    throw Error(ErrorCode::damaged, reason).in("histogram " + core::escaped(histogram.name()));
  };
  if (histogram.edges.size() < 3 || !std::ranges::is_sorted(histogram.edges)) refuse("its edges do not rise");
  if (histogram.tests.size() != tests_of(histogram.change(), histogram.edges)) refuse("has a wrong number of tests");
  const std::size_t bins = histogram.change() == Change::region ? 2 : histogram.edges.size() - 1;
  for (const drift::ShapeModel& test : histogram.tests) {
    const bool whole = test.slopes.empty() || test.slopes.size() == bins;
    if (test.shares.size() != bins || !whole || test.curvatures.size() != test.slopes.size()) {
      refuse("has a wrong number of shares");
    }
  }
  return histogram;
}

Reference read_reference(const json& in) {
  Reference reference;
  reference.model = in.at("model").get<std::string>();
  reference.conditions = in.at("conditions").get<std::string>();
  reference.fraction = in.at("fraction").get<int>();
  reference.lumisections = in.at("lumisections").get<std::uint64_t>();
  reference.outliers = in.at("outliers").get<std::uint64_t>();
  reference.uncertified = in.at("uncertified").get<std::uint64_t>();
  for (const auto& [run, ranges] : in.at("runs").items()) {
    reference.runs[static_cast<std::uint32_t>(std::stoul(run))] =
        ranges.get<std::vector<std::pair<std::uint32_t, std::uint32_t>>>();
  }
  reference.knows_pileup = !in.at("pileup").is_null();
  if (reference.knows_pileup) {
    reference.pileup_mean = in.at("pileup").at("mean").get<double>();
    reference.pileup_spread = in.at("pileup").at("spread").get<double>();
    if (const json& pileup = in.at("pileup"); pileup.contains("proxy")) {
      const json& proxy = pileup.at("proxy");
      reference.proxy = PileUpProxy{proxy.at("offset").get<double>(), proxy.at("slope").get<double>(),
                                    proxy.at("error").get<double>()};
    }
  }
  for (const json& rate : in.at("rates")) reference.rates.push_back(read_rate(rate));
  for (const json& histogram : in.at("histograms")) reference.histograms.push_back(read_histogram(histogram));
  return reference;
}

}  // namespace

std::string format_reference(const Reference& reference) {
  JsonWriter out;
  out.begin_object().member("trigloop_reference", 1).member("model", reference.model);
  out.member("conditions", reference.conditions).member("fraction", reference.fraction);
  out.member("lumisections", reference.lumisections).member("outliers", reference.outliers);
  out.member("uncertified", reference.uncertified).key("runs").begin_object();
  for (const auto& [run, ranges] : reference.runs) {
    out.key(std::to_string(run)).begin_array();
    for (const auto& [first, last] : ranges) out.begin_array().value(first).value(last).end_array();
    out.end_array();
  }
  out.end_object().key("pileup");
  if (reference.knows_pileup) {
    out.begin_object().member("mean", reference.pileup_mean).member("spread", reference.pileup_spread);
    if (reference.proxy) {
      out.key("proxy").begin_object().member("offset", reference.proxy->offset).member("slope", reference.proxy->slope);
      out.member("error", reference.proxy->error).end_object();
    }
    out.end_object();
  } else {
    out.null();
  }
  out.key("rates").begin_array();
  for (const RateReference& rate : reference.rates) write_rate(out, rate);
  out.end_array().key("histograms").begin_array();
  for (const HistogramReference& histogram : reference.histograms) write_histogram(out, histogram);
  out.end_array().end_object();
  return out.text() + "\n";
}

Reference parse_reference(const std::string& text, const std::string& name) {
  const json in = json::parse(text, nullptr, false);
  try {
    if (!in.is_object() || !in.contains("trigloop_reference")) throw Error(ErrorCode::damaged, "is no reference");
    if (in.at("trigloop_reference") != 1)
      throw Error(ErrorCode::unsupported, "is of a later version of references than 1");
    Reference reference = read_reference(in);
    reference.id = core::sha256_hex(text);
    return reference;
  } catch (Error& e) {
    throw e.file(name);
  } catch (const std::exception& e) {  // of the JSON library, and of numbers
    throw Error(ErrorCode::damaged, std::string("is no whole reference: ") + e.what()).file(name);
  }
}

Reference load_reference(const std::filesystem::path& path) {
  return parse_reference(core::read_text(path, 256u << 20), path.native());
}

}  // namespace trigloop::watch
