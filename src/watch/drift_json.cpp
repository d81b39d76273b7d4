// Alarms and evidence as JSON (docs/formats.md, "Watch").
#include "core/json_writer.hpp"
#include "watch/report.hpp"

namespace trigloop::watch {
namespace {

using core::JsonWriter;

void write_key(JsonWriter& out, std::string_view name, event::LumiKey key) {
  out.key(name).begin_object().member("run", key.run).member("lumisection", key.lumisection).end_object();
}

void write_finding(JsonWriter& out, const Finding& finding) {
  out.begin_object().member("channel", finding.channel).member("object", finding.object);
  out.member("quantity", finding.quantity).member("place", finding.place);
  out.member("low", finding.low).member("high", finding.high).member("size", finding.size);
  out.member("error", finding.error).member("evidence", finding.evidence);
  out.member("since_step", finding.since_step).member("muted", finding.muted);
  write_key(out, "since", finding.since);
  out.member("text", words_of(finding)).end_object();
}

}  // namespace

std::string alarm_json(const Alarm& alarm) {
  JsonWriter out;
  out.begin_object().member("number", alarm.number).member("cause", alarm.cause.kind).member("text", alarm.cause.text);
  write_key(out, "at", alarm.at);
  write_key(out, "since", alarm.since);
  out.member("raised_step", alarm.raised_step).member("since_step", alarm.since_step);
  out.member("evidence", alarm.evidence).member("sudden", alarm.sudden);
  out.member("confirmations", alarm.confirmations).member("reference", alarm.reference);
  out.key("findings").begin_array();
  for (const Finding& finding : alarm.findings) write_finding(out, finding);
  out.end_array().end_object();
  return out.text();
}

std::string drift_json(const Monitor& monitor) {
  JsonWriter out;
  out.begin_object().member("level", monitor.level()).member("lumisections", monitor.steps());
  out.member("without_pileup", monitor.without_pileup()).key("alarms").begin_array();
  for (const Alarm& alarm : monitor.alarms()) out.raw(alarm_json(alarm));
  out.end_array().key("channels").begin_array();
  for (const Finding& finding : monitor.findings()) write_finding(out, finding);
  out.end_array().key("pulls").begin_array();
  for (const RateChannel& channel : monitor.rates()) {
    out.begin_object().member("channel", name_of(channel.reference.point)).member("pull", channel.pull).end_object();
  }
  out.end_array().key("evidence").begin_array();
  for (const CurvePoint& p : monitor.curve()) {
    out.begin_array().value(p.key.run).value(p.key.lumisection).value(p.evidence).end_array();
  }
  out.end_array().end_object();
  return out.text();
}

}  // namespace trigloop::watch
