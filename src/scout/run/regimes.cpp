#include "scout/run/regimes.hpp"

#include <algorithm>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "core/sha256.hpp"
#include "scout/record/identity.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using conditions::Interval;
using core::Error;
using core::ErrorCode;
using event::LumiKey;

/// In nanoseconds; 0, if the file is not there.
std::int64_t modified(const fs::path& path) {
  std::error_code none;
  const auto time = fs::last_write_time(path, none);
  return none ? 0 : static_cast<std::int64_t>(time.time_since_epoch().count());
}

/// What the interval says of the crossings that collide, in place of what is said usually.
StreamDescription stream_at(const Interval& interval, StreamDescription stream) {
  if (interval.bunches == 0 && interval.filling_scheme.empty()) return stream;
  stream.colliding_bunches.reset();
  stream.colliding.clear();
  std::string text = format_stream(stream);
  if (interval.bunches != 0) text += "  colliding_bunches: " + std::to_string(interval.bunches) + "\n";
  if (!interval.filling_scheme.empty()) {
    std::string list;
    for (const std::string& item : interval.filling_scheme) list += (list.empty() ? "\"" : ", \"") + item + "\"";
    text += "  filling_scheme: [" + list + "]\n";
  }
  return parse_stream(text, "the conditions, line " + std::to_string(interval.line));
}

bool same_model(const std::string& a, const std::string& b) { return a.starts_with(b) || b.starts_with(a); }

std::string name_of(LumiKey lumi) {
  return "run " + std::to_string(lumi.run) + ", lumisection " + std::to_string(lumi.lumisection);
}

/// Everything that makes an examiner, as text.
std::string key_of(const ExaminerOptions& options) {
  std::string key = options.model + '\n' + options.normalisation + '\n' + options.menu + '\n';
  for (const ModelFiles& shadow : options.shadows) key += shadow.model + '\n';
  for (const auto& [seed, prescale] : options.prescales) key += seed + ' ' + std::to_string(prescale) + '\n';
  return key + format_stream(options.stream);
}

}  // namespace

Regimes::Regimes(RegimeOptions options) : options_(std::move(options)) {
  read_conditions();
  read_models();
  usual_ = make(options_.usual);
}

void Regimes::read_conditions() {
  const std::int64_t now = modified(options_.conditions);
  if (now == read_at_ && now != 0) return;
  try {
    conditions_ = conditions::load_conditions(options_.conditions);
  } catch (const Error& e) {
    if (read_at_ == 0) throw;
    options_.say(std::string("the conditions as they were stay valid: ") + e.what());
  }
  read_at_ = now;
}

void Regimes::read_models() {
  const auto add = [&](const ModelFiles& files) {
    models_.emplace(model_id(files), files);
    models_.emplace(core::sha256_of_file(files.model), files);
  };
  add(options_.usual);
  for (const ModelFiles& shadow : options_.usual.shadows) add(shadow);
  for (const std::string& place : options_.models) {
    if (!fs::is_directory(place)) {
      add({place, ""});
      continue;
    }
    for (const fs::path& path : core::list_folder(place)) {
      if (path.extension() == ".onnx") add({path.native(), ""});
    }
  }
}

ModelFiles Regimes::model(const std::string& id) {
  const auto find = [&] {
    return std::ranges::find_if(models_, [&](const auto& one) { return one.first.starts_with(id); });
  };
  auto found = find();
  if (found == models_.end()) {
    read_models();
    found = find();
  }
  if (found != models_.end()) return found->second;
  throw Error(ErrorCode::not_found, "names the model " + id.substr(0, 12) + ", and none of those given is it")
      .file(options_.conditions.native())
      .remedy("Give its file, or the folder that it lies in, by --models");
}

ExaminerOptions Regimes::options_at(LumiKey lumi) {
  ExaminerOptions options = options_.usual;
  const Interval* interval = conditions_.at(lumi);
  if (interval == nullptr) return options;
  if (!interval->model.empty()) static_cast<ModelFiles&>(options) = model(interval->model);
  if (!interval->menu.empty()) {
    const fs::path beside = options_.conditions.parent_path() / interval->menu;
    options.menu = fs::is_regular_file(beside) ? beside.native() : interval->menu;
  }
  if (const conditions::Prescales* prescales = conditions_.prescales_at(lumi)) options.prescales = *prescales;
  options.stream = stream_at(*interval, options.stream);
  const Interval* before = interval == conditions_.intervals.data() ? nullptr : interval - 1;
  const bool switched = before != nullptr && !before->model.empty() && !interval->model.empty() &&
                        !same_model(before->model, interval->model);
  if (switched && lumi.lumisection - interval->first < options_.overlap)
    options.shadows.push_back(model(before->model));
  return options;
}

std::shared_ptr<const Examiner> Regimes::make(const ExaminerOptions& options) {
  auto& made = made_[key_of(options)];
  if (!made) made = std::make_shared<const Examiner>(make_examiner(options));
  return made;
}

std::shared_ptr<const Examiner> Regimes::choose(LumiKey lumi) {
  ExaminerOptions options = options_at(lumi);
  std::error_code none;
  const fs::path path = options_.records / record_name(lumi);
  std::optional<Identity> identity;
  if (fs::exists(path, none)) identity = read_record(path, RecordPart::spectra).identity;
  if (identity) static_cast<ModelFiles&>(options) = model(identity->model);
  // A network scores an event once.
  std::vector<ModelFiles> shadows;
  for (const ModelFiles& shadow : options.shadows) {
    const bool there =
        shadow.model == options.model || std::ranges::find(shadows, shadow.model, &ModelFiles::model) != shadows.end();
    if (!there) shadows.push_back(shadow);
  }
  options.shadows = std::move(shadows);
  auto examiner = make(options);
  if (!identity) return examiner;
  if (const std::string differs = difference(*identity, examiner->identity); !differs.empty()) {
    throw Error(ErrorCode::mismatch, name_of(lumi) + " was begun with another: " + differs)
        .file(options_.conditions.native());
  }
  return examiner;
}

std::shared_ptr<const Examiner> Regimes::at(LumiKey lumi) {
  constexpr std::size_t most_remembered = 1u << 16;
  const std::lock_guard lock(mutex_);
  if (const auto chosen = chosen_.find(lumi); chosen != chosen_.end()) return chosen->second;
  read_conditions();
  auto examiner = choose(lumi);
  if (chosen_.size() >= most_remembered) chosen_.erase(chosen_.begin());
  return chosen_.emplace(lumi, std::move(examiner)).first->second;
}

}  // namespace trigloop::scout
