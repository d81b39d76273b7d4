#include "loop/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "scout/record/record.hpp"

namespace trigloop::loop {
namespace {

using core::Error;
using core::ErrorCode;

Rate rate_of(std::uint64_t passing, double hertz_per_event) {
  return {passing, static_cast<double>(passing) * hertz_per_event,
          std::sqrt(static_cast<double>(std::max<std::uint64_t>(passing, 1))) * hertz_per_event};
}

/// The sum of lumisections, and the numbers of each.
class Sums {
 public:
  explicit Sums(std::size_t points) : own_(points) {}

  void add(const Scored& scored, const std::vector<PointTarget>& points, const std::vector<std::int64_t>& thresholds) {
    scout::Record record = scout::read_record(scored.file, scout::RecordPart::tail);
    add_shares(record, thresholds);
    const watch::Lumi lumi = watch::lumi_from(std::move(record));
    exposure_ = count_ == 0 ? lumi.exposure : exposure_ + lumi.exposure;
    ++count_;
    const double weight = watch::hertz_per_event(lumi.exposure, 0).best();
    for (std::size_t p = 0; p < points.size(); ++p) {
      Own& own = own_[p];
      const std::uint64_t all = watch::at_least(lumi.all, thresholds[p]),
                          pure = watch::at_least(lumi.pure, thresholds[p]);
      own.all += all;
      own.pure += pure;
      own.rates.push_back(rate_of(points[p].point.pure ? pure : all, weight));
    }
  }

  MeasuredPoint point(std::size_t p, const PointTarget& target, std::int64_t threshold) const {
    const double weight = watch::hertz_per_event(exposure_, 0).best();
    MeasuredPoint m{.name = target.name, .pure = target.point.pure, .target = target.point.target, .band = target.band};
    m.threshold = threshold;
    m.prescale = target.prescale;
    m.raw = rate_of(own_[p].all, weight);
    m.pure_rate = rate_of(own_[p].pure, weight);
    const Own& own = own_[p];
    m.kept_whole = own.kept_whole;
    if (own.kept_whole == own.all)
      m.proportional = Rate{own.all, own.shared * weight, std::sqrt(std::max(own.shared_squares, 1.0)) * weight};
    m.lumisections = count_;
    m.seconds = static_cast<double>(exposure_.nanoseconds) * 1e-9;
    for (const Rate& one : own_[p].rates) m.chi2 += std::pow((one.hertz - m.rate().hertz) / error_of(one, m), 2);
    return m;
  }

 private:
  struct Own {
    std::uint64_t all = 0, pure = 0, kept_whole = 0;
    double shared = 0, shared_squares = 0;  ///< of these: 1 / number of triggers
    std::vector<Rate> rates;
  };

  /// Expected from the mean: the error of a low count would be low, too.
  double error_of(const Rate& one, const MeasuredPoint& m) const {
    const double weight = one.passing > 0 ? one.hertz / static_cast<double>(one.passing) : one.error;
    return std::sqrt(std::max(m.rate().hertz / weight, 1.0)) * weight;
  }

  /// The highest events are kept whole, with all triggers that took them.
  void add_shares(const scout::Record& record, const std::vector<std::int64_t>& thresholds) {
    if (!record.has_menu()) return;
    for (const scout::TailEvent& event : record.sum.tail.sorted()) {
      int others = 0;
      for (const std::uint64_t word : event.seeds) others += std::popcount(word);
      const double share = 1.0 / (1 + others);
      for (std::size_t p = 0; p < thresholds.size(); ++p) {
        if (event.code < thresholds[p]) continue;
        ++own_[p].kept_whole;
        own_[p].shared += share;
        own_[p].shared_squares += share * share;
      }
    }
  }

  std::vector<Own> own_;
  score::Exposure exposure_;
  std::size_t count_ = 0;
};

void write_rate(core::JsonWriter& json, const char* name, const Rate& rate) {
  json.key(name).begin_object().member("passing", rate.passing).member("hz", rate.hertz);
  json.member("error", rate.error).end_object();
}

Rate rate_of_json(const nlohmann::json& json) {
  return {json.at("passing").get<std::uint64_t>(), json.at("hz").get<double>(), json.at("error").get<double>()};
}

/// The folder, and two levels of folders in it.
std::vector<std::filesystem::path> folders_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  if (!std::filesystem::is_directory(folder)) return found;
  found.push_back(folder);
  auto entry = std::filesystem::recursive_directory_iterator(folder);
  for (; entry != std::filesystem::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory()) found.push_back(entry->path());
    if (entry.depth() >= 1) entry.disable_recursion_pending();
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

Scored RecordIndex::look_up(const std::filesystem::path& file) {
  const auto written = std::filesystem::last_write_time(file);
  auto& [time, scored] = known_[file];
  if (scored.file.empty() || time != written) {
    const watch::Lumi lumi = watch::read_lumi(file, watch::LumiPart::spectra);
    scored = {lumi.key, file, lumi.model};
    time = written;
  }
  return scored;
}

std::vector<Scored> scored_lumis(const std::filesystem::path& folder, const std::string& model) {
  RecordIndex index;
  return scored_lumis(folder, model, index);
}

std::vector<Scored> scored_lumis(const std::filesystem::path& folder, const std::string& model, RecordIndex& index) {
  std::vector<Scored> lumis;
  for (const std::filesystem::path& place : folders_below(folder)) {
    for (const std::filesystem::path& file : scout::list_records(place)) {
      Scored lumi = index.look_up(file);
      if (model.empty() || lumi.model == model) lumis.push_back(std::move(lumi));
    }
  }
  std::ranges::stable_sort(lumis, {}, [](const Scored& l) { return std::tie(l.key, l.model); });
  const auto again = std::ranges::unique(lumis, {}, [](const Scored& l) { return std::tie(l.key, l.model); });
  lumis.erase(again.begin(), again.end());
  return lumis;
}

std::vector<std::int64_t> thresholds_for(const std::vector<PointTarget>& points, const std::vector<Scored>& lumis) {
  watch::Lumi sum;
  for (std::size_t l = 0; l < lumis.size(); ++l) {
    const watch::Lumi one = watch::read_lumi(lumis[l].file, watch::LumiPart::spectra);
    sum.exposure = l == 0 ? one.exposure : sum.exposure + one.exposure;
    sum.fraction = one.fraction;
    sum.has_pure = one.has_pure;
    scout::add(sum.all, one.all);
    scout::add(sum.pure, one.pure);
  }
  std::vector<std::int64_t> thresholds;
  for (const PointTarget& target : points) {
    const auto threshold = watch::threshold_for(target.point, sum, 0);
    if (!threshold)
      throw Error(ErrorCode::mismatch, "lumisections tell no threshold for " + watch::name_of(target.point))
          .remedy("Their exposure must tell rates: see the options of `trigloop scout run`");
    thresholds.push_back(*threshold);
  }
  return thresholds;
}

std::vector<MeasuredPoint> measure(const std::vector<PointTarget>& points, const std::vector<std::int64_t>& thresholds,
                                   const std::vector<Scored>& lumis) {
  Sums sums(points.size());
  for (const Scored& lumi : lumis) sums.add(lumi, points, thresholds);
  std::vector<MeasuredPoint> measured;
  for (std::size_t p = 0; p < points.size(); ++p) measured.push_back(sums.point(p, points[p], thresholds[p]));
  return measured;
}

std::string to_json(const std::vector<MeasuredPoint>& points) {
  core::JsonWriter json;
  json.begin_array();
  for (const MeasuredPoint& p : points) {
    json.begin_object().member("name", p.name).member("of", p.pure ? "pure" : "raw").member("target_hz", p.target);
    json.member("band", p.band).member("threshold", p.threshold).member("prescale", p.prescale);
    write_rate(json, "raw", p.raw);
    write_rate(json, "pure", p.pure_rate);
    if (p.proportional) {
      write_rate(json, "proportional", *p.proportional);
    } else {
      json.key("proportional").null();
    }
    json.member("kept_whole", p.kept_whole)
        .member("chi2", p.chi2)
        .member("lumisections", p.lumisections)
        .member("seconds", p.seconds)
        .end_object();
  }
  return json.end_array().text();
}

std::vector<MeasuredPoint> points_of_json(const std::string& text) {
  std::vector<MeasuredPoint> points;
  try {
    for (const auto& json : nlohmann::json::parse(text)) {
      MeasuredPoint p;
      p.name = json.at("name");
      p.pure = json.at("of") == "pure";
      p.target = json.at("target_hz");
      p.band = json.at("band");
      p.threshold = json.at("threshold");
      p.prescale = json.at("prescale");
      p.raw = rate_of_json(json.at("raw"));
      p.pure_rate = rate_of_json(json.at("pure"));
      if (!json.at("proportional").is_null()) p.proportional = rate_of_json(json.at("proportional"));
      p.kept_whole = json.value("kept_whole", std::uint64_t{0});
      p.chi2 = json.at("chi2");
      p.lumisections = json.at("lumisections");
      p.seconds = json.at("seconds");
      points.push_back(std::move(p));
    }
  } catch (const nlohmann::json::exception& e) {
    throw Error(ErrorCode::damaged, std::string("working points: ") + e.what());
  }
  return points;
}

std::vector<std::int64_t> thresholds_of(const std::vector<MeasuredPoint>& points) {
  std::vector<std::int64_t> thresholds;
  for (const MeasuredPoint& p : points) thresholds.push_back(p.threshold);
  return thresholds;
}

std::string text_of(const MeasuredPoint& p) {
  std::string text =
      fmt::format("{}: threshold {}, prescale {}, raw {:.4g} +- {:.2g} Hz, pure {:.4g} +- {:.2g} Hz", p.name,
                  p.threshold, p.prescale, p.raw.hertz, p.raw.error, p.pure_rate.hertz, p.pure_rate.error);
  if (p.proportional) {
    text += fmt::format(", proportional {:.4g} +- {:.2g} Hz", p.proportional->hertz, p.proportional->error);
  } else {
    text += fmt::format(", proportional not told ({} of {} events were kept whole: `scout run --tail-count`)",
                        p.kept_whole, p.raw.passing);
  }
  return text + fmt::format(" ({} events, {} lumisections, {:.3g} s)", p.rate().passing, p.lumisections, p.seconds);
}

}  // namespace trigloop::loop
