#include "app/scout/stages.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iostream>

#include "core/file.hpp"
#include "core/parallel.hpp"
#include "io/any/any.hpp"
#include "io/tiles.hpp"
#include "menu/menu.hpp"
#include "score/spectrum_file.hpp"
#include "scout/record/record.hpp"
#include "scout/run/choice.hpp"
#include "scout/stores/scores.hpp"
#include "scout/stores/shard.hpp"
#include "scout/stores/stage_taps.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
namespace stores = scout::stores;
using core::Error;
using core::ErrorCode;
using stores::Stage;

constexpr const char* given_scores = "Scouting Analyser, stage 2";

std::optional<Stage> stage_of(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(stores::parse_stage(text));
}

std::vector<Stage> taps_of(const StageOptions& options) {
  return options.tap.empty() ? std::vector<Stage>{} : stores::parse_stages(options.tap);
}

std::unique_ptr<io::Source> open(const StageOptions& stages, const fs::path& path) {
  return stage_of(stages.from) == Stage::two ? stores::open_scores(path) : io::open(path);
}

/// Stages come in one order: from, taps, to.
void check(const StageOptions& options) {
  const auto from = stage_of(options.from), to = stage_of(options.to);
  const auto refuse = [](const std::string& what) { throw Error(ErrorCode::usage, what); };
  if (from && to && *to <= *from) refuse("--to must be a later stage than --from");
  for (const Stage tap : taps_of(options)) {
    if (from && tap <= *from) refuse("--tap names a stage that is there already, by --from");
    if (to && tap > *to) refuse("--tap names a stage after --to");
  }
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

void write_axo(const stores::Merge& merge, const fs::path& folder) {
  score::Spectrum spectrum(0, 0, -1);
  for (const auto& [bin, count] : merge.counts) spectrum.count(bin, count);
  spectrum.lumisections = {merge.lumi};
  const fs::path file = folder / scout::axo_name(merge.lumi);
  core::write_file(file, score::format_axo(spectrum, utc_now()));
  std::cout << file.native() << ": " << merge.shards << " shards, " << spectrum.total() << " events of "
            << merge.orbits.size() << " orbits";
  if (!merge.duplicate.empty()) std::cout << "; " << merge.duplicate.size() << " copies left out";
  if (!merge.overlapping.empty()) std::cout << "; " << merge.overlapping.size() << " overlapping shards LEFT OUT";
  std::cout << '\n';
  for (const std::string& name : merge.overlapping) {
    std::cerr << "trigloop: " << core::escaped(name) << ": shares orbits with another shard and is no copy of it\n";
  }
}

void merge_shards(const std::vector<fs::path>& inputs, const fs::path& output) {
  std::vector<stores::Shard> shards;
  for (const fs::path& path : inputs) shards.push_back(stores::read_shard(path));
  std::error_code failed;
  fs::create_directories(output, failed);
  if (failed) throw Error(ErrorCode::output, "cannot make the folder: " + failed.message()).file(output.native());
  bool overlap = false;
  for (const stores::Merge& merge : stores::merge_shards(std::move(shards))) {
    write_axo(merge, output);
    overlap = overlap || !merge.overlapping.empty();
  }
  if (overlap) throw Error(ErrorCode::mismatch, "shards overlap, and their counts cannot be told apart");
}

/// Reads an input into stores, which appear by Reading::keep.
scout::Reading read_into_stores(std::shared_ptr<io::Source> source, const scout::InputId& input,
                                const scout::Examiner& examiner, const std::vector<Stage>& stages,
                                const fs::path& output, unsigned threads) {
  if (threads == 0) threads = core::available_cores();
  const auto set = std::make_shared<stores::StageTaps>(output, stages, *source, examiner.layout, input,
                                                       examiner.identity.fraction, threads);
  const std::vector<scout::Tap*> taps = set->taps();
  struct Worker {
    std::unique_ptr<score::Stream> stream;
    std::vector<std::int32_t> codes = std::vector<std::int32_t>(event::Tiler::default_lanes);
  };
  std::vector<Worker> workers(threads);
  io::TileOptions options;
  options.threads = threads;
  io::read_tiles(*source, examiner.layout, options, [&](unsigned number, const event::Tile& tile) {
    Worker& worker = workers[number];
    if (examiner.engine) {
      if (!worker.stream) worker.stream = examiner.engine->stream();
      worker.stream->run({reinterpret_cast<const std::int16_t*>(tile.data), tile.stride, tile.size, nullptr},
                         worker.codes.data());
    }
    for (scout::Tap* tap : taps) tap->take(number, tile, std::span(worker.codes).first(tile.size));
  });
  scout::PassResult result;
  result.rows = io::find_table(source->info(), examiner.layout.table).entries;
  return {std::move(result), [source, set] { set->commit(); }};
}

std::vector<Stage> stages_up_to(const StageOptions& stages) {
  std::vector<Stage> wanted = taps_of(stages);
  const Stage to = *stage_of(stages.to);
  if (std::ranges::find(wanted, to) == wanted.end()) wanted.push_back(to);
  return wanted;
}

}  // namespace

void add_stage_options(CLI::App& run, StageOptions& options) {
  const std::string group = "Beside the Scouting Analyser";
  run.add_option("--tap", options.tap, "Write its stores, too: stage1,stage2,stage3; into OUTPUT/StoreStage<n>")
      ->group(group);
  run.add_option("--from", options.from, "The inputs are folders of its stores: stage1, stage2 or stage3")
      ->group(group);
  run.add_option("--to", options.to, "Stop at this store; no records are made")->group(group);
}

bool run_stages_alone(const StageOptions& stages, const ScoutOptions& options, const std::vector<std::string>& inputs,
                      const fs::path& output, unsigned threads, bool consume) {
  check(stages);
  const auto remove = [&](const fs::path& input) {
    if (consume) fs::remove_all(input);
  };
  if (stage_of(stages.from) == Stage::three) {
    const std::vector<fs::path> shards = inputs_of(stages, inputs);
    merge_shards(shards, output);
    std::ranges::for_each(shards, remove);
    return true;
  }
  const auto to = stage_of(stages.to);
  if (!to) return false;
  const scout::Examiner examiner = make_examiner(stages, options);
  const scout::Examine examine = examine_into_stores(stages, examiner, output, threads);
  for (const fs::path& path : inputs_of(stages, inputs)) {
    examine(path, scout::identify(path), {}).keep();
    std::cout << path.native() << ": written to " << output.native() << '\n';
    remove(path);
  }
  return true;
}

/// The default menu is left out in silence; one that was asked for is not.
void refuse_menu(const StageOptions& stages, const ScoutOptions& options) {
  if (stages.from.empty() || options.menu == menu::cms_run3 || options.menu == "none") return;
  throw Error(ErrorCode::usage, "--menu asks for isolation, quality and charge, which " + stages.from + " has not kept")
      .remedy("Start from the files of stage 0, or leave out --menu");
}

scout::Examiner make_examiner(const StageOptions& stages, const ScoutOptions& options) {
  const auto from = stage_of(stages.from);
  refuse_menu(stages, options);
  if (stage_of(stages.to) == Stage::one) {  // no model is needed
    scout::Examiner examiner;
    examiner.layout = event::find_layout(options.layout);
    examiner.identity.layout = examiner.layout.name;
    return examiner;
  }
  if (from == Stage::two) {
    scout::TailRule tail{options.tail_count, 0};
    tail.threshold = static_cast<std::int64_t>(std::ceil(std::ldexp(options.tail_threshold, stores::score_fraction)));
    return stores::score_examiner(given_scores, stream_of(options), tail);
  }
  scout::ExaminerOptions examiner = examiner_options(options);
  if (from == Stage::one) {
    examiner.layout = stores::stage1_layout_name;
    examiner.menu.clear();
  }
  return scout::make_examiner(examiner);
}

std::vector<fs::path> inputs_of(const StageOptions& stages, const std::vector<std::string>& inputs) {
  const auto from = stage_of(stages.from);
  if (!from) return scout::expand(inputs);
  std::vector<fs::path> all, unfinished;
  for (const fs::path& folder : scout::expand(inputs)) {
    const auto found = stores::list_stores(folder, *from, &unfinished);
    all.insert(all.end(), found.begin(), found.end());
  }
  for (const fs::path& path : unfinished) {
    std::cerr << "trigloop: " << path.native() << ": has no WriteTime: it is not whole yet, and left out\n";
  }
  if (all.empty())
    throw Error(ErrorCode::not_found, "no whole store of " + stages.from + " is there").file(inputs.at(0));
  return all;
}

void use_stages(const StageOptions& stages, const scout::Examiner& examiner, const fs::path& output,
                scout::ReadingOptions& reading) {
  if (!stages.from.empty()) reading.open = [stages](const fs::path& path) { return open(stages, path); };
  const std::vector<Stage> taps = taps_of(stages);
  if (taps.empty()) return;
  if (reading.wanted) throw Error(ErrorCode::usage, "--tap writes whole inputs; --part takes lumisections of them");
  const unsigned threads = reading.threads;
  reading.make_taps = [&examiner, taps, output, threads](const io::Source& source, const scout::InputId& input) {
    return std::make_unique<stores::StageTaps>(output, taps, source, examiner.layout, input, examiner.identity.fraction,
                                               threads);
  };
}

StageStream stream_of(const StageOptions& stages, const fs::path& folder, const std::vector<std::string>& patterns,
                      const fs::path& output) {
  check(stages);
  StageStream stream{folder, output, patterns};
  if (const auto from = stage_of(stages.from)) {
    if (*from == Stage::three) {
      throw Error(ErrorCode::usage, "--from stage3 merges the shards that are there: nothing tells how many will come")
          .remedy("Use --input when all of them are there, or follow stage 1 or 2");
    }
    const fs::path stores = stores::stage_folder(folder, *from);
    stream.folder = fs::is_directory(stores) ? stores : folder;
    if (patterns == std::vector<std::string>{"*"}) stream.patterns = {"*.zarr"};
  }
  if (const auto to = stage_of(stages.to)) stream.books = stores::stage_folder(output, *to);
  return stream;
}

scout::Examine examine_into_stores(const StageOptions& stages, const scout::Examiner& examiner, const fs::path& output,
                                   unsigned threads) {
  return [&examiner, stages, output, threads](const fs::path& path, const scout::InputId& input,
                                              const scout::PassRequest&) {
    return read_into_stores(open(stages, path), input, examiner, stages_up_to(stages), output, threads);
  };
}

}  // namespace trigloop::app
