#include "app/scout/record.hpp"

#include <algorithm>
#include <iterator>

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

std::set<event::LumiKey> committed(const scout::Ledger& ledger) {
  const auto all = ledger.committed();
  return {all.begin(), all.end()};
}

}  // namespace

ScoutRecord::ScoutRecord(const RecordOptions& options, const ScoutOptions& examiner,
                         const std::vector<fs::path>& inputs, const scout::Ledger& ledger)
    : ledger_(ledger), record_(options, "scout"), before_(committed(ledger)) {
  if (!examiner.model.empty()) record_.input("model", "model", examiner.model);
  for (const auto& [role, name] :
       {std::pair("menu", examiner.menu), std::pair("stream", examiner.stream), std::pair("layout", examiner.layout)}) {
    if (fs::is_regular_file(name)) record_.input(role, "config", name);  // others are built in
  }
  record_.input_sizes("events", "dataset", "scouting", inputs);
}

void ScoutRecord::commit(const std::set<event::LumiKey>& lumisections) {
  std::vector<fs::path> records;
  for (const event::LumiKey lumi : lumisections) records.push_back(ledger_.folder() / scout::record_name(lumi));
  std::erase_if(records, [](const fs::path& path) { return !fs::exists(path); });
  if (records.empty()) return;
  record_.output_references("spectra", "spectra", fs::absolute(ledger_.folder()).lexically_normal().filename(), records,
                            ranges_of(lumisections));
  record_.commit();
}

void ScoutRecord::commit_new() {
  const auto now = committed(ledger_);
  std::set<event::LumiKey> news;
  std::ranges::set_difference(now, before_, std::inserter(news, news.end()));
  commit(news);
}

std::string ranges_of(const std::set<event::LumiKey>& lumisections) {
  std::string text;
  for (auto at = lumisections.begin(); at != lumisections.end();) {
    const auto first = *at;
    auto last = first;
    while (++at != lumisections.end() && at->run == last.run && at->lumisection == last.lumisection + 1) last = *at;
    const std::string run = std::to_string(first.run) + ":";
    const std::size_t space = text.rfind(' ');
    const bool same_run = !text.empty() && text.compare(space == text.npos ? 0 : space + 1, run.size(), run) == 0;
    text += same_run ? "," : (text.empty() ? "" : " ") + run;
    text += std::to_string(first.lumisection);
    if (last.lumisection != first.lumisection) text += "-" + std::to_string(last.lumisection);
  }
  return text;
}

}  // namespace trigloop::app
