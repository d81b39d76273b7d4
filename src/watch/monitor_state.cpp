// A monitor's state as JSON: what is needed to go on as if nothing had happened.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "watch/monitor.hpp"
#include "watch/report.hpp"

namespace trigloop::watch {
namespace {

using core::Error;
using core::ErrorCode;
using core::JsonWriter;
using nlohmann::json;

void write_evidence(JsonWriter& out, const drift::Evidence& evidence) {
  out.value(evidence.sr).value(evidence.cusum).value(evidence.since);
}

drift::Evidence read_evidence(const json& in) {
  return {in.at(0).get<double>(), in.at(1).get<double>(), in.at(2).get<std::uint64_t>()};
}

void write_rate(JsonWriter& out, const RateChannel& channel) {
  out.begin_object().member("muted", channel.muted).member("pull", channel.pull);
  out.array("log_rate", channel.test.known.mean);
  out.key("covariance").begin_array();
  for (const auto& row : channel.test.known.covariance) {
    for (const double value : row) out.value(value);
  }
  out.end_array().key("alternatives").begin_array();
  for (const drift::RateAlternative& one : channel.test.alternatives) {
    out.begin_array();
    write_evidence(out, one.evidence);
    out.value(one.counted).value(one.expected).value(one.lumisections).end_array();
  }
  out.end_array().end_object();
}

void read_rate(const json& in, RateChannel& channel) {
  channel.muted = in.at("muted").get<bool>();
  channel.pull = in.at("pull").get<double>();
  channel.test.known.mean = in.at("log_rate").get<drift::Terms>();
  for (std::size_t i = 0; i < 9; ++i)
    channel.test.known.covariance[i / 3][i % 3] = in.at("covariance").at(i).get<double>();
  for (std::size_t a = 0; a < channel.test.alternatives.size(); ++a) {
    drift::RateAlternative& one = channel.test.alternatives[a];
    const json& from = in.at("alternatives").at(a);
    one.evidence = read_evidence(from);
    one.counted = from.at(3).get<double>();
    one.expected = from.at(4).get<double>();
    one.lumisections = from.at(5).get<double>();
  }
}

void write_test(JsonWriter& out, const drift::ShapeTest& test) {
  out.begin_object().member("entries", test.known.entries);
  out.array("shares", test.known.shares);
  out.key("alternatives").begin_array();
  for (const drift::ShapeAlternative& one : test.alternatives) {
    out.begin_object().key("evidence").begin_array();
    write_evidence(out, one.evidence);
    out.end_array().member("lumisections", one.lumisections);
    out.array("counted", one.counted);
    out.array("expected", one.expected);
    out.end_object();
  }
  out.end_array().end_object();
}

std::vector<double> read_list(const json& in, std::size_t size) {
  auto values = in.get<std::vector<double>>();
  if (values.size() != size) throw Error(ErrorCode::damaged, "a histogram of the state has a wrong number of bins");
  return values;
}

void read_test(const json& in, drift::ShapeTest& test) {
  const std::size_t bins = test.known.shares.size();
  test.known.entries = in.at("entries").get<double>();
  test.known.shares = read_list(in.at("shares"), bins);
  for (std::size_t a = 0; a < test.alternatives.size(); ++a) {
    drift::ShapeAlternative& one = test.alternatives[a];
    const json& from = in.at("alternatives").at(a);
    one.evidence = read_evidence(from.at("evidence"));
    one.lumisections = from.at("lumisections").get<double>();
    one.counted = read_list(from.at("counted"), bins);
    one.expected = read_list(from.at("expected"), bins);
  }
}

event::LumiKey read_key(const json& in) {
  return {in.at("run").get<std::uint32_t>(), in.at("lumisection").get<std::uint32_t>()};
}

Finding read_finding(const json& in) {
  Finding finding;
  finding.channel = in.at("channel").get<std::string>();
  finding.object = in.at("object").get<std::string>();
  finding.quantity = in.at("quantity").get<std::string>();
  finding.place = in.at("place").get<std::string>();
  finding.low = in.at("low").get<double>();
  finding.high = in.at("high").get<double>();
  finding.size = in.at("size").get<double>();
  finding.error = in.at("error").get<double>();
  finding.evidence = in.at("evidence").get<double>();
  finding.since_step = in.at("since_step").get<std::uint64_t>();
  finding.since = read_key(in.at("since"));
  finding.muted = in.at("muted").get<bool>();
  return finding;
}

Alarm read_alarm(const json& in) {
  Alarm alarm;
  alarm.number = in.at("number").get<std::uint64_t>();
  alarm.at = read_key(in.at("at"));
  alarm.since = read_key(in.at("since"));
  alarm.raised_step = in.at("raised_step").get<std::uint64_t>();
  alarm.since_step = in.at("since_step").get<std::uint64_t>();
  alarm.evidence = in.at("evidence").get<double>();
  alarm.sudden = in.at("sudden").get<bool>();
  alarm.cause = {in.at("cause").get<std::string>(), in.at("text").get<std::string>()};
  alarm.confirmations = in.at("confirmations").get<std::uint64_t>();
  alarm.reference = in.at("reference").get<std::string>();
  for (const json& finding : in.at("findings")) alarm.findings.push_back(read_finding(finding));
  return alarm;
}

void refuse_other(const json& in, const std::string& reference, double mean_time) {
  if (in.at("trigloop_watch_state") != 1) {
    throw Error(ErrorCode::unsupported, "is of a later version of states than 1");
  }
  if (in.at("reference").get<std::string>() != reference || in.at("mean_time").get<double>() != mean_time) {
    throw Error(ErrorCode::mismatch, "belongs to another reference or another time between false alarms")
        .remedy("A new reference is a new promise: name another state file, or remove this one");
  }
}

}  // namespace

std::string Monitor::save() const {
  JsonWriter out;
  out.begin_object().member("trigloop_watch_state", 1).member("reference", reference_id_);
  out.member("mean_time", options_.mean_time).member("steps", steps_).member("without_pileup", without_pileup_);
  out.member("delivered", delivered).member("posted", posted);
  out.member("evidence", evidence_).key("rates").begin_array();
  for (const RateChannel& channel : rates_) write_rate(out, channel);
  out.end_array().key("histograms").begin_array();
  for (const HistogramChannel& channel : histograms_) {
    out.begin_object().member("muted", channel.muted).key("tests").begin_array();
    for (const drift::ShapeTest& test : channel.tests) write_test(out, test);
    out.end_array().end_object();
  }
  out.end_array().key("alarms").begin_array();
  for (const Alarm& alarm : alarms_) out.raw(alarm_json(alarm));
  out.end_array().key("curve").begin_array();
  for (const CurvePoint& p : curve_)
    out.begin_array().value(p.key.run).value(p.key.lumisection).value(p.evidence).end_array();
  out.end_array().end_object();
  return out.text() + "\n";
}

void Monitor::restore(const std::string& state, const std::string& name) {
  const json in = json::parse(state, nullptr, false);
  try {
    if (!in.is_object() || !in.contains("trigloop_watch_state"))
      throw Error(ErrorCode::damaged, "is no state of a watch");
    refuse_other(in, reference_id_, options_.mean_time);
    steps_ = in.at("steps").get<std::uint64_t>();
    without_pileup_ = in.at("without_pileup").get<std::uint64_t>();
    delivered = in.at("delivered").get<std::uint64_t>();
    posted = in.value("posted", std::uint64_t{0});  // not there before there were webhooks
    evidence_ = in.at("evidence").get<double>();
    for (std::size_t r = 0; r < rates_.size(); ++r) read_rate(in.at("rates").at(r), rates_[r]);
    for (std::size_t h = 0; h < histograms_.size(); ++h) {
      const json& from = in.at("histograms").at(h);
      histograms_[h].muted = from.at("muted").get<bool>();
      for (std::size_t t = 0; t < histograms_[h].tests.size(); ++t)
        read_test(from.at("tests").at(t), histograms_[h].tests[t]);
    }
    alarms_.clear();
    for (const json& alarm : in.at("alarms")) alarms_.push_back(read_alarm(alarm));
    curve_.clear();
    for (const json& p : in.at("curve")) {
      curve_.push_back({{p.at(0).get<std::uint32_t>(), p.at(1).get<std::uint32_t>()}, p.at(2).get<double>()});
    }
    if (curve_.size() != steps_)
      throw Error(ErrorCode::damaged, "its curve has not as many points as steps were taken");
  } catch (Error& e) {
    throw e.file(name);
  } catch (const std::exception& e) {  // of the JSON library
    throw Error(ErrorCode::damaged, std::string("is no whole state: ") + e.what()).file(name);
  }
}

}  // namespace trigloop::watch
