// The file form of a status.
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "scout/follow/status.hpp"
#include "scout/follow/utc.hpp"

namespace trigloop::scout {
namespace {

using core::JsonWriter;
using nlohmann::json;

constexpr int version = 1;

void write_inputs(JsonWriter& out, const Status& status) {
  out.key("input").begin_object().member("folder", status.folder).member("present", status.folder_present);
  for (std::size_t i = 0; i < input_states; ++i) out.member(name_of(static_cast<InputState>(i)), status.inputs[i]);
  out.key("working").begin_array();
  for (const std::string& name : status.working) out.value(name);
  out.end_array().end_object();
  out.key("backlog").begin_object().member("inputs", status.backlog()).member("bytes", status.backlog_bytes);
  out.member("lumisections", status.backlog_lumisections).end_object();
  out.member("lag_seconds", status.lag_seconds);
}

void write_lumisections(JsonWriter& out, const Status& status) {
  out.key("lumisections").begin_object().member("committed", status.committed);
  out.member("incomplete", status.incomplete).member("open", status.open).key("latest");
  if (status.latest) {
    out.begin_array().value(status.latest->run).value(status.latest->lumisection).end_array();
  } else {
    out.null();
  }
  out.end_object();
}

void write_stages(JsonWriter& out, const Status& status) {
  out.key("stages").begin_array();
  for (const StageStatus& stage : status.stages) {
    out.begin_object().member("name", stage.name).member("items", stage.total.items);
    out.member("events", stage.total.events).member("bytes", stage.total.bytes).member("seconds", stage.total.seconds);
    out.member("items_per_second", stage.items_per_second).member("events_per_second", stage.events_per_second);
    out.member("bytes_per_second", stage.bytes_per_second).end_object();
  }
  out.end_array().key("stores").begin_array();
  for (const StoreStatus& store : status.stores) {
    out.begin_object().member("name", store.name).member("path", store.path);
    out.member("files", store.files).member("bytes", store.bytes).end_object();
  }
  out.end_array();
}

void write_machine(JsonWriter& out, const Status& status) {
  out.key("memory").begin_object().member("resident_bytes", status.resident_bytes);
  out.member("peak_bytes", status.peak_bytes).end_object();
  out.key("disk").begin_object().member("free_bytes", status.disk_free);
  out.member("total_bytes", status.disk_total).end_object();
  out.key("pause").begin_object().member("reason", status.pause).member("seconds", status.pause_seconds);
  out.member("count", status.pauses).end_object();
}

void write_losses(JsonWriter& out, const Status& status) {
  out.key("lost").begin_object().member("inputs", status.lost_inputs).member("untold_inputs", status.lost_untold);
  out.member("lumisections", status.lost_lumisections).member("hours", status.lost_hours);
  out.member("expected_inputs", status.expected_lost_inputs);
  out.member("expected_lumisections", status.expected_lost_lumisections);
  out.member("expected_hours", status.expected_lost_hours).end_object();
}

void read_inputs(const json& in, Status& status) {
  const json& input = in.at("input");
  status.folder = input.at("folder");
  status.folder_present = input.at("present");
  for (std::size_t i = 0; i < input_states; ++i) status.inputs[i] = input.at(name_of(static_cast<InputState>(i)));
  status.working = input.at("working").get<std::vector<std::string>>();
  status.backlog_bytes = in.at("backlog").at("bytes");
  status.backlog_lumisections = in.at("backlog").at("lumisections");
  status.lag_seconds = in.at("lag_seconds");
}

void read_lumisections(const json& in, Status& status) {
  status.committed = in.at("committed");
  status.incomplete = in.at("incomplete");
  status.open = in.at("open");
  if (const json& latest = in.at("latest"); !latest.is_null()) status.latest = {latest.at(0), latest.at(1)};
}

void read_stages(const json& in, Status& status) {
  for (const json& one : in.at("stages")) {
    const Work total{one.at("items"), one.at("events"), one.at("bytes"), one.at("seconds")};
    status.stages.push_back(
        {one.at("name"), total, one.at("items_per_second"), one.at("events_per_second"), one.at("bytes_per_second")});
  }
  for (const json& one : in.at("stores"))
    status.stores.push_back({one.at("name"), one.at("path"), one.at("files"), one.at("bytes")});
}

void read_machine(const json& in, Status& status) {
  status.resident_bytes = in.at("memory").at("resident_bytes");
  status.peak_bytes = in.at("memory").at("peak_bytes");
  status.disk_free = in.at("disk").at("free_bytes");
  status.disk_total = in.at("disk").at("total_bytes");
  status.pause = in.at("pause").at("reason");
  status.pause_seconds = in.at("pause").at("seconds");
  status.pauses = in.at("pause").at("count");
  const json& lost = in.at("lost");
  status.lost_inputs = lost.at("inputs");
  status.lost_untold = lost.value("untold_inputs", status.lost_inputs);
  status.lost_lumisections = lost.at("lumisections");
  status.lost_hours = lost.at("hours");
  status.expected_lost_inputs = lost.at("expected_inputs");
  status.expected_lost_lumisections = lost.at("expected_lumisections");
  status.expected_lost_hours = lost.at("expected_hours");
}

}  // namespace

std::string format_status(const Status& status) {
  JsonWriter out;
  out.begin_object().member("trigloop_status", version).member("state", status.state);
  out.member("process", status.process).member("started", status.started).member("updated", status.updated);
  out.member("updated_utc", utc_text(status.updated)).member("output", status.output);
  write_inputs(out, status);
  write_lumisections(out, status);
  write_stages(out, status);
  write_machine(out, status);
  write_losses(out, status);
  out.key("troubles").begin_array();
  for (const std::string& line : status.troubles) out.value(line);
  out.end_array().end_object();
  return out.text() + "\n";
}

Status parse_status(const std::string& text) {
  try {
    const json in = json::parse(text);
    if (in.at("trigloop_status") != version)
      throw core::Error(core::ErrorCode::unsupported, "is a status of another version");
    Status status;
    status.state = in.at("state");
    status.process = in.at("process");
    status.started = in.at("started");
    status.updated = in.at("updated");
    status.output = in.at("output");
    read_inputs(in, status);
    read_lumisections(in.at("lumisections"), status);
    read_stages(in, status);
    read_machine(in, status);
    status.troubles = in.at("troubles").get<std::vector<std::string>>();
    return status;
  } catch (const json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, std::string("is no status: ") + e.what());
  }
}

}  // namespace trigloop::scout
