#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "evaluate/report.hpp"

namespace trigloop::evaluate {
namespace {

/// A name as a field: in quotes where it needs them.
std::string field(const std::string& name) {
  if (name.find_first_of(",\"\n\r") == name.npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

class Csv {
 public:
  void line(std::string_view table, const std::string& name, std::string_view rule, const std::string& rate,
            std::string_view column, double value, double low, double high, std::uint64_t count, std::uint64_t total) {
    fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{},{},{},{},{}\n", table, field(name), rule, rate, column,
                   value, low, high, count, total);
  }
  void share(std::string_view table, const std::string& name, std::string_view rule, const std::string& rate,
             std::string_view column, const Proportion& p, double unit = 100) {
    line(table, name, rule, rate, column, unit * p.value(), unit * p.low, unit * p.high, p.count, p.total);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_ = "table,name,rule,rate_khz,column,value,low,high,count,total\n";
};

void add_thresholds(Csv& csv, const Evaluation& e, const RateRow& row) {
  const std::string rate = fmt::format("{}", row.rate_khz);
  for (std::size_t k = 0; k < kinds; ++k) {
    const KindThreshold& t = row.thresholds[k];
    for (const Rule rule : {Rule::firmware, Rule::package}) {
      const Threshold& one = t.by_rule[static_cast<std::size_t>(rule)];
      const double step = 1.0 / static_cast<double>(1 << std::clamp(e.fraction, 0, 30));
      const double unit = rule == Rule::firmware ? 1 : step;
      const double value = rule == Rule::firmware ? static_cast<double>(one.code) : one.score;
      csv.line("threshold", e.background, name_of(rule), rate, name_of(Kind(k)), value, value - t.error * unit,
               value + t.error * unit, k == 0 ? one.raw : one.pure, e.events);
    }
    if (t.tail)
      csv.line("threshold_tail_fit", e.background, "firmware", rate, name_of(Kind(k)), t.tail->code,
               t.tail->code - t.tail->error, t.tail->code + t.tail->error, 0, e.events);
  }
}

void add_signal(Csv& csv, const Evaluation& e, const SignalTable& signal) {
  if (signal.l1) csv.share("efficiency", signal.name, "", "", "L1", *signal.l1);
  if (signal.ht) csv.share("efficiency", signal.name, "", "", "HT", *signal.ht);
  for (std::size_t r = 0; r < e.rows.size(); ++r) {
    const std::string rate = fmt::format("{}", e.rows[r].rate_khz);
    for (const Rule rule : {Rule::firmware, Rule::package}) {
      const Columns& columns = signal.rates[r][static_cast<std::size_t>(rule)];
      for (std::size_t i = 0; i < kinds * kinds; ++i) {
        const std::string column = fmt::format("{}-{}", name_of(Kind(i / kinds)), name_of(Kind(i % kinds)));
        csv.share("efficiency", signal.name, name_of(rule), rate, column, columns[i / kinds][i % kinds]);
      }
    }
  }
}

}  // namespace

std::string to_csv(const Evaluation& e) {
  Csv csv;
  for (const RateRow& row : e.rows) add_thresholds(csv, e, row);
  for (const SignalTable& signal : e.signals) add_signal(csv, e, signal);
  for (const PileupTable& table : e.pileup) {
    for (const PileupBin& bin : table.bins) {
      for (std::size_t r = 0; r < bin.passing.size(); ++r)
        csv.share("pileup", table.name, "firmware", fmt::format("{}", e.rows[r].rate_khz),
                  fmt::format("{}-{}", bin.low, bin.high), bin.passing[r], e.options.crossings.khz());
    }
  }
  return std::move(csv).text();
}

}  // namespace trigloop::evaluate
